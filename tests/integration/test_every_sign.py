"""Each way in which a record shows a fact does show it: one person for each sign, all in one run.

Signs that rest on findings of earlier steps (trials, definitions, interactions) have cases of their own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from stepwell.engines.duckdb import Engine
from stepwell.knowledge import schema as s
from stepwell.knowledge.load import Knowledge, load
from stepwell.records.tables import build_tables

AS_OF = date(2025, 6, 30)
YESTERDAY = AS_OF - timedelta(days=1)
Row = dict[str, Any]
ONE = 1.0


@dataclass(frozen=True)
class Shown:
    """A sign with rows that fulfil it, or just don't, and what they have to say."""

    fact: str
    number: int
    sign: s.Sign
    fulfilled: bool

    @property
    def person_id(self) -> str:
        return f"{self.fact} {self.number} {self.fulfilled}"

    @property
    def says(self) -> str | None:
        return self.sign.says if self.fulfilled else self.sign.otherwise


def _day(name: str, day: date) -> Row:
    return {f"{name}_earliest": day, f"{name}_latest": day}


def _number(sign: s.Sign, *, fulfilled: bool) -> float:
    """A value that fulfils a comparison, or that just doesn't."""
    assert sign.value is not None
    step = {"at least": 0.0, "more than": ONE, "at most": 0.0, "less than": -ONE}
    missed = {"at least": -ONE, "more than": 0.0, "at most": ONE, "less than": 0.0}
    return sign.value + (step if fulfilled else missed)[sign.comparison or ""]


def _coded(sign: s.Sign, **more: Any) -> Row:
    return {"code_set": sign.of, "coded_by": "code", **_day("start", YESTERDAY), **more}


def _lab(sign: s.Sign, *, fulfilled: bool) -> Row:
    row: Row = {"lab": sign.of, **_day("date", YESTERDAY)}
    if sign.comparison:
        return row | {"value": _number(sign, fulfilled=fulfilled), "unit": sign.unit}
    if sign.text:
        return row | {"text": sign.text.lower() if fulfilled else "something else"}
    other = "normal" if sign.flag != "normal" else "high"
    flag = "high" if sign.flag == "abnormal" else sign.flag
    return row | {"flag": flag if fulfilled else other}


def _person(sign: s.Sign, *, fulfilled: bool) -> Row:
    if sign.of != "age":
        return {"sex": sign.of if fulfilled else {"male": "female", "female": "male"}[sign.of]}
    years = int(_number(sign, fulfilled=fulfilled))
    return _day("birth", date(AS_OF.year - years, 1, 1))


def _members(knowledge: Knowledge, group: str) -> str:
    return next((one.ingredient for one in knowledge.drug_sets if one.drug_set == group), group)


def _rows(knowledge: Knowledge, shown: Shown) -> Iterator[tuple[str, Row]]:
    """The rows of one person's record, each with its table."""
    sign, right = shown.sign, shown.fulfilled
    score = {"score_id": shown.person_id, "instrument": sign.of, **_day("date", YESTERDAY)}
    build: dict[str, Callable[[], tuple[str, Row]]] = {
        "condition": lambda: ("condition", _coded(sign, status="active", certainty="confirmed")),
        "procedure": lambda: ("procedure", _coded(sign)),
        "device": lambda: ("device", _coded(sign)),
        "encounter": lambda: ("encounter", {"kind": sign.of, **_day("start", YESTERDAY)}),
        "allergy": lambda: ("allergy", {"ingredient": _members(knowledge, sign.of), "coded_by": "code"}),
        "medicine": lambda: ("exposure", {
            "ingredient": _members(knowledge, sign.of), "basis": "ordered", "status": "active", "coded_by": "code",
            **_day("start", YESTERDAY), **_day("end", AS_OF + timedelta(days=30)),
        }),
        "lab": lambda: ("lab", _lab(sign, fulfilled=right)),
        "score": lambda: ("score", score | {"value": _number(sign, fulfilled=right)}),
        "item": lambda: ("item", score | {"item": sign.item, "value": _number(sign, fulfilled=right)}),
    }  # fmt: skip
    person = _person(sign, fulfilled=right) if sign.kind == "person" else {}
    if sign.kind == "episode":
        days = int(_number(sign, fulfilled=right))
        person = _day("episode_start", AS_OF - timedelta(days=days))
    yield "person", person
    if sign.kind == "item":
        yield "score", score
    if sign.kind in build:
        yield build[sign.kind]()


ELSEWHERE = ("trial", "definition", "interaction", "regimen")


def _all() -> list[Shown]:
    signs = [
        (fact.id, number, sign)
        for fact in load().facts
        for number, sign in enumerate(fact.signs)
        if sign.kind not in ELSEWHERE
    ]
    told = [Shown(*one, fulfilled=True) for one in signs]
    return told + [Shown(*one, fulfilled=False) for one in signs if one[2].otherwise]


@pytest.fixture(scope="module")
def evidence(knowledge: Knowledge) -> dict[tuple[str, str, int], set[str]]:
    """What is said of each fact, by person, fact and sign."""
    rows: dict[str, list[Row]] = {}
    for shown in _all():
        for table, row in _rows(knowledge, shown):
            named = {"person_id": shown.person_id, "evidence_id": f"{table}/1"}
            rows.setdefault(table, []).append(named | row)
    found = Engine(knowledge).run(build_tables(rows), AS_OF, ["fact_evidence"])["fact_evidence"].to_pylist()
    said: dict[tuple[str, str, int], set[str]] = {}
    for row in found:
        if row["sign"] is not None and row["kind"] not in ("gate", "implied"):
            said.setdefault((row["person_id"], row["fact"], row["sign"]), set()).add(row["says"])
    return said


HELD = [
    (fact.id, number, sign)
    for fact in load().facts
    for number, sign in enumerate(fact.signs)
    if sign.holds and next(window.days for window in load().windows if window.id == sign.holds)
]


def test_a_diagnosis_that_has_grown_old_only_makes_its_fact_possible(knowledge: Knowledge) -> None:
    windows = {window.id: window for window in knowledge.windows}
    rows: list[Row] = []
    for fact, number, sign in HELD:
        days = windows[sign.holds or ""].days or 0
        for name, age in (("young", days), ("old", days + 1)):
            day = AS_OF - timedelta(days=age)
            rows.append({"person_id": f"{fact} {number} {name}", "evidence_id": "c/1", "status": "unknown",
                         "code_set": sign.of, "coded_by": "code", **_day("start", day)})  # fmt: skip
    people = [{"person_id": row["person_id"], "evidence_id": "p/1"} for row in rows]
    tables = build_tables({"person": people, "condition": rows})
    found = Engine(knowledge).run(tables, AS_OF, ["fact_evidence"])["fact_evidence"].to_pylist()
    said = {(row["person_id"], row["fact"], row["sign"]): row["says"] for row in found if row["kind"] == "condition"}
    for fact, number, _ in HELD:
        assert said[f"{fact} {number} young", fact, number] == "present"
        assert said[f"{fact} {number} old", fact, number] == "possible"


@pytest.mark.parametrize("shown", _all(), ids=lambda shown: shown.person_id)
def test_the_sign_says_what_it_should(shown: Shown, evidence: dict[tuple[str, str, int], set[str]]) -> None:
    assert evidence.get((shown.person_id, shown.fact, shown.number)) == {shown.says}
