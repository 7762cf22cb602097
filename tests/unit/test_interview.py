"""The interview without a terminal: lines in, lines out."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from stepwell.errors import ConfigError, RecordError
from stepwell.interview import FIRST_PAGE, TELL_SOMEBODY, Interview, Key, begin, conduct
from stepwell.one import Answers, Reviewer, review_one
from stepwell.records.answers import Answer
from stepwell.records.csv_folder.cells import Days
from stepwell.report.view.safety import SAME_DAY

EXAMPLES = Path(__file__).parents[2] / "examples"
ALMOST_EMPTY = EXAMPLES / "12-almost-empty" / "csv"
AS_OF = date(2025, 6, 2)
MOST_QUESTIONS = 15


@pytest.fixture(scope="module")
def reviewer() -> Iterator[Reviewer]:
    with Reviewer(ALMOST_EMPTY, AS_OF) as opened:
        yield opened


def held(interview: Interview, *lines: str) -> list[str]:
    """Everything that is said in an interview with these answers."""
    said: list[str] = []
    coming = iter(lines)
    conduct(interview, lambda: next(coming, None), said.append)
    return said


def asked(said: list[str]) -> list[str]:
    """The questions among what was said."""
    return [line.partition(". ")[2] for line in said if line[:1].isdigit() and ". " in line]


TYPICAL = {
    "depression-diagnosis": "yes", "recurrent-depression": "yes", "moderately-depressed-now": "yes",
    "taking-antidepressant-now": "yes", "partly-better-now": "yes", "psychosocial-stress": "yes",
    "hard-life-events": "yes", "anxiety-disorder": "yes", "other-mind-trouble": "yes", "side-effects-now": "yes",
    "other-medicines": "yes", "prefers-talking-therapy": "yes", "interested-in-exercise": "yes", "adult": "yes",
}  # fmt: skip
"""What a person with one more spell of a usual depression, and some worries, would say; no to all else."""
OF_TRIALS = {"dose": "100", "taken": "yes", "helped": "partly"}


@pytest.mark.parametrize("yes", [{}, TYPICAL], ids=["no to all", "typical"])
def test_the_first_page_is_settled_within_fifteen_questions(reviewer: Reviewer, yes: dict[str, str]) -> None:
    interview = Interview(reviewer)
    while interview.first_page_open():
        question = interview.next()
        assert question is not None
        name = question.key[0]
        interview.answer(question, OF_TRIALS.get(name) or yes.get(name, "no"))

    assert 2 < interview.given <= MOST_QUESTIONS


def test_every_answer_is_asked_once_and_the_end_is_reached(reviewer: Reviewer) -> None:
    """All that is open is answered at once, time after time: a review for each round and not for each answer."""
    given: dict[Key, Answer] = {}
    while (interview := Interview(reviewer, answers=list(given.values()))).next() is not None:
        mine = [question for question in interview.open() if not question.for_clinician]
        assert given.keys().isdisjoint(question.key for question in mine)
        given |= {question.key: unsure(question.key, len(given) + place) for place, question in enumerate(mine)}

    assert interview.left()[0] == []
    assert len(given) > MOST_QUESTIONS


def unsure(key: Key, number: int) -> Answer:
    """An unsure answer of the day."""
    return Answer(key[0], key[1] or None, "unsure", Days(AS_OF, AS_OF), "person", f"interview#{number}")


def test_on_a_full_record_nothing_is_asked_that_cannot_matter() -> None:
    example = EXAMPLES / "01-two-adequate-failures" / "csv"
    review = review_one(example, date(2025, 6, 4))
    settled = {row["fact"] for row in review.tables["fact"] if row["state"] != "unknown"}
    barred = {row["option"] for row in review.tables["option_fit"] if str(row["fit"]).startswith("not ")}
    known = {row["reason"] for row in review.tables["reason"] if row["state"] in {"shown", "ruled out"}}
    told = {row["definition_id"] for row in review.tables["definition_result"] if row["result"] != "unknown"}

    assert review.tables["question"]
    for row in review.tables["bearing"]:
        assert row["question"] not in settled
        assert (row["bears_on"], row["on"]) not in {
            *(("option", one) for one in barred),
            *(("reason", one) for one in known),
            *(("definition", one) for one in told),
        }
    assert not any(row["about"] for row in review.tables["question"]), "one trial is fully recorded, one just begun"


def test_a_yes_to_suicide_shows_the_crisis_lines_at_once(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer), "yes", "stop")

    place = said.index(f"SAFETY FIRST. {TELL_SOMEBODY}")
    assert "988" in said[place + 1]
    assert any("your local emergency number" in line for line in said[place : place + 6])
    assert place < next(n for n, line in enumerate(said) if line.startswith("2. "))


def test_an_unsure_about_suicide_shows_the_crisis_lines_too(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer), "unsure", "stop")

    assert f"SAFETY FIRST. {TELL_SOMEBODY}" in said


def test_a_no_of_a_person_who_may_not_know_goes_to_the_clinician(reviewer: Reviewer) -> None:
    answers = [Answer("times-of-high-mood", None, "no", Days(AS_OF, AS_OF), "person", "interview#1")]
    interview = Interview(reviewer, answers=answers)

    waiting = {asked.key[0]: asked.for_clinician for asked in interview.open()}
    assert waiting["bipolar-disorder"] is True


def test_an_answer_of_two_years_ago_is_asked_again_and_told(reviewer: Reviewer) -> None:
    then = Days(date(2023, 6, 2), date(2023, 6, 2))
    answers = [Answer("taking-antidepressant-now", None, "no", then, "person", "old#1")]

    words = {asked.key[0]: asked.words for asked in Interview(reviewer, answers=answers).open()}
    assert words["taking-antidepressant-now"].endswith("(Answered before: no on 2 Jun 2023.)")


def test_a_clinician_is_told_what_to_do_and_asked_everything(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer, by="clinician"), "y", "stop")

    assert f"SAFETY FIRST. {SAME_DAY}" in said


def test_a_no_to_suicide_shows_no_crisis_lines_and_never_reassures(reviewer: Reviewer) -> None:
    said = " ".join(held(Interview(reviewer), "no", "no", "stop"))

    assert "SAFETY" not in said
    assert "no risk" not in said.casefold()


def test_who_was_in_danger_before_sees_the_crisis_lines_first(reviewer: Reviewer) -> None:
    answers = reviewer.read(Answers(("suicidal-thoughts-now=yes",)))

    assert held(Interview(reviewer, answers=answers), "stop")[0] == f"SAFETY FIRST. {TELL_SOMEBODY}"


def test_each_answer_tells_what_it_settled(reviewer: Reviewer) -> None:
    interview = Interview(reviewer)
    fact = "bipolar-disorder"
    answers = reviewer.read(Answers(("times-of-high-mood=yes",)))
    interview = Interview(reviewer, answers=answers)
    question = next(one for one in interview.open() if one.key == (fact, ""))

    found = interview.answer(question, "yes")

    said = {(change.kind, change.before, change.after) for change in found}
    assert ("reason", "not assessed", "shown") in said
    assert any(kind == "stage" and after == "suppressed" for kind, _, after in said)


def test_an_answer_that_is_not_allowed_is_asked_for_again(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer), "perhaps", "no", "stop")

    assert said.count("Please answer: yes, no or unsure.") == 1
    assert len(asked(said)) == 2


def test_skip_goes_on_and_back_takes_back(reviewer: Reviewer) -> None:
    interview = Interview(reviewer)

    said = held(interview, "back", "skip", "no", "back", "stop")

    first, second, third, again = asked(said)
    assert "There is nothing to go back to." in said
    assert again == second
    assert len({first, second, third}) == 3
    assert interview.given == 0


def test_what_is_skipped_is_left_open_and_named(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer), "skip", "stop")

    assert f"   - {asked(said)[0]}" in said


def test_it_ends_when_no_more_lines_come(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer))

    assert "0 answers given." in said


def test_the_first_page_is_said_to_be_settled_once(reviewer: Reviewer) -> None:
    said = held(Interview(reviewer), *["no"] * 10, "unsure", "no", "no")
    assert said.count(FIRST_PAGE) == 1
    assert len(asked(said[said.index(FIRST_PAGE) :])) > 1


def test_it_goes_on_where_it_was_left(reviewer: Reviewer, tmp_path: Path) -> None:
    save = tmp_path / "answers.csv"
    first = held(begin(reviewer, "person", None, save), "no", "unsure", "stop")
    then = held(begin(reviewer, "person", None, save), "stop")

    assert asked(then)[0] == asked(first)[2]
    lines = save.read_text().splitlines()
    assert lines[0] == "question,about,answer,date,by"
    assert [line.partition(",")[2] for line in lines[1:]] == [",no,2025-06-02,person", ",unsure,2025-06-02,person"]


def test_answers_are_kept_before_the_next_question_comes(reviewer: Reviewer, tmp_path: Path) -> None:
    save = tmp_path / "answers.csv"
    interview = begin(reviewer, "person", None, save)
    question = interview.next()
    assert question is not None

    interview.answer(question, "no")

    assert len(save.read_text().splitlines()) == 2


def test_another_file_of_answers_is_never_overwritten(reviewer: Reviewer, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("question,answer\nbipolar-disorder,no\n")
    (tmp_path / "told.csv").write_text("question,answer\ndementia,no\n")

    with pytest.raises(ConfigError) as caught:
        begin(reviewer, "person", tmp_path / "told.csv", tmp_path / "old.csv")

    assert str(caught.value) == (
        "old.csv is there already and would be overwritten. Leave out --answers to go on from it, "
        "or give --save another name."
    )
    assert (tmp_path / "old.csv").read_text() == "question,answer\nbipolar-disorder,no\n"


def test_answers_are_kept_as_csv(reviewer: Reviewer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        begin(reviewer, "person", None, tmp_path / "answers.json")

    assert str(caught.value) == (
        "Answers are kept as CSV. Give --save a name that ends in .csv, for example answers.csv"
    )


def test_a_file_that_cannot_be_used_is_refused_before_anything_is_asked(reviewer: Reviewer, tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("question,answer\nbipolar,no\n")

    with pytest.raises(RecordError) as caught:
        begin(reviewer, "person", None, tmp_path / "answers.csv")

    assert caught.value.faults == (
        "answers.csv, line 2, question: no question has this name; did you mean bipolar-disorder?",
    )
