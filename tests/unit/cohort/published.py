"""Published count tables of made-up people, by the function that publishes those of a run."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from stepwell.cohort.drafts_definitions import by_order
from stepwell.cohort.finish import published
from stepwell.cohort.people import SHARED_STEPS
from stepwell.cohort.quality import INPUT
from stepwell.knowledge.load import Knowledge

NEITHER, MEASURED, CLAIMED = 100, 40, 60
"""People who meet no definition, two that measure, two claims rules."""
EVERYBODY = NEITHER + MEASURED + CLAIMED
MET = {"sforzini-2022": MEASURED, "rybak-2021": MEASURED, "cepeda-2018": CLAIMED, "ohdsi-1009": CLAIMED}
GROUPS = {("all", "all"): EVERYBODY, ("sex", "female"): 120, ("sex", "male"): 80, ("clinic", "<North> & South"): 150,
          ("clinic", "East"): 50}  # fmt: skip
SPLITS = ("split_by", "group")
COLUMNS = {
    "people_count": SPLITS,
    "attrition_count": ("definition_id", "step", "state"),
    "definition_count": ("definition_id", "result"),
    "definition_combination": ("met",),
    "reason_count": ("reason", "state"),
    "stage_count": ("method", "state", "category_low", "category_high"),
    "option_count": ("option", *SPLITS, "fit"),
    "verdict_count": ("definition_id", "trial_number", "verdict"),
    "pseudo_count": ("definition_id", "class", "fault"),
    "pseudo_trial_count": ("definition_id", "fault"),
    "unknown_fact_count": ("fact",),
    "unknown_trial_count": ("what",),
    "safety_count": ("place", "newest"),
    "time_count": ("event", "end", "days"),
    "line_flow": ("step", "from_drugs", "to_drugs"),
    "line_outcome": ("line", "drugs", "outcome"),
    "line_path": ("path",),
}
"""The tables that an engine gives, without their counts."""

WHOLE = {
    ("definition_combination", "met"), ("verdict_count", "trial_number"), ("time_count", "days"), ("line_flow", "step"),
    ("line_outcome", "line"),
}  # fmt: skip
"""Table and column of what is a whole number."""

Rows = Iterable[tuple[Any, ...]]


def raw(rows: dict[str, Rows]) -> dict[str, pa.Table]:
    """The tables of an engine; the last of each row is the number of people, none of whom rests on inferred supply."""
    out = {}
    for name, columns in COLUMNS.items():
        kinds = [pa.int64() if (name, one) in WHOLE else pa.string() for one in columns]
        schema = pa.schema([*zip(columns, kinds, strict=True), ("people", pa.int64()), ("inferred", pa.int64())])
        found = [dict(zip(schema.names, (*row, 0), strict=True)) for row in rows.get(name, ())]
        out[name] = pa.Table.from_pylist(found, schema=schema)
    return out


def people(knowledge: Knowledge) -> dict[str, pa.Table]:
    """200 people, some of whom meet some definitions."""
    definitions = by_order(knowledge)
    order = {one.id: one.order for one in definitions}

    def mask(*names: str) -> int:
        return sum(1 << order[name] for name in names)

    met = {one.id: MET.get(one.id, 0) for one in definitions}
    steps = sorted(knowledge.cohort_steps, key=lambda one: one.order)
    rows: dict[str, Rows] = {
        "people_count": [(*group, count) for group, count in GROUPS.items()],
        "definition_count": [(name, result, count) for name, count in met.items()
                             for result, count in (("met", count), ("unknown", 30), ("not met", 170 - count))],
        "definition_combination": [(0, NEITHER), (mask("sforzini-2022", "rybak-2021"), MEASURED),
                                   (mask("cepeda-2018", "ohdsi-1009"), CLAIMED)],
        "attrition_count": [row for name, count in met.items() for step in steps
                            for row in _step(name, step.id, count)],
        "reason_count": [("hypothyroidism", "shown", 35), ("hypothyroidism", "not assessed", 165),
                         *((one.id, "not assessed", EVERYBODY) for one in knowledge.reasons
                           if one.id != "hypothyroidism")],
        "stage_count": [row for one in knowledge.staging
                        for row in ((one.id, "scored", "low", "high", 150),
                                    (one.id, "not applicable", "none", "none", 50))],
        "option_count": _options(knowledge),
        "verdict_count": [(one.id, 1, verdict, count) for one in definitions
                          for verdict, count in (("failed", 50), ("too low", 30), ("cannot tell", 20))],
        "pseudo_count": [row for name in ("cepeda-2018", "ohdsi-1009")
                         for row in ((name, "resistant", "none", 10), (name, "not resistant", "too low", 25),
                                     (name, "not resistant", "not taken", 15),
                                     (name, "cannot tell", "never measured", 10))],
        "pseudo_trial_count": [("cepeda-2018", "too low", 30), ("ohdsi-1009", "too low", 30)],
        "unknown_fact_count": [("pregnancy", 120)],
        "unknown_trial_count": [("outcome", 45), ("dose", 15)],
        "safety_count": [("any", "any", 40), ("any", "yes", 25), ("phq-9", "any", 40), ("phq-9", "yes", 25)],
        "line_flow": [(1, "sertraline", "venlafaxine", 40), (1, "sertraline", "stopped", 60),
                      (2, "venlafaxine", "still running", 40)],
        "line_outcome": [(1, "sertraline", "failed", 75), (1, "sertraline", "worked", 25),
                         (2, "venlafaxine", "continued", 40)],
        "line_path": [("sertraline > venlafaxine", 40), ("sertraline", 60)],
        "time_count": [("second antidepressant", "event", 60, 40), ("second antidepressant", "event", 200, 30),
                       ("second antidepressant", "death", 300, 10),
                       ("second antidepressant", "end of observation", 900, 20)],
    }  # fmt: skip
    return raw(rows)


def _step(name: str, step: str, met: int) -> Rows:
    if step == "met":
        return [(name, step, "met", met), (name, step, "not met", EVERYBODY - 50 - met)]
    if step in SHARED_STEPS[1:]:
        left = 50 if step == "antidepressant" else 0
        return [(name, step, "met", EVERYBODY - 50), *([(name, step, "not met", left)] if left else [])]
    return [(name, step, "met", EVERYBODY if step == "everybody" else EVERYBODY - 50)]


def _options(knowledge: Knowledge) -> Rows:
    for one in knowledge.options:
        for group, whole in GROUPS.items():
            yield one.id, *group, "suitable", whole // 10
            yield one.id, *group, "check first", whole - whole // 10


QUALITY = pa.Table.from_pylist(
    [
        dict(zip(INPUT.names, ("exposure", "dose", *row), strict=True))
        for row in ((2024, 400, 40, 0, 0), (2025, 400, 3, 8, 20), (None, 10, 10, 0, 0))
    ],
    schema=INPUT,
)
MANIFEST: dict[str, Any] = {
    "state": "finished", "people": EVERYBODY,
    "source": {"kind": "OMOP CDM, folder of Parquet files", "place": "/data/<clinic>", "fingerprint": "00ff"},
    "parameters": {"as_of": "2025-12-31", "definitions": [], "by": ["clinic"], "least_cell": 5, "infer": True},
    "knowledge": {"version": "2026.11.23"}, "software": {"stepwell": "0.1.0"}, "seconds": {"read": 1.5}, "results": {},
}  # fmt: skip


def crowd(knowledge: Knowledge) -> dict[str, pa.Table]:
    """Everything that a page can show."""
    varied = raw({"definition_count": [("sforzini-2022", "met", 60), ("sforzini-2022", "not met", 140)]})
    shipped = people(knowledge)["definition_count"]
    tables = published(
        people(knowledge), knowledge, quality=lambda: QUALITY,
        varied={"as shipped": shipped, "covered-50": _with(shipped, varied["definition_count"])},
    )  # fmt: skip
    return {**tables, "definition_count": _inferred(tables["definition_count"])}


def _inferred(table: pa.Table) -> pa.Table:
    """The same counts, a few of each resting on inferred supply."""
    rows = [{**row, "inferred": None if (row["people"] or 0) < 50 else 15} for row in table.to_pylist()]
    return pa.Table.from_pylist(rows, schema=table.schema)


def _with(shipped: pa.Table, changed: pa.Table) -> pa.Table:
    names = set(changed["definition_id"].to_pylist())
    kept = [row for row in shipped.to_pylist() if row["definition_id"] not in names]
    return pa.Table.from_pylist([*kept, *changed.to_pylist()], schema=shipped.schema)


def nobody(knowledge: Knowledge) -> dict[str, pa.Table]:
    """A source without people."""
    return published(raw({}), knowledge)


def three(knowledge: Knowledge) -> dict[str, pa.Table]:
    """Three people: every count is too small to be shown."""
    every = 3
    names = [one.id for one in knowledge.definitions]
    return published(
        raw({
            "people_count": [("all", "all", every)],
            "definition_count": [(name, "unknown", every) for name in names],
            "definition_combination": [(0, every)],
            "attrition_count": [row for name in names for row in ((name, "everybody", "met", every),
                                                                  (name, "antidepressant", "not met", every))],
            "reason_count": [(one.id, "not assessed", every) for one in knowledge.reasons],
            "stage_count": [(one.id, "not applicable", "none", "none", every) for one in knowledge.staging],
            "option_count": [(one.id, "all", "all", "check first", every) for one in knowledge.options],
            "safety_count": [("any", "any", every), ("any", "yes", every)],
        }),
        knowledge,
    )  # fmt: skip
