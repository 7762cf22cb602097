"""The numbers and orders by which people are counted."""

from stepwell.cohort.people import VERDICTS
from stepwell.cohort.pseudo import NO_TRIAL, OF_TRIALS, OTHER_DIAGNOSIS, TOO_FEW
from stepwell.knowledge.load import Knowledge


def test_every_fault_has_its_place_in_the_order(knowledge: Knowledge) -> None:
    ordered = sorted(knowledge.faults, key=lambda one: one.order)

    assert {one.name for one in ordered} == {OTHER_DIAGNOSIS, NO_TRIAL, TOO_FEW, *OF_TRIALS}
    assert [one.order for one in ordered] == list(range(1, len(ordered) + 1))
    assert [one.name for one in ordered][:5] == [
        "other diagnosis",
        "not taken",
        "not tolerated",
        "too low",
        "too short",
    ]
    assert {one.name for one in ordered if one.kind == "unknown"} == {
        "never measured", "adherence unknown", "dose unknown", "length unknown",
    }  # fmt: skip
    assert set(VERDICTS) - {"failed", "cannot tell"} <= set(OF_TRIALS)


def test_age_bands_follow_one_another_without_a_gap(knowledge: Knowledge) -> None:
    bands = knowledge.age_bands

    assert bands[0].low == 0
    assert bands[-1].high is None
    assert [band.high for band in bands[:-1]] == [band.low - 1 for band in bands[1:]]


def test_every_variant_has_the_one_value_that_it_changes(knowledge: Knowledge) -> None:
    for one in knowledge.variants:
        given = {
            "adherence": one.least_covered is not None or not one.asks_adherence,
            "dose table": one.dose_table is not None,
            "gap": one.persistence_days is not None,
        }
        assert [kind for kind, there in given.items() if there] == [one.changes], one.id
