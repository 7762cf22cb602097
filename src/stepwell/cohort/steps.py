"""The steps that follow a review of many, in their order, and the knowledge tables they read beside its own."""

from collections.abc import Sequence

import ibis
import pyarrow as pa

from stepwell.alike import LIKE
from stepwell.cohort import counts, lines, people, pseudo, times
from stepwell.errors import ConfigError, KnowledgeError
from stepwell.knowledge.load import Knowledge
from stepwell.narrow import Shown
from stepwell.pipeline import Step
from stepwell.review import REVIEW
from stepwell.trials.eras import ERA
from stepwell.trials.verdicts import FOUND

SCHEMAS: dict[str, ibis.Schema] = {
    name: ibis.schema(columns)
    for name, columns in {
        # One row per band of ages in whole years; `high` is included, null: open upward.
        "age_band": {"age_band": "string", "low": "int64", "high": "int64"},
        # One row per fault, in the order in which one is named.
        "fault_entry": {"fault": "string", "order": "int64", "sureness": "string"},
        # One row per step from everybody to an answer.
        "cohort_step": {"step": "string", "order": "int64"},
        # One row: the definition that leads, and the numbers of cohort/rules.toml.
        "cohort_parameter": {
            "headline": "string", "adult_years": "int64", "observed_days_least": "int64", "trial_numbers": "int64",
        },
        # One row per person and column that the user named; what it holds of the person.
        "person_column": {"person_id": "string", "column": "string", "value": "string"},
    }.items()
}  # fmt: skip
"""Tables that the steps read and no review has. `person_column` is the user's; the others are knowledge."""

PEOPLE: tuple[Step, ...] = (
    Step("person_summary", people.person_summary),
    Step("person_group", people.person_group),
    Step("person_state", people.person_state, passing=True),
    Step("person_step", people.person_step),
    Step("labelled_trial", pseudo.labelled_trial),
    Step("pseudo_resistance", pseudo.pseudo_resistance),
    Step("score_remission", times.score_remission),
    Step("time_to_event", times.time_to_event),
    Step("line_event", lines.line_event),
    Step("line_window", lines.line_window),
)
"""Tables with a row per person or more: they stay with the engine, or are written where the user says."""

COUNTS: tuple[Step, ...] = (
    Step("people_count", counts.people_count),
    Step("attrition_count", counts.attrition_count),
    Step("definition_count", counts.definition_count),
    Step("definition_combination", counts.definition_combination),
    Step("reason_count", counts.reason_count),
    Step("stage_count", counts.stage_count),
    Step("option_count", counts.option_count),
    Step("verdict_count", counts.verdict_count),
    Step("pseudo_count", counts.pseudo_count),
    Step("pseudo_trial_count", counts.pseudo_trial_count),
    Step("unknown_fact_count", counts.unknown_fact_count),
    Step("unknown_trial_count", counts.unknown_trial_count),
    Step("safety_count", counts.safety_count),
    Step("time_count", times.time_count),
)
"""Small tables of counts: all that comes to the driver. They name nobody, and are not yet fit to be shown."""

STEPS = (*PEOPLE, *COUNTS)


def share(knowledge: Knowledge, rule_id: str) -> float:
    """The value of one rule of counting.

    Raises:
        KnowledgeError: No rule has this id.
    """
    for one in knowledge.cohort_rules:
        if one.id == rule_id:
            return one.value
    raise KnowledgeError(f"cohort/rules.toml: rule {rule_id!r} is missing; the counting of people needs it.")


def rule(knowledge: Knowledge, rule_id: str) -> int:
    """The value of one rule of counting that is a whole number.

    Raises:
        KnowledgeError: No rule has this id.
    """
    return int(share(knowledge, rule_id))


def headline(knowledge: Knowledge, definitions: Sequence[str] = ()) -> str:
    """The definition that leads: the first asked for, else the first of those whose wording was read.

    Raises:
        ConfigError: A definition asked for doesn't exist.
    """
    known = {one.id for one in knowledge.definitions}
    wrong = [name for name in definitions if name not in known]
    if wrong:
        allowed = ", ".join(sorted(known))
        raise ConfigError(f"No definition is called {', '.join(wrong)}. The definitions are: {allowed}.")
    first = min((one for one in knowledge.definitions if one.verified), key=lambda one: one.order)
    return definitions[0] if definitions else first.id


def tables(knowledge: Knowledge, definitions: Sequence[str] = ()) -> dict[str, pa.Table]:
    """Every table of `SCHEMAS` from the knowledge; `person_column` empty, for the user to fill."""
    rows: dict[str, list[dict[str, object]]] = {
        "age_band": [{"age_band": band.title, "low": band.low, "high": band.high} for band in knowledge.age_bands],
        "fault_entry": [{"fault": one.name, "order": one.order, "sureness": one.kind} for one in knowledge.faults],
        "cohort_step": [{"step": one.id, "order": one.order} for one in knowledge.cohort_steps],
        "cohort_parameter": [
            {
                "headline": headline(knowledge, definitions),
                "adult_years": rule(knowledge, "adult-years"),
                "observed_days_least": rule(knowledge, "observed-days"),
                "trial_numbers": rule(knowledge, "trial-numbers"),
            }
        ],
        "person_column": [],
    }
    return {name: pa.Table.from_pylist(rows[name], schema=schema.to_pyarrow()) for name, schema in SCHEMAS.items()}


BY_PERSON: dict[str, tuple[str, ...]] = {
    "person_summary": ("person_id",),
    "attempt": ERA,
    "verdict": ("person_id", "trial_id", "definition_id"),
    "definition_result": ("person_id", "definition_id"),
    "reason_like": ("person_id",),
    "like_reason": (LIKE, "reason"),
    "stage": ("person_id", "method"),
    "option_like": ("person_id",),
    "like_option": (LIKE, "option"),
    "pseudo_resistance": ("person_id", "definition_id"),
    "time_to_event": ("person_id", "event"),
}
"""Steps that are results by person, each with the columns that tell its rows apart; `line_steps` makes one more."""

COHORT = REVIEW.then("counts", SCHEMAS, STEPS)
"""A review with the steps of this room behind it."""

LINES_READ: Shown = {
    "person_summary": None,
    "line_event": None,
    "line_window": None,
    "era_supply": (
        "person_id", "ingredient", "counts", "certain_start", "certain_end", "possible_start", "possible_end",
    ),
    "dose_step": (
        "person_id", "ingredient", "certain_start", "certain_end", "possible_start", "possible_end", "shown_end",
        "dose_low", "dose_high", "dose_unit", "sum_high",
    ),
    "verdict": ("person_id", "trial_id", "definition_id", "verdict"),
    "trial_outcome": ("person_id", "trial_id", "term", "result", "preferred", "default"),
}  # fmt: skip
"""What `stepwell.cohort.line_steps` reads, who works in passes and so stands behind the steps."""

POPULATION = COHORT.showing(
    "population", {**dict.fromkeys((*BY_PERSON, *(step.name for step in COUNTS))), **LINES_READ, "verdict": FOUND}
)  # fmt: skip
"""The same with no more columns than are counted or written by person: what a page of one person shows is left out.

So is what a definition asks of a trial, which the knowledge says once and no verdict has to repeat.
"""
