"""ClinicalImpression: what was found, each finding with the rows it rests on."""

from collections.abc import Iterator

from stepwell.report.fhir.elements import Node, filled, own, rows, urn
from stepwell.report.figures import amount
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.page import Page


def impression(lookup: Lookup, shown: Page, noticed: str) -> Node:
    """The findings of the review.

    Args:
        lookup: The review's rows.
        shown: The same in words.
        noticed: What has to be said before all else.
    """
    review = lookup.review
    summary = " ".join(part for part in (noticed, shown.answer.lead + ".", shown.answer.sentence) if part)
    return filled(
        {
            "resourceType": "ClinicalImpression",
            "id": urn("impression", review.person_id, str(review.as_of)).removeprefix("urn:uuid:"),
            "status": "completed",
            "description": "Is the medication really failing, why, and how resistant is the depression?",
            "subject": {"reference": urn("person", review.person_id)},
            "effectiveDateTime": str(review.as_of),
            "date": str(review.as_of),
            "summary": summary,
            "finding": [*_trials(shown), *_definitions(shown), *_reasons(lookup), *_stages(lookup)],
            "supportingInfo": rows(_evidence(lookup, shown)),
            "note": [{"text": shown.disclaimer}],
        }
    )


def _finding(concept: Node, evidence_ids: list[str], basis: str = "") -> Node:
    """A finding; its `basis` names the rows of the record it rests on, which `supportingInfo` refers to."""
    cited = ", ".join(dict.fromkeys(evidence_ids))
    words = "; ".join(part for part in (basis, f"rows: {cited}" if cited else "") if part)
    return filled({"itemCodeableConcept": concept, "basis": words})


def _evidence(lookup: Lookup, shown: Page) -> Iterator[str]:
    """Every row of the record that a finding rests on."""
    yield from (row.evidence_id for trial in shown.trials for row in trial.evidence)
    yield from (row["evidence_id"] for row in lookup.rows("fact_evidence") if _of_the_record(row))


def _of_the_record(row: Row) -> bool:
    """Whether what speaks of a fact is a row of the record, and not a finding of ours."""
    return bool(row["evidence_id"]) and row["kind"] not in ("trial", "definition", "regimen")


def _trials(shown: Page) -> Iterator[Node]:
    for trial in shown.trials:
        evidence = [row.evidence_id for row in trial.evidence]
        words = f"Trial of {trial.drug}, {trial.dates}: {trial.label.lower()}"
        basis = f"{trial.why} By {shown.leading.short}."
        yield _finding(own("verdict", trial.verdict.replace(" ", "-"), words), evidence, basis)


def _definitions(shown: Page) -> Iterator[Node]:
    for one in shown.definitions:
        words = f"Treatment-resistant depression by {one.short}: {one.label}"
        yield _finding(own("definition", one.id, words), [])


def _reasons(lookup: Lookup) -> Iterator[Node]:
    known = {one.id: one for one in lookup.knowledge.reasons}
    for row in lookup.rows("reason"):
        if row["state"] not in ("shown", "possible"):
            continue
        reason = known[row["reason"]]
        facts = {sign.fact for sign in reason.signs}
        evidence = [
            one["evidence_id"] for one in lookup.rows("fact_evidence") if one["fact"] in facts and _of_the_record(one)
        ]
        yield _finding(own("reason", reason.id, f"{reason.title}: {row['state']}"), evidence)


def _stages(lookup: Lookup) -> Iterator[Node]:
    known = {one.id: one for one in lookup.knowledge.staging}
    for row in lookup.rows("stage"):
        if row["state"] != "scored":
            continue
        between = amount(row["low"], row["high"])
        yield _finding(own("stage", row["method"], f"{known[row['method']].title}: {between}"), [])
