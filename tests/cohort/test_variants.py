"""The same review with one thing changed."""

import pyarrow as pa

from stepwell.cohort.finish import published
from stepwell.cohort.variants import variants
from stepwell.knowledge.load import Knowledge
from tests.cohort.harness import Tables


def test_each_variant_changes_one_thing_and_no_more(knowledge: Knowledge) -> None:
    made = {one.id: one for one in variants(knowledge)}

    assert list(made) == [one.id for one in knowledge.variants]
    assert made["covered-70"].definitions == ("sforzini-2022",)
    trial = {one.id: one.trial for one in made["covered-70"].knowledge.definitions}
    assert trial["sforzini-2022"].least_covered == 0.7
    assert trial["rybak-2021"] == next(one.trial for one in knowledge.definitions if one.id == "rybak-2021")
    assert made["gap-60"].knowledge.rule("persistence-days") == 60
    assert made["gap-60"].knowledge.definitions == knowledge.definitions
    assert knowledge.rule("persistence-days") == 30


def test_a_dose_table_is_varied_only_where_dose_is_tested(knowledge: Knowledge) -> None:
    made = {one.id: one for one in variants(knowledge)}
    asked = {one.id for one in knowledge.definitions if one.trial.dose_table == "canmat-2023"}
    tested = {one.id for one in knowledge.definitions if one.trial.dose_table}

    assert asked == {"rybak-2021"}
    assert set(made["doses-mgh-atrq"].definitions) == asked
    assert set(made["doses-canmat"].definitions) == tested - asked


def test_what_a_variant_leaves_alone_is_shown_as_it_stands_elsewhere(raw: Tables, knowledge: Knowledge) -> None:
    varied = {"as shipped": raw["definition_count"], "covered-70": raw["definition_count"]}
    out = published(raw, knowledge, varied=varied)
    shown = _shown(out["variant_count"])
    here = {(row["definition"], row["result"]): row["people"] for row in out["definition_count"].to_pylist()}

    assert len(shown) == 2 * len(here)
    assert all(shown["as shipped", *key] == people for key, people in here.items())
    assert all(shown["covered-70", *key] == people for key, people in here.items() if key[0] != "sforzini-2022")


def test_in_a_sample_a_count_is_one_of_the_sample(raw: Tables, knowledge: Knowledge) -> None:
    half = raw["definition_count"].to_pydict()
    half |= {"people": [count // 2 for count in half["people"]]}
    totals: dict[str, int] = {}
    for name, count in zip(half["definition_id"], half["people"], strict=True):
        totals[name] = totals.get(name, 0) + count
    most = max(totals.values())
    for name, total in totals.items():  # every definition has everybody of the sample
        half["people"][half["definition_id"].index(name)] += most - total
    table = pa.table(half, schema=raw["definition_count"].schema)
    varied = {"as shipped": table, "covered-70": table}
    shown = _shown(published(raw, knowledge, varied=varied, sampled=True)["variant_count"])

    assert [key for key in shown if shown[key] != shown["as shipped", *key[1:]] and key[1] != "sforzini-2022"] == []
    assert max(count for count in shown.values() if count) <= most + 2


def _shown(table: pa.Table) -> dict[tuple[str, str, str], int | None]:
    return {(row["variant"], row["definition"], row["result"]): row["people"] for row in table.to_pylist()}
