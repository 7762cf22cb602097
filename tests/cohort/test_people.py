"""Who is counted, and how far each person gets, from tiny tables."""

from datetime import date
from typing import Any

from stepwell.cohort.steps import PEOPLE, tables
from stepwell.knowledge.load import Knowledge
from stepwell.knowledge.tables import tables as knowledge_tables
from stepwell.review import parameter_table
from tests.cohort.harness import one_step

STEP = {step.name: step for step in PEOPLE}
DAY = date(2024, 1, 1)
Row = dict[str, Any]
Rows = list[Row]


def run(name: str, knowledge: Knowledge, **rows: Rows) -> Rows:
    """The rows of one step, the knowledge's own tables filled in."""
    known = {
        **knowledge_tables(knowledge),
        **tables(knowledge),
        "parameter": parameter_table(knowledge, date(2025, 1, 1)),
    }
    given = {table: known[table].to_pylist() for table in STEP[name].inputs() if table in known}
    return one_step(STEP[name], **{**given, **rows})


def trial(number: int, ingredient: str, start: date, **more: Any) -> dict[str, Any]:
    """One antidepressant trial of the person."""
    return {
        "person_id": "p", "trial_id": f"t{number}", "ingredient": ingredient, "role": "antidepressant",
        "start_earliest": start, "start_latest": start, "end_latest": start, **more,
    }  # fmt: skip


def judged(number: int, verdict: str, **more: Any) -> dict[str, Any]:
    """Its verdict by the headline definition."""
    counts = "met" if verdict == "failed" else "unknown" if verdict == "cannot tell" else "not met"
    own = {"counts": counts, "dose": "met", "duration": "met", "adherence": "met", "outcome_basis": "measured"}
    return (
        {"person_id": "p", "trial_id": f"t{number}", "definition_id": "sforzini-2022", "verdict": verdict} | own | more
    )


def summary(knowledge: Knowledge, person: dict[str, Any], attempts: Rows) -> dict[str, Any]:
    """The summary of one person."""
    (row,) = run("person_summary", knowledge, person=[{"person_id": "p", **person}], attempt=attempts)
    return row


def born(day: date, latest: date | None = None) -> dict[str, Any]:
    """A birth date."""
    return {"birth_earliest": day, "birth_latest": latest or day}


def test_age_is_that_at_the_first_antidepressant(knowledge: Knowledge) -> None:
    row = summary(
        knowledge, born(date(1999, 1, 2)), [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 6, 1))]
    )

    assert (row["age_low"], row["age_high"], row["age_band"]) == (24, 24, "18-24")
    assert (row["index_earliest"], row["index_year"], row["trials"], row["drugs"]) == (DAY, 2024, 2, 2)


def test_a_vague_birth_date_leaves_the_band_unknown_only_where_it_matters(knowledge: Knowledge) -> None:
    inside = summary(knowledge, born(date(1980, 1, 1), date(1980, 12, 31)), [trial(1, "sertraline", DAY)])
    across = summary(knowledge, born(date(1999, 1, 1), date(1999, 12, 31)), [trial(1, "sertraline", DAY)])

    assert (inside["age_low"], inside["age_high"], inside["age_band"]) == (43, 44, "35-44")
    assert (across["age_low"], across["age_high"], across["age_band"]) == (24, 25, "unknown")


def test_a_person_without_an_antidepressant_has_no_index_and_no_age(knowledge: Knowledge) -> None:
    row = summary(knowledge, born(DAY), [])

    assert (row["index_earliest"], row["index_year"], row["age_low"], row["age_band"]) == (None, None, None, "unknown")
    assert (row["sex"], row["trials"], row["inferred"]) == ("unknown", 0, False)


def states(knowledge: Knowledge, definition: str, **rows: Rows) -> dict[str, str]:
    """The state of the person at each step to one definition."""
    own: Row = {"person_id": "p", "trials": 1, "age_low": 30, "age_high": 30, "observed_days": 1000, "inferred": False}
    result: Row = {"person_id": "p", "definition_id": definition, "result": "met"}
    given: dict[str, Rows] = {"person_summary": [own], "definition_result": [result]} | rows
    found = run("person_step", knowledge, **given)
    return {row["step"]: row["state"] for row in found if row["definition_id"] == definition}


def test_a_step_that_nothing_shows_is_left_and_one_that_is_open_is_left_as_unknown(knowledge: Knowledge) -> None:
    young = {"person_id": "p", "trials": 1, "age_low": 17, "age_high": 18, "observed_days": 100, "inferred": False}
    found = states(knowledge, "sforzini-2022", person_summary=[young])

    assert found == {
        "everybody": "met", "antidepressant": "met", "adult": "unknown", "observed": "not met", "diagnosis": "not met",
        "judged": "not met", "measured": "not met", "not-excluded": "met", "met": "met",
    }  # fmt: skip


def test_a_definition_is_not_asked_for_what_it_does_not_test(knowledge: Knowledge) -> None:
    silent = {"person_id": "p", "trials": 1, "age_low": 30, "age_high": 30, "inferred": False}

    assert states(knowledge, "cepeda-2018", person_summary=[silent])["observed"] == "not tested"
    assert states(knowledge, "cepeda-2018")["judged"] == "not tested"
    assert states(knowledge, "kim-2020")["measured"] == "not tested"


def labelled(knowledge: Knowledge, attempts: Rows, verdicts: Rows, **headline: Any) -> dict[str, Any]:
    """The row of a person who meets a claims rule on 1 July 2024."""
    results = [
        {"person_id": "p", "definition_id": "cepeda-2018", "result": "met", "index_date": date(2024, 7, 1)},
        {"person_id": "p", "definition_id": "sforzini-2022", "result": "unknown", "required": 2.0, **headline},
    ]
    trials = run("labelled_trial", knowledge, definition_result=results, attempt=attempts, verdict=verdicts)
    (row,) = run(
        "pseudo_resistance", knowledge, labelled_trial=trials, definition_result=results,
        person_summary=[{"person_id": "p", "inferred": False}],
    )  # fmt: skip
    return row


def test_two_drugs_that_surely_failed_make_a_person_really_resistant(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 3, 1))]
    row = labelled(knowledge, attempts, [judged(1, "failed"), judged(2, "failed")])

    assert (row["class"], row["fault"], row["trials"], row["failed_low"]) == ("resistant", "none", 2, 2)


def test_of_several_faults_the_first_by_the_order_of_the_knowledge_is_named(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 3, 1))]
    row = labelled(knowledge, attempts, [judged(1, "too short"), judged(2, "not taken")])

    assert (row["class"], row["fault"]) == ("not resistant", "not taken")
    assert (row["trials_too_short"], row["trials_not_taken"], row["failed_high"]) == (1, 1, 0)


def test_a_trial_whose_outcome_nobody_wrote_down_makes_it_impossible_to_tell(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 3, 1))]
    row = labelled(knowledge, attempts, [judged(1, "failed"), judged(2, "cannot tell", dose="unknown")])
    unmeasured = labelled(knowledge, attempts, [judged(1, "failed"), judged(2, "cannot tell")])

    assert (row["class"], row["fault"], row["failed_low"], row["failed_high"]) == ("cannot tell", "dose unknown", 1, 2)
    assert (unmeasured["class"], unmeasured["fault"]) == ("cannot tell", "never measured")


def test_somebody_who_is_well_at_the_end_has_not_been_left_unmeasured(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY)]
    row = labelled(knowledge, attempts, [judged(1, "cannot tell", counts="not met", well_at_end=True)])

    assert (row["class"], row["fault"]) == ("not resistant", "worked")


def test_a_trial_that_begins_when_the_rule_is_met_is_not_behind_it(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 7, 1))]
    row = labelled(knowledge, attempts, [judged(1, "failed"), judged(2, "failed")])

    assert (row["class"], row["fault"], row["trials"]) == ("not resistant", "too few", 1)


def test_a_rule_met_by_an_antipsychotic_alone_has_no_trial_behind_it(knowledge: Knowledge) -> None:
    assert labelled(knowledge, [], [])["fault"] == "no trial"


def test_bipolar_disorder_comes_before_every_fault_of_a_trial(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 3, 1))]
    row = labelled(knowledge, attempts, [judged(1, "failed"), judged(2, "not taken")], excluded_by="bipolar")

    assert (row["class"], row["fault"]) == ("not resistant", "other diagnosis")


def ends(knowledge: Knowledge, person: dict[str, Any], **rows: Rows) -> dict[str, tuple[int, str]]:
    """Days and end of each event of one person whose first antidepressant began on 1 January 2024."""
    own = {"person_id": "p", "index_latest": DAY, "observed_to": date(2024, 12, 31), "inferred": False}
    results = [{"person_id": "p", "definition_id": one.id, "result": "not met"} for one in knowledge.definitions]
    given = {"person_summary": [own], "person": [{"person_id": "p", **person}], "definition_result": results} | rows
    return {row["event"]: (row["days"], row["end"]) for row in run("time_to_event", knowledge, **given)}


def test_what_comes_first_is_the_end(knowledge: Knowledge) -> None:
    attempts = [
        trial(1, "sertraline", DAY),
        trial(2, "citalopram", date(2024, 1, 31)),
        trial(3, "sertraline", date(2024, 3, 1)),
    ]
    found = ends(knowledge, {"death_earliest": date(2024, 3, 1)}, attempt=attempts)
    alive = ends(knowledge, {}, attempt=attempts)

    assert found["second antidepressant"] == (30, "event")
    assert found["third antidepressant"] == (60, "death")
    assert alive["third antidepressant"] == (365, "end of observation")
    assert "remission" not in alive


def test_resistance_comes_when_the_last_trial_needed_was_over(knowledge: Knowledge) -> None:
    attempts = [trial(1, "sertraline", DAY), trial(2, "citalopram", date(2024, 3, 1), end_latest=date(2024, 6, 1))]
    results = [
        {"person_id": "p", "definition_id": "sforzini-2022", "result": "met"},
        {"person_id": "p", "definition_id": "rybak-2021", "result": "unknown"},
    ]
    verdicts = [judged(1, "failed", outcome_basis="reported"), judged(2, "failed", outcome_basis="reported")]
    found = ends(knowledge, {}, attempt=attempts, verdict=verdicts, definition_result=results)

    assert found["resistant: sforzini-2022"] == (152, "event")
    assert found["resistant: rybak-2021"][1] == "cannot tell"
