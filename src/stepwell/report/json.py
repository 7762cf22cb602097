"""A review as JSON, format `stepwell.review/1`: every row behind the answer, with what it was drawn from.

The format is described in `docs/reference/review.schema.json`. Days are `YYYY-MM-DD`. A date is
`{"earliest", "latest"}`, both included; a quantity is `{"low", "high"}`. `null` is always "not known".
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson

from stepwell import __version__
from stepwell.knowledge.schema import Cite, Statement
from stepwell.report.figures import last_day
from stepwell.report.lookup import Lookup, Row
from stepwell.report.view.answer import Answer
from stepwell.report.view.page import Page, page
from stepwell.report.view.questions import QuestionView
from stepwell.report.view.record import findings
from stepwell.report.view.safety import newest_answer
from stepwell.report.view.trials import doses_set_aside
from stepwell.review import Review

FORMAT = "stepwell.review/1"

Node = dict[str, Any]


def render(review: Review) -> str:
    """The review as a JSON document, its keys in a fixed order, safety first."""
    lookup = Lookup(review)
    document = _document(lookup, page(lookup))
    document["sources"] = [_source(lookup, name) for name in sorted(set(_cited(document)))]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def _document(lookup: Lookup, shown: Page) -> Node:
    review = lookup.review
    release = review.knowledge.release
    return {
        "format": FORMAT,
        "safety": _safety(lookup, shown),
        "person": _person(lookup),
        "as_of": review.as_of,
        "made_by": {
            "stepwell": __version__,
            "knowledge": {"version": release.version, "date": release.date},
            "statement": shown.disclaimer,
        },
        "answer": _answer(lookup, shown.answer),
        "episode": _episode(lookup),
        "scores": [_score(lookup, row) for row in lookup.rows("score_total")],
        "trials": [_trial(lookup, row) for row in lookup.attempts],
        "definitions": [_definition(lookup, row) for row in lookup.results.values()],
        "above_dose_limits": [_limit(row) for row in lookup.rows("dose_above_limit")],
        "reasons": [_reason(lookup, row) for row in lookup.rows("reason")],
        "interactions": [_interaction(lookup, row) for row in lookup.rows("interaction")],
        "stages": [_stage(lookup, row) for row in lookup.rows("stage")],
        "options": [_fit(lookup, row) for row in lookup.rows("option_fit")],
        "questions": [
            _question(lookup, row, item) for row, item in zip(lookup.rows("question"), shown.questions, strict=True)
        ],
        "facts": [_fact(lookup, row) for row in lookup.rows("fact")],
        "not_known": [{"words": item.words, "would_settle": list(item.settles)} for item in shown.unknowns],
        "supplies": [_supply(row) for row in lookup.rows("supply")],
        "conditions": [_event(row, "status", "certainty") for row in lookup.rows("condition")],
        "procedures": [_event(row) for row in lookup.rows("procedure")],
        "record": _record(lookup),
    }


def _dates(row: Row, name: str) -> Node:
    return {"earliest": row[f"{name}_earliest"], "latest": row[f"{name}_latest"]}


def _last_days(row: Row) -> Node:
    """The last day covered, from the first no longer covered."""
    return {"earliest": last_day(row["end_earliest"]), "latest": last_day(row["end_latest"])}


def _range(row: Row, name: str) -> Node:
    return {"low": row[f"{name}_low"], "high": row[f"{name}_high"]}


def _pick(row: Row, *names: str) -> Node:
    return {name: row[name] for name in names}


def _cites(cites: Iterable[Cite]) -> list[Node]:
    return [{"source": cite.source, "locus": cite.locus} for cite in cites]


def _cited(node: object) -> Iterable[str]:
    """Ids of the sources that a part of the document cites."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from (cite["source"] for cite in value) if name == "cite" else _cited(value)
    elif isinstance(node, list):
        for value in node:
            yield from _cited(value)


def _source(lookup: Lookup, source_id: str) -> Node:
    source = lookup.sources[source_id]
    return source.model_dump(include={"id", "citation", "year", "url", "doi", "pmid", "kind", "read"})


# --- safety, person, answer ------------------------------------------------------------------------


def _safety(lookup: Lookup, shown: Page) -> Node:
    newest = newest_answer(lookup)
    return {
        "notice": {"title": shown.safety.title, "words": shown.safety.do} if shown.safety.raised else None,
        "positive_answers": [_positive(row) for row in lookup.rows("safety_notice")],
        "newest_answer": None if newest is None else {
            **_pick(newest, "score_id", "instrument", "suicide_state", "suicide_value"),
            "date": _dates(newest, "date"), "evidence_id": _evidence_id(newest),
        },
        "newest_answer_words": shown.safety.newest or None,
        "helplines": [
            {"region": line.region, "service": line.service, "contact": line.contact, "note": line.note,
             "checked_on": line.checked_on, "cite": _cites([Cite(source=line.source, locus=line.locus)])}
            for line in lookup.knowledge.crisis_lines
        ],
        "anywhere": shown.safety.anywhere,
    }  # fmt: skip


def _positive(row: Row) -> Node:
    return {
        **_pick(row, "score_id", "instrument", "value", "suicide_value", "newest", "fact", "tier", "says"),
        "date": _dates(row, "date"), "evidence_id": _evidence_id(row),
    }  # fmt: skip


def _evidence_id(row: Row) -> str:
    return str(row["evidence_id"] or row["score_id"])


def _person(lookup: Lookup) -> Node:
    row = next(iter(lookup.rows("person")), None)
    if row is None:
        return {"id": lookup.review.person_id, **dict.fromkeys(("sex", "birth", "death", "observed", "evidence_id"))}
    return {
        "id": lookup.review.person_id, "sex": row["sex"], "birth": _dates(row, "birth"),
        "death": _dates(row, "death") if lookup.died else None,
        "observed": {"from": row["observed_from"], "to": row["observed_to"]}, "evidence_id": row["evidence_id"],
    }  # fmt: skip


def _answer(lookup: Lookup, answer: Answer) -> Node:
    words = " ".join(part for part in (answer.sentence, answer.verdicts, answer.now, answer.tally) if part)
    return {"definition": lookup.headline, "lead": answer.lead, "words": words}


def _episode(lookup: Lookup) -> Node:
    row = next(iter(lookup.rows("illness_episode")), None)
    nothing = {"start": {"earliest": None, "latest": None}, "basis": "unknown"}
    return nothing if row is None else {"start": _dates(row, "start"), "basis": row["basis"]}


# --- scores ----------------------------------------------------------------------------------------


def _score(lookup: Lookup, row: Row) -> Node:
    course = lookup.trajectory.get(row["score_id"], {})
    return {
        **_pick(row, "score_id", "instrument", "value", "basis", "items_answered", "items_missing",
                "suicide_state", "suicide_value"),
        "date": _dates(row, "date"), "evidence_id": _evidence_id(row),
        **{name: course.get(name) for name in ("band", "band_set", "previous_value", "change", "change_percent")},
        "baseline": {"value": course.get("baseline_value"), "date": course.get("baseline_date")},
        "outcomes": [_outcome(item) for item in lookup.score_outcomes.get(row["score_id"], [])],
    }  # fmt: skip


def _outcome(row: Row) -> Node:
    return {"id": row["outcome_id"], "term": row["term"], "leading": row["default"], "result": row["result"]}


# --- trials ----------------------------------------------------------------------------------------


def _trial(lookup: Lookup, row: Row) -> Node:
    trial_id = row["trial_id"]
    relation = lookup.relations[trial_id]
    return {
        **_pick(row, "trial_id"), "order": relation["order"],
        **_pick(row, "ingredient", "role", "drug_class", "class_group", "formulation"),
        "start": _dates(row, "start"), "last_day": _last_days(row), **_pick(row, "state", "end_recorded"),
        "days": _range(row, "days"), "covered_days": _range(row, "covered"),
        "proportion_covered": _range(row, "proportion_covered"), "basis": row["basis"],
        "first_dose": _range(row, "first_dose"), "highest_dose": _range(row, "peak_dose"), **_pick(row, "dose_unit"),
        "doses_set_aside": list(doses_set_aside(lookup, row)),
        "dose_steps": [_step(step) for step in lookup.steps(row)],
        **_pick(row, "stop_reason", "reported_outcome", "stated_adherence"),
        "relation": _relation(relation),
        "courses": [_course(lookup, course) for course in lookup.courses.get(trial_id, [])],
        "verdicts": [_verdict(lookup, row, verdict) for verdict in lookup.verdicts[trial_id].values()],
        "evidence": [
            {"evidence_id": lookup.score_evidence.get(item["evidence_id"], item["evidence_id"]),
             "bears_on": item["bears_on"]}
            for item in lookup.evidence.get(trial_id, [])
        ],
    }  # fmt: skip


def _step(row: Row) -> Node:
    return {
        "dose": _range(row, "dose"), "unit": row["dose_unit"], "formulation": row["formulation"],
        "start": {"earliest": row["possible_start"], "latest": row["certain_start"]},
        "last_day": {"earliest": last_day(row["certain_end"]), "latest": last_day(row["possible_end"])},
    }  # fmt: skip


def _relation(row: Row) -> Node:
    following = {**_pick(row, "next_trial_id", "next_strategy"), "next_start": _dates(row, "next_start")}
    return {**_pick(row, "strategy", "with_trial_id"), **following}


def _course(lookup: Lookup, row: Row) -> Node:
    return {
        **_pick(row, "instrument", "preferred"),
        **{name: _end(lookup, row, name) for name in ("baseline", "end", "best")},
        **_pick(row, "baseline_distance_days", "end_distance_days", "end_after_end_days", "improvement_percent",
                "best_improvement_percent"),
        "outcomes": [_outcome(item) for item in lookup.outcomes.get((row["trial_id"], row["instrument"]), [])],
    }  # fmt: skip


def _end(lookup: Lookup, row: Row, name: str) -> Node | None:
    """One score of a course, or nothing."""
    score_id = row[f"{name}_score_id"]
    if score_id is None:
        return None
    evidence_id = lookup.score_evidence.get(score_id, score_id)
    return {
        "value": row[f"{name}_value"],
        "date": row[f"{name}_date"],
        "score_id": score_id,
        "evidence_id": evidence_id,
    }


def _verdict(lookup: Lookup, attempt: Row, row: Row) -> Node:
    dose_cites = lookup.minimum_dose_cites(attempt, row)
    return {
        **_pick(row, "definition_id", "verdict", "counts", "lost_again", "well_at_end", "outcome_basis"),
        "dose": {
            "result": row["dose"], "dose_table": row["dose_table"], "minimum": row["minimum_dose"],
            "minimum_unit": lookup.minimum_unit(attempt, row),
            "days_at_minimum": _range(row, "days_at_minimum"), "cite": _cites(dose_cites),
        },
        "duration": {"result": row["duration"], "least_days": row["least_days"], "at": row["least_days_at"]},
        "adherence": {"result": row["adherence"], "least_covered": row["least_covered"]},
        "failure": {
            "result": row["failure"], "rule": row["failure_rule"], "below_percent": row["failure_percent"],
            "doubt": row["failure_doubt"],
        },
    }  # fmt: skip


# --- definitions -----------------------------------------------------------------------------------


def _definition(lookup: Lookup, row: Row) -> Node:
    known = lookup.definitions[row["definition_id"]]
    return {
        "id": known.id, "title": known.title, "verified": known.verified, "result": row["result"],
        "count": _range(row, "count"), "counts": known.count.kind, "required": row["required"],
        **_pick(row, "strictly_more", "index_date", "reached_by", "excluded_by", "disputed", "lacks_diagnosis",
                "no_antidepressant", "undated_drugs"),
        "does_not_test": list(known.does_not_test), "our_reading": list(known.our_reading), "cite": _cites(known.cite),
    }  # fmt: skip


# --- why, how resistant, what next -----------------------------------------------------------------


def _reason(lookup: Lookup, row: Row) -> Node:
    known = lookup.reason_entries[row["reason"]]
    return {
        "id": known.id, "title": known.title, "state": row["state"], "what_remains": known.what_remains,
        "open_reasons": row["open_reasons"], "status": known.status,
        "signs": [
            {"fact": sign.fact, "weight": sign.weight, "needed": sign.needed, "state": _state(lookup, sign.fact),
             "words": sign.text, "cite": _cites(sign.cite)}
            for sign in known.signs
        ],
        "how_common": _statements(known.how_common), "what_to_do": _statements(known.what_to_do),
    }  # fmt: skip


def _statements(statements: Iterable[Statement]) -> list[Node]:
    return [{"words": row.text, "cite": _cites(row.cite)} for row in statements]


def _state(lookup: Lookup, fact_id: str) -> str:
    """What is known of a fact; one without a row is unknown."""
    found = lookup.facts.get(fact_id)
    return "unknown" if found is None else str(found["state"])


def _limit(row: Row) -> Node:
    return _pick(
        row, "trial_id", "ingredient", "dose_low", "dose_high", "highest", "unit", "over_age", "region", "sure"
    )


def _interaction(lookup: Lookup, row: Row) -> Node:
    known = lookup.interaction_source(row["interaction_id"])
    return {
        **_pick(row, "interaction_id", "kind", "ingredient", "other_ingredient", "running", "sure"),
        "start": _dates(row, "start"),
        "words": known.text if known else None,
        "evidence_ids": [name for name in (row["evidence_id"], row["other_evidence_id"]) if name],
        "cite": _cites([Cite(source=known.source, locus=known.locus)] if known else ()),
    }  # fmt: skip


def _stage(lookup: Lookup, row: Row) -> Node:
    known = lookup.staging[row["method"]]
    parts = [part for part in lookup.rows("stage_part") if part["method"] == row["method"]]
    return {
        "id": known.id, "title": known.title, "verified": known.verified, **_pick(row, "state", "low", "high"),
        "category": _range(row, "category"), **_pick(row, "perhaps_not_applicable", "suppressed_by"),
        "parts": [
            {"id": part["part"], "points": {"low": part["low"], "high": part["high"]},
             "quantity": _range(part, "quantity"), "label": _range(part, "label")}
            for part in parts
        ],
        "our_reading": list(known.our_reading), "cite": _cites(known.cite),
    }  # fmt: skip


def _fit(lookup: Lookup, row: Row) -> Node:
    known = lookup.options[row["option"]]
    bars = [(bar, bar.strength) for bar in known.contraindications] + [(bar, "caution") for bar in known.cautions]
    return {
        "id": known.id, "title": known.title, "kind": known.kind, "status": known.status,
        **_pick(row, "place", "fit", "indicated"),
        "order_keys": _pick(
            row, "fit_rank", "indication_rank", "step", "grade_rank", "effect_rank", "burden_rank", "preference_rank"
        ),
        "grade": known.grades[0].grade,
        "against": [
            {"fact": bar.fact, "strength": strength, "state": _state(lookup, bar.fact), "words": bar.text,
             "cite": _cites(bar.cite)}
            for bar, strength in bars
        ],
        "meant_for": [
            {"needs": list(way.needs), "without": list(way.without), "words": way.text, "cite": _cites(way.cite)}
            for way in known.indications
        ],
        "guidelines": [
            {"guideline": step.guideline, "read_at": step.read_at, "words": step.text, "cite": _cites(step.cite)}
            for step in known.guidelines
        ],
    }  # fmt: skip


def _question(lookup: Lookup, row: Row, shown: QuestionView) -> Node:
    bearing = [
        item for item in lookup.rows("bearing") if (item["question"], item["about"]) == (row["question"], row["about"])
    ]
    return {
        "id": row["question"], **_pick(row, "about", "ask", "priority", "place"), "words": shown.words,
        "bears_on": [{"kind": item["bears_on"], "id": item["on"]} for item in bearing],
    }  # fmt: skip


def _fact(lookup: Lookup, row: Row) -> Node:
    return {
        "id": row["fact"], **_pick(row, "state", "suggested", "basis"),
        "evidence": [
            {**_pick(item, "kind", "of", "says", "value", "unit", "text"), "date": _dates(item, "date"),
             "evidence_id": item["evidence_id"]}
            for item in lookup.fact_evidence.get(row["fact"], [])
        ],
    }  # fmt: skip


# --- the record ------------------------------------------------------------------------------------


def _supply(row: Row) -> Node:
    return {
        **_pick(row, "supply_id", "ingredient", "formulation", "product"),
        "start": _dates(row, "start"), "last_day": _last_days(row), "dose_per_day": _range(row, "dose_per_day"),
        "dose_set_aside": _range(row, "dose_set_aside"),
        **_pick(row, "highest_licensed", "dose_unit", "dose_basis", "basis", "status", "stop_reason", "adherence",
                "reported_outcome", "coded_by", "counts", "trap", "set_aside", "inferred", "order_evidence_id",
                "evidence_id"),
    }  # fmt: skip


def _event(row: Row, *names: str) -> Node:
    return {
        "code_set": row["code_set"], "start": _dates(row, "start"), "last_day": _last_days(row),
        **_pick(row, *names, "coded_by", "evidence_id"),
    }  # fmt: skip


def _record(lookup: Lookup) -> Node:
    records = lookup.review.records
    return {
        "source": records.source,
        "rows_read": [{"kind": kind, "count": number} for kind, number in records.rows_read.items()],
        "unused": [asdict(row) for row in records.unused],
        "later_rows": lookup.review.later_rows,
        "findings": [
            {"code": row.code, "file": row.file, "where": row.where, "field": row.field, "message": row.message}
            for row in findings(lookup)
        ],
        "locations": _locations(lookup),
    }


def _locations(lookup: Lookup) -> Node:
    """File and line of every row of the record that the review names."""
    named = {row["evidence_id"] for table in lookup.review.tables for row in lookup.rows(table) if "evidence_id" in row}
    found = lookup.review.records.locations
    return {
        name: {"file": found[name][0], "line": found[name][1]} for name in sorted(filter(None, named)) if name in found
    }
