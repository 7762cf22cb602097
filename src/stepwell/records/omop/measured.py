"""Laboratory results, and totals and items of questionnaires, from `measurement` and `observation`."""

from collections.abc import Callable, Mapping

import ibis
from ibis import Value
from ibis.expr.types import Table

from stepwell.logic import first_rows
from stepwell.records.omop.events import PLACES, Place, members
from stepwell.records.omop.joins import KEYS, beside, by_any_code, coded, concepts, dated, keyed, named, types

MEASURED = tuple(place for place in PLACES if place.table in ("measurement", "observation"))

SCALES = {"omop_total": "resolved_total", "omop_item": "resolved_item"}
"""Names of the tables of `scale_concepts` once they have been written out."""


def _each(tables: Mapping[str, Table], make: Callable[[Place], Table]) -> Table | None:
    found = [make(place) for place in MEASURED if place.table in tables]
    return ibis.union(*found) if len(found) > 1 else next(iter(found), None)


def _words(tables: Mapping[str, Table], rows: Table) -> Table:
    """With `answer_code` and `answer_text` of the concept that is the value, and `written`, the value in words."""
    text = rows.value_as_string if "value_as_string" in rows.columns else ibis.null("string")
    rows = rows.mutate(written=ibis.coalesce(text, rows.value_source_value).lower().strip().nullif(""))
    if "concept" not in tables:
        return rows.mutate(answer_code=ibis.null("string"), answer_text=ibis.null("string"))
    concept = tables["concept"]
    concept = concept.filter(concept.concept_id != 0)
    answer = concept.select(
        value_as_concept_id="concept_id", answer_code="concept_code", answer_text=concept.concept_name.lower().strip()
    )
    return beside(rows, answer, "value_as_concept_id")


# --- laboratory ------------------------------------------------------------------------------------


def lab(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table | None:
    """One row per result and laboratory test of ours that it is of; one that says nothing is left out."""
    return _each(tables, lambda place: _labs(tables, knowledge, place))


def _labs(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    rows = _words(tables, members(tables, knowledge, place, ["lab"]))
    rows = _with_unit(tables, knowledge, rows)
    rows = _with_flag(knowledge, rows)
    rows = rows.filter(rows.value_as_number.notnull() | rows.text.notnull() | rows.flag.notnull())
    return rows.select(
        "person_id", "unit", "text", "flag", lab="code_set", **dated("date", rows[place.start]),
        # `<5` is a limit, not a number.
        value=ibis.cases((rows.side.isnull(), rows.value_as_number), else_=ibis.null("float64")),
        evidence_id=named(place.table, rows[f"{place.table}_id"]),
    )  # fmt: skip


def _with_unit(tables: Mapping[str, Table], knowledge: Mapping[str, Table], rows: Table) -> Table:
    """With `unit` as UCUM writes it where we know it, else as it was written."""
    told = ibis.null("string")
    if "concept" in tables:
        concept = tables["concept"]
        unit = concept.filter((concept.concept_id != 0) & (concept.vocabulary_id == "UCUM"))
        rows = beside(rows, unit.select(unit_concept_id="concept_id", unit_code="concept_code"), "unit_concept_id")
        told = rows.unit_code
    rows = rows.mutate(raw_unit=ibis.coalesce(told, rows.unit_source_value))
    known = knowledge["omop_unit"].rename(unit_key="written", known_unit="unit")
    rows = rows.mutate(unit_key=rows.raw_unit.replace(" ", "").lower())
    rows = beside(rows, known, "unit_key")
    return rows.mutate(unit=rows.known_unit.fill_null(rows.raw_unit))


def _with_flag(knowledge: Mapping[str, Table], rows: Table) -> Table:
    """With `side` (`below`, `above` a number), `text` where there is no number, and `flag`."""
    if "operator_concept_id" in rows.columns:
        rows = beside(rows, types(knowledge, "operator", "operator_concept_id", "side"), "operator_concept_id")
        flag = _against_range(rows)
    else:
        rows, flag = rows.mutate(side=ibis.null("string")), ibis.null("string")
    words = ibis.cases((rows.value_as_number.isnull(), _in_words(rows)), else_=ibis.null("string"))
    rows = rows.mutate(text=words, ranged=flag)
    rows = beside(rows.mutate(said=rows.text), knowledge["omop_flag"].rename(worded="flag"), "said")
    return rows.mutate(flag=rows.ranged.fill_null(rows.worded))


def _in_words(rows: Table) -> Value:
    """The result in words: of the concept, else as written unless it holds a digit, which is a slip or a limit."""
    digits = rows.written
    for digit in "0123456789":
        digits = digits.replace(digit, "")
    worded = ibis.cases((digits.length() == rows.written.length(), rows.written), else_=ibis.null("string"))
    return rows.answer_text.fill_null(worded)


def _against_range(rows: Table) -> Value:
    """Where a number lies to its reference range; of a limit only what is sure."""
    number, low, high = rows.value_as_number, rows.range_low, rows.range_high
    exact = rows.side.isnull()
    under = (number < low) & (exact | (rows.side == "below"))
    over = (number > high) & (exact | (rows.side == "above"))
    within = (
        exact
        & (low.notnull() | high.notnull())
        & (number >= low.fill_null(number))
        & (number <= high.fill_null(number))
    )
    return ibis.cases((under, "low"), (over, "high"), (within, "normal"), else_=ibis.null("string"))


# --- questionnaires --------------------------------------------------------------------------------


def score(tables: Mapping[str, Table], knowledge: Mapping[str, Table], answered: Table | None) -> Table | None:
    """One row per total, and per set of items without a total of its own."""
    totals = _each(tables, lambda place: _total(tables, knowledge, place))
    if totals is None or answered is None:
        return totals
    alone = answered.filter(answered.own_score)
    sets = alone.select("person_id", "instrument", "score_id", "date_earliest", "date_latest").distinct()
    sets = sets.mutate(value=ibis.null("float64"), evidence_id=sets.score_id)
    return ibis.union(totals, sets.select(totals.columns))


def scale_concepts(tables: Mapping[str, Table], knowledge: Mapping[str, Table], name: str) -> Table:
    """One row per concept that has a code of `omop_total` or `omop_item`: `concept_id` and what it means."""
    known = knowledge[name]
    if "concept" not in tables:
        return (
            known.mutate(concept_id=ibis.null("int64"))
            .filter(ibis.literal(False))
            .drop("vocabulary_id", "concept_code")
        )
    found = concepts(tables, known).inner_join(known, ["vocabulary_id", "concept_code"])
    return found.select("concept_id", *_meaning(known))


def _meaning(known: Table) -> list[str]:
    return [column for column in known.columns if column not in ("vocabulary_id", "concept_code")]


def _coded(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, name: str) -> Table:
    """The events of a table that have a code of `omop_total` or `omop_item`, with what it means."""
    return keyed(tables[place.table], place.kind).inner_join(_known(tables, knowledge, place, name), KEYS)


def _known(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, name: str) -> Table:
    """`scale_meanings`, as they were written out if they were."""
    found = knowledge.get(f"{SCALES[name]}_{place.table}")
    return scale_meanings(tables, knowledge, place, name) if found is None else found


def scale_meanings(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, name: str) -> Table:
    """One row per way in which events of a table are coded and total or item that they so are.

    Of a scale an answer is of one item. `shared`: it may be of another scale, too.
    """
    known, found = knowledge[name], knowledge.get(SCALES[name])
    found = scale_concepts(tables, knowledge, name) if found is None else found
    # A LOINC code has a hyphen before its last digit; nothing else looks so.
    by_value = known.filter(known.vocabulary_id == "LOINC").rename(val="concept_code").select("val", *_meaning(known))
    means = by_any_code(coded(tables, knowledge, place.table, place.kind), found, by_value)
    if name == "omop_total":
        return means
    means = first_rows(means, [*KEYS, "scale"], [means.number])
    return means.mutate(shared=means.count().over(ibis.window(group_by=KEYS)) > 1)


def totals_named(tables: Mapping[str, Table], knowledge: Mapping[str, Table], of: Table) -> Table | None:
    """One row per event that names a total of these instruments, whether it holds a value or not: person and day."""
    return _each(tables, lambda place: _named_total(tables, knowledge, place, of))


def _named_total(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place, of: Table) -> Table:
    known = _known(tables, knowledge, place, "omop_total").semi_join(of, "instrument")
    rows = keyed(tables[place.table], place.kind).semi_join(known, KEYS)
    return rows.select("person_id", date_earliest=rows[place.start])


def _total(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    rows = _coded(tables, knowledge, place, "omop_total")
    rows = rows.filter(rows.value_as_number.notnull())
    evidence = named(place.table, rows[f"{place.table}_id"])
    return rows.select(
        "person_id", "instrument", score_id=evidence, **dated("date", rows[place.start]), value=rows.value_as_number,
        evidence_id=evidence,
    )  # fmt: skip


def answered(tables: Mapping[str, Table], knowledge: Mapping[str, Table]) -> Table | None:
    """One row per (person, scale, day, item): its answer, the score it belongs to, and whether that is its own.

    An item that is of several scales belongs to that which explains most items of the day, then to the shortest.
    Answered twice alike it counts once; twice differently it is unknown, but about suicide the higher stands.
    """
    rows = _each(tables, lambda place: _items(tables, knowledge, place))
    sizes = _each(tables, lambda place: _sizes(tables, knowledge, place))
    totals = _each(tables, lambda place: _days(tables, knowledge, place))
    if rows is None or sizes is None or totals is None:
        return None
    item = knowledge["omop_item"].select("number", "scale", "instrument", "item", "suicide").distinct()
    return _joined(_once(_assigned(rows, sizes), item), totals)


def _items(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    """One row per answer and item that it may be of, with its value."""
    rows = _words(tables, _coded(tables, knowledge, place, "omop_item"))
    rows = rows.mutate(code_said=rows.answer_code, text_said=ibis.coalesce(rows.answer_text, rows.written))
    known = knowledge["omop_answer"]
    for said, value in (("code_said", "code_value"), ("text_said", "text_value")):
        rows = beside(rows, known.rename({said: "said", value: "answer_value"}), ["number", said])
    value = ibis.coalesce(rows.value_as_number, rows.code_value, rows.text_value)
    inside = (value >= rows.minimum) & (value <= rows.maximum)
    return rows.select(
        "person_id", "scale", "number", "shared", day=rows[place.start], row=_brief(place, rows),
        value=ibis.cases((inside, value), else_=ibis.null("float64")),
    )  # fmt: skip


def _sizes(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    """One row per answer and scale that it may be of."""
    rows = _coded(tables, knowledge, place, "omop_item")
    return rows.select("person_id", "scale", day=rows[place.start])


def _days(tables: Mapping[str, Table], knowledge: Mapping[str, Table], place: Place) -> Table:
    """One row per total that holds a value."""
    rows = _coded(tables, knowledge, place, "omop_total")
    rows = rows.filter(rows.value_as_number.notnull())
    return rows.select("person_id", "scale", day=rows[place.start], row=_brief(place, rows))


def _brief(place: Place, rows: Table) -> Value:
    """The row of the source in few letters, in the order of what findings cite: the first of its table, then its id."""
    return ibis.literal(place.table[0]) + rows[f"{place.table}_id"]


def _in_full(row: Value) -> Value:
    """What findings cite, of what `_brief` gives."""
    return ibis.cases(
        *((row.substr(0, 1) == place.table[0], named(place.table, row.substr(1))) for place in MEASURED),
        else_=ibis.null("string"),
    )


def _assigned(rows: Table, sizes: Table) -> Table:
    """Each answer with one scale and item; most can be of one alone."""
    shared, alone = rows.filter(rows.shared), rows.filter(~rows.shared)
    sizes = sizes.group_by(["person_id", "day", "scale"]).aggregate(explained=sizes.count())
    rivals = _beside_day(shared, sizes)
    found = first_rows(rivals, ["row"], [rivals.explained.desc(), rivals.number])
    return found.drop("explained").union(alone)


def _once(rows: Table, item: Table) -> Table:
    """One row per (person, scale, day, item)."""
    found = rows.group_by(["person_id", "day", "number"]).aggregate(
        low=rows["value"].min(), high=rows["value"].max(), told=rows["value"].count(), rows=rows.count(),
        row=rows.row.min(),
    )  # fmt: skip
    found = found.inner_join(item, "number")
    agree = (found.told == found["rows"]) & (found.low == found.high)
    value = ibis.cases((agree | found.suicide, found.high), else_=ibis.null("float64"))
    return found.mutate(value=value)


def _joined(rows: Table, totals: Table) -> Table:
    """With `score_id`: the only total of the scale on that day, else the first of the answers stands for a score."""
    keys = ["person_id", "day", "scale"]
    total = totals.group_by(keys).aggregate(total=totals.row.min(), totals=totals.count())
    total = total.filter(total.totals == 1).drop("totals")
    sets = _beside_day(rows.group_by(keys).aggregate(first=rows.row.min()), total)
    sets = sets.select(*keys, score_id=_in_full(sets.total.fill_null(sets["first"])), own_score=sets.total.isnull())
    rows = _beside_day(rows, sets)
    return rows.select(
        "person_id", "instrument", "item", "score_id", **dated("date", rows.day), value=rows["value"],
        evidence_id=_in_full(rows.row), own_score="own_score",
    )  # fmt: skip


def _beside_day(rows: Table, other: Table) -> Table:
    """All rows, with the columns of another table for the person, the scale and the day, be it one that isn't known."""
    same = [rows.person_id == other.person_id, rows.day.identical_to(other.day), rows.scale == other.scale]
    return rows.left_join(other, same).drop("person_id_right", "day_right", "scale_right")
