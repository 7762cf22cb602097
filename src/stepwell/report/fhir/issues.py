"""DetectedIssue: a positive suicide item, and medicines that touch one another."""

from stepwell.knowledge import schema as s
from stepwell.report.fhir.elements import Node, filled, own, row, rows, text, urn
from stepwell.report.figures import capital
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.citations import Citations
from stepwell.report.view.interactions import LEADING, when_together
from stepwell.report.view.limits import LimitView, limits
from stepwell.report.view.safety import positive, title, what_to_do


def issues(lookup: Lookup) -> list[Node]:
    """The suicide items first, then doses above a limit, then interactions."""
    raised = [_suicide_item(lookup, one) for one in lookup.rows("safety_notice")]
    known = {one.id: one for one in lookup.knowledge.interactions}
    found = [one for one in lookup.rows("interaction") if one["interaction_id"] in known]
    above = [_limit(lookup, number, one) for number, one in enumerate(limits(lookup, Citations(lookup)))]
    return raised + above + [_interaction(lookup, one, known[one["interaction_id"]]) for one in found]


def _issue(lookup: Lookup, *names: str) -> Node:
    person = lookup.review.person_id
    return {
        "resourceType": "DetectedIssue",
        "id": urn("issue", person, *names).removeprefix("urn:uuid:"),
        "status": "preliminary",
        "patient": {"reference": urn("person", person)},
        "identifiedDateTime": str(lookup.review.as_of),
        "author": {"display": "Stepwell"},
    }


def _suicide_item(lookup: Lookup, found: Row) -> Node:
    words = title(found)
    return _issue(lookup, "suicide-item", found["score_id"], found["fact"] or "") | {
        "code": own("issue", found["fact"] or "suicide-item", words),
        "severity": "high",
        "implicated": [row(found["evidence_id"] or found["score_id"])],
        "detail": f"{words}: {positive(lookup, found).words}. {what_to_do(lookup)}",
    }


def _limit(lookup: Lookup, number: int, found: LimitView) -> Node:
    return _issue(lookup, "dose-limit", str(number), *found.rows) | {
        "code": own("issue", "dose-above-limit", "dose above the highest for the age"),
        "severity": "high",
        "implicated": rows(found.rows),
        "detail": found.words,
    }


def _interaction(lookup: Lookup, found: Row, known: s.Interaction) -> Node:
    drugs = dict.fromkeys(lookup.drug(one) for one in (found["ingredient"], found["other_ingredient"]) if one)
    evidence = [one for one in (found["evidence_id"], found["other_evidence_id"]) if one]
    cited = lookup.sources.get(known.source)
    return filled(
        _issue(lookup, known.id, *evidence)
        | {
            "code": own("interaction", known.kind, f"{known.kind.replace('-', ' ')}: {' and '.join(drugs)}"),
            "severity": "high" if found["running"] and known.kind in LEADING else "moderate",
            "implicated": rows(evidence),
            "detail": f"{capital(when_together(found))}. {known.text}",
            "evidence": [{"code": [text(f"{cited.citation} ({known.locus})")]}] if cited else [],
        }
    )
