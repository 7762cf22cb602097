"""A review: every step in its order, the only place that knows it.

Each step is a function from tables to a table; its parameters name the tables it reads. The whole is
compiled once to SQL for a dialect and can then be run for one person or for millions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from stepwell.errors import ConfigError
from stepwell.facts.answers import fact_answer
from stepwell.facts.states import fact, fact_event, fact_evidence, fact_finding
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import SCHEMAS as KNOWLEDGE_SCHEMAS
from stepwell.measures.course import score_outcome, trajectory
from stepwell.measures.episode import illness_episode
from stepwell.measures.safety import safety_notice
from stepwell.measures.totals import score_total
from stepwell.options.fit import like_option, option_fit, option_like
from stepwell.pipeline import Pipeline, Step
from stepwell.questions.bearing import bearing, question, waiting, waiting_fact
from stepwell.questions.trials import open_trial
from stepwell.reasons.states import like_reason, reason, reason_like
from stepwell.records.tables import SCHEMAS as RECORD_SCHEMAS
from stepwell.records.tables import Records
from stepwell.records.visible import STARTED, until_death, visible
from stepwell.staging.candidates import failed_trials, points, procedure_course
from stepwell.staging.drug_counts import drugs_in_window, switches
from stepwell.staging.methods import stage, stage_part, stage_quantity
from stepwell.staging.quantities import stage_measure, stage_trial
from stepwell.staging.results import definition_result, diagnosis_answer, recorded_drug
from stepwell.trials.answers import trial_answer
from stepwell.trials.attempts import attempt, trial_coverage, trial_dose, trial_said, trial_span
from stepwell.trials.courses import trial_course, trial_outcome, trial_score
from stepwell.trials.doses import days_at_minimum, dose_reach, dose_step
from stepwell.trials.eras import drug_era, era_begin, era_supply, supply_reach, switch_era
from stepwell.trials.evidence import trial_evidence
from stepwell.trials.interactions import interaction, medicine_pair, medicine_span, phenotype
from stepwell.trials.limits import dose_above_limit
from stepwell.trials.regimens import regimen
from stepwell.trials.relations import relation, trial_pair
from stepwell.trials.supply import supply
from stepwell.trials.verdicts import verdict

RULES = (
    "persistence-days", "overlap-tolerance-days", "combination-days", "augmentation-days", "switch-gap-days",
    "baseline-before-days", "baseline-after-days", "first-outcome-days", "end-after-days",
    "dispensing-match-days", "remission-days", "implausible-dose-times", "scores-together-days",
)  # fmt: skip
"""Rules that the steps read, each a whole number: of days, but for `implausible-dose-times`."""

PARAMETER = ibis.schema(
    {
        "as_of": "date",
        "response_percent": "float64",
        "partial_percent": "float64",
        **{rule.replace("-", "_"): "int64" for rule in RULES},
    }
)


def _candidate(failed: Table, pointed: Table, counted: Table, switched: Table) -> Table:
    return ibis.union(failed, pointed, counted, switched)


STEPS: tuple[Step, ...] = (
    Step("score_total", score_total),
    Step("illness_episode", illness_episode),
    Step("trajectory", trajectory),
    Step("score_outcome", score_outcome),
    Step("supply", supply),
    Step("supply_reach", supply_reach),
    Step("era_begin", era_begin),
    Step("trial_span", trial_span),
    Step("era_supply", era_supply),
    Step("trial_answer", trial_answer),
    Step("dose_step", dose_step),
    Step("dose_reach", dose_reach),
    Step("minimum_day", days_at_minimum),
    Step("trial_coverage", trial_coverage),
    Step("trial_dose", trial_dose),
    Step("trial_said", trial_said),
    Step("attempt", attempt),
    Step("trial_pair", trial_pair),
    Step("relation", relation),
    Step("trial_score", trial_score),
    Step("trial_course", trial_course),
    Step("trial_outcome", trial_outcome),
    Step("verdict", verdict),
    Step("trial_evidence", trial_evidence),
    Step("drug_era", drug_era),
    Step("switch_era", switch_era),
    Step("course", procedure_course),
    Step("failed", failed_trials),
    Step("pointed", points),
    Step("counted", drugs_in_window),
    Step("switched", switches),
    Step("candidate", _candidate),
    Step("fact_event", fact_event),
    Step("fact_answer", fact_answer),
    Step("recorded_drug", recorded_drug),
    Step("diagnosis_answer", diagnosis_answer),
    Step("definition_result", definition_result),
    Step("medicine_span", medicine_span),
    Step("medicine_pair", medicine_pair),
    Step("phenotype", phenotype),
    Step("interaction", interaction),
    Step("regimen", regimen),
    Step("dose_above_limit", dose_above_limit),
    Step("fact_finding", fact_finding),
    Step("fact_evidence", fact_evidence, passing=True),
    Step("fact", fact),
    Step("safety_notice", safety_notice),
    Step("reason_like", reason_like),
    Step("like_reason", like_reason),
    Step("reason", reason),
    Step("stage_trial", stage_trial),
    Step("stage_measure", stage_measure),
    Step("stage_quantity", stage_quantity, passing=True),
    Step("stage_part", stage_part, passing=True),
    Step("stage", stage),
    Step("option_like", option_like),
    Step("like_option", like_option),
    Step("option_fit", option_fit),
    Step("open_trial", open_trial),
    Step("waiting", waiting),
    Step("waiting_fact", waiting_fact),
    Step("bearing", bearing),
    Step("question", question),
)
"""Every step after the record has been cut at `as_of`, each after those it reads."""


@dataclass(frozen=True)
class Review:
    """The review of one person.

    Args:
        person_id: Whose it is.
        as_of: The day it speaks of.
        tables: Rows of each table of `SHOWN` for this person, in a fixed order; dates are dates.
        records: What was read, what was not, and what was odd.
        knowledge: What the definitions and thresholds were drawn from.
        definitions: Ids of the definitions asked for, in their order.
        later_rows: Rows of the person dated after `as_of`, which do not exist for this review.
    """

    person_id: str
    as_of: date
    tables: dict[str, list[dict[str, object]]]
    records: Records
    knowledge: Knowledge
    definitions: tuple[str, ...]
    later_rows: int = 0

    @property
    def headline_definition(self) -> str:
        """The definition whose verdicts lead: the first that was asked for."""
        return self.definitions[0]


SHOWN: dict[str, tuple[str, ...]] = {
    "person": (),
    "safety_notice": ("-date_latest", "score_id", "fact"),
    "illness_episode": (),
    "trajectory": ("date_earliest", "instrument", "score_id"),
    "score_total": ("date_earliest", "instrument", "score_id"),
    "score_outcome": ("date_earliest", "instrument", "score_id", "outcome_id"),
    "supply": ("start_earliest", "ingredient", "supply_id"),
    "attempt": ("start_earliest", "trial_id"),
    "relation": ("order",),
    "dose_step": ("possible_start", "ingredient"),
    "trial_course": ("trial_id", "instrument"),
    "trial_outcome": ("trial_id", "instrument", "outcome_id"),
    "verdict": ("trial_id", "definition_id"),
    "trial_evidence": ("trial_id", "bears_on", "evidence_id"),
    "definition_result": ("order",),
    "condition": ("start_earliest", "code_set", "evidence_id"),
    "procedure": ("start_earliest", "code_set", "evidence_id"),
    "interaction": ("kind", "interaction_id", "start_earliest", "evidence_id"),
    "dose_above_limit": ("trial_id", "over_age", "region"),
    "fact": ("fact",),
    "fact_evidence": ("fact", "date_earliest", "kind", "evidence_id"),
    "reason": ("order",),
    "stage_part": ("method", "order"),
    "stage": ("order",),
    "option_fit": ("place",),
    "question": ("place",),
    "bearing": ("question", "about", "bears_on", "on"),
}
"""The tables a review shows, each with the columns that order its rows (`-` for the latest first)."""


def assemble(
    results: Mapping[str, pa.Table],
    records: Records,
    knowledge: Knowledge,
    as_of: date,
    person_id: str,
    definitions: Sequence[str] = (),
) -> Review:
    """One person's review from the tables of a run, whoever else was in it.

    Raises:
        ConfigError: A definition asked for doesn't exist.
    """
    chosen = _chosen(knowledge, definitions)
    tables = {name: _rows(results[name], person_id, order) for name, order in SHOWN.items()}
    for name in ("verdict", "definition_result"):
        tables[name] = [row for row in tables[name] if row["definition_id"] in chosen]
    later = sum(_later(records.tables[name], began, person_id, as_of) for name, began in STARTED.items())
    return Review(person_id, as_of, tables, records, knowledge, chosen, later)


def _chosen(knowledge: Knowledge, asked: Sequence[str]) -> tuple[str, ...]:
    known = [d.id for d in sorted(knowledge.definitions, key=lambda d: d.order)]
    wrong = [name for name in asked if name not in known]
    if wrong:
        raise ConfigError(f"No definition is called {', '.join(wrong)}. The definitions are: {', '.join(known)}.")
    return tuple(dict.fromkeys(asked)) or tuple(known)


def _later(table: pa.Table, began: str, person_id: str, as_of: date) -> int:
    """Rows of a record table that can only have come to be after `as_of`, each row of the source once."""
    after = pc.and_(pc.equal(table["person_id"], person_id), pc.greater(table[f"{began}_earliest"], as_of))
    return int(pc.count_distinct(table.filter(after)["evidence_id"]).as_py())


def _rows(table: pa.Table, person_id: str, order: Sequence[str]) -> list[dict[str, object]]:
    mine = table.filter(pc.equal(table["person_id"], person_id))
    keys = [(name.lstrip("-"), "descending" if name.startswith("-") else "ascending") for name in order]
    return list((mine.sort_by(keys) if keys else mine).to_pylist())


def _as_it_stood() -> Iterator[Step]:
    """The record tables that a step reads or a review shows, cut at `as_of`; each is read as `raw_NAME`."""
    needed = {name for step in STEPS for name in step.inputs()} | set(SHOWN)
    for name in RECORD_SCHEMAS:
        if name == "exposure":
            yield Step(name, _exposure, ("raw_exposure", "raw_person", "parameter"))
        elif name in needed and name in STARTED:
            yield Step(name, partial(_visible, name), (f"raw_{name}", "parameter"))
        elif name in needed:
            yield Step(name, lambda table: table, (f"raw_{name}",))


def _exposure(table: Table, person: Table, parameter: Table) -> Table:
    return until_death(visible(table, "exposure", parameter), person, parameter)


def _visible(name: str, table: Table, parameter: Table) -> Table:
    return visible(table, name, parameter)


REVIEW = Pipeline(
    "review",
    {**{f"raw_{name}": schema for name, schema in RECORD_SCHEMAS.items()}, **KNOWLEDGE_SCHEMAS, "parameter": PARAMETER},
    (*_as_it_stood(), *STEPS),
)
"""From the record tables (`raw_NAME`), the knowledge tables and the rules (`parameter`) to all a review holds."""


def parameter_table(knowledge: Knowledge, as_of: date) -> pa.Table:
    """The one row of rules that all steps read."""
    response = next(o.value for o in knowledge.outcomes if o.term == "response" and o.default)
    partial = next(o.value for o in knowledge.outcomes if o.term == "partial response" and o.default)
    row: dict[str, object] = {"as_of": as_of, "response_percent": response, "partial_percent": partial}
    row |= {rule.replace("-", "_"): int(knowledge.rule(rule)) for rule in RULES}
    return pa.Table.from_pylist([row], schema=PARAMETER.to_pyarrow())
