"""The Bundle, and which resources stand in it."""

from datetime import UTC, datetime, time
from typing import Any

import orjson

from stepwell import __version__
from stepwell.plan import Plan
from stepwell.report.fhir.care_plan import chosen_options, fitting_options
from stepwell.report.fhir.elements import ADDRESS, Node, rows, urn
from stepwell.report.fhir.impression import impression
from stepwell.report.fhir.issues import issues
from stepwell.report.lookup import Lookup
from stepwell.report.view.page import page
from stepwell.review import Review


def of_review(review: Review) -> str:
    """The review as a Bundle in JSON: the same bytes for the same review."""
    lookup = Lookup(review)
    return _bundle(lookup, [*_shared(lookup), fitting_options(lookup)])


def of_plan(review: Review, plan: Plan) -> str:
    """What was chosen as a Bundle in JSON, beside the review it rests on."""
    lookup = Lookup(review)
    return _bundle(lookup, [*_shared(lookup), chosen_options(lookup, plan)])


def _shared(lookup: Lookup) -> list[Node]:
    """What every Bundle holds; safety comes before all findings."""
    shown = page(lookup)
    noticed = f"{shown.safety.title}. {shown.safety.do} " if shown.safety.raised else f"{shown.safety.newest} "
    return [*issues(lookup), impression(lookup, shown, noticed.strip())]


def _bundle(lookup: Lookup, resources: list[Node]) -> str:
    review = lookup.review
    person = {
        "resourceType": "Patient",
        "id": urn("person", review.person_id).removeprefix("urn:uuid:"),
        "identifier": [{"system": f"{ADDRESS}/person", "value": review.person_id}],
    }
    everything = [person, *resources]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _midnight(lookup),
        "entry": [_entry(one) for one in (*everything, _provenance(lookup, resources))],
    }
    return orjson.dumps(bundle, option=orjson.OPT_INDENT_2).decode() + "\n"


def _entry(resource: Node) -> Node:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _midnight(lookup: Lookup) -> str:
    """The day of the review as an instant: no clock is read."""
    return datetime.combine(lookup.review.as_of, time(), UTC).isoformat()


def _provenance(lookup: Lookup, resources: list[Node]) -> Node:
    """What made the resources, and every row of the record that they cite."""
    review, release = lookup.review, lookup.knowledge.release
    cited = sorted(_rows_cited(resources))
    return {
        "resourceType": "Provenance",
        "id": urn("provenance", review.person_id, str(review.as_of)).removeprefix("urn:uuid:"),
        "target": [{"reference": f"urn:uuid:{one['id']}"} for one in resources],
        "recorded": _midnight(lookup),
        "agent": [
            {
                "type": {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                            "code": "assembler",
                        }
                    ]
                },
                "who": {"display": f"Stepwell {__version__}, knowledge {release.version} of {release.date}"},
            }
        ],
        "entity": [{"role": "source", "what": what} for what in rows(cited)],
    }


def _rows_cited(node: Any) -> set[str]:  # noqa: ANN401 -- any part of a JSON document
    """Rows of the record that a part of the Bundle refers to."""
    if isinstance(node, list):
        return {found for part in node for found in _rows_cited(part)}
    if not isinstance(node, dict):
        return set()
    reference = node.get("reference")
    if isinstance(reference, str) and not reference.startswith("urn:"):
        return {reference}
    identifier = node.get("identifier")
    if isinstance(identifier, dict) and identifier.get("system") == f"{ADDRESS}/row":
        return {identifier["value"]}
    return {found for part in node.values() for found in _rows_cited(part)}
