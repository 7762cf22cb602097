import stat
from datetime import date
from pathlib import Path

import pytest

from stepwell.errors import ConfigError, RecordError
from stepwell.knowledge.load import load
from stepwell.records.answers import Answer, keep, read_answers, with_answers, with_misplaced
from stepwell.records.asked import Questions
from stepwell.records.csv_folder.cells import Days
from stepwell.records.tables import Finding
from tests.unit.records.csv_files import read as read_folder
from tests.unit.records.csv_files import rows

AS_OF = date(2024, 6, 3)
TODAY = Days(AS_OF, AS_OF)
TRIAL = "sertraline@2024-01-01"
QUESTIONS = Questions(load())


def read(tmp_path: Path, *options: str, text: str | None = None, name: str = "told.csv") -> list[Answer]:
    """The answers of a file with this text, and of these options."""
    file = None
    if text is not None:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
    return read_answers(QUESTIONS, AS_OF, file, options)


def faults(tmp_path: Path, *options: str, text: str | None = None, name: str = "told.csv") -> tuple[str, ...]:
    """What is wrong with them."""
    with pytest.raises(RecordError) as caught:
        read(tmp_path, *options, text=text, name=name)
    assert caught.value.message == "The answers can't be used, and nothing was read."
    return caught.value.faults


# --- what may be answered --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"),
        (" YES ", "yes"),
        ("n", "no"),
        ("Not  sure", "unsure"),
        ("don\u2019t know", "unsure"),
        ("?", "unsure"),
    ],
)
def test_a_fact_is_answered_with_yes_no_or_unsure(tmp_path: Path, written: str, meant: str) -> None:
    assert read(tmp_path, f"bipolar-disorder={written}") == [
        Answer("bipolar-disorder", None, meant, TODAY, None, "--answer#1")
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (f"taken/{TRIAL}=partly", "partly"),
        (f"helped/{TRIAL}=no", "no"),
        (f"dose/{TRIAL}=100", "100"),
        (f"dose/{TRIAL}=37,5 mg", "37.5"),
        (f"dose/{TRIAL}=150mg/day", "150"),
        (f"dose/{TRIAL}=unsure", "unsure"),
    ],
)
def test_a_question_about_a_trial_names_it(tmp_path: Path, option: str, value: str) -> None:
    assert [(one.about, one.value) for one in read(tmp_path, option)] == [(TRIAL, value)]


@pytest.mark.parametrize(
    ("option", "fault"),
    [
        ("bipolar=yes", "--answer, question: no question has this name; did you mean bipolar-disorder?"),
        (
            "xyzzy=yes",
            (
                "--answer, question: no question has this name; allowed are the id of a fact, as a report prints it, "
                "and taken, helped, dose of a trial."
            ),
        ),
        ("bipolar-disorder=perhaps", "--answer, answer: not one of the answers allowed: yes | no | unsure."),
        ("bipolar-disorder=", "--answer, answer: empty; it needs one."),
        ("=yes", "--answer, question: empty; it needs one."),
        (
            "bipolar-disorder",
            "--answer: it has no '='; write --answer FACT=yes, or --answer taken/TRIAL=partly.",
        ),
        (
            f"bipolar-disorder/{TRIAL}=no",
            "--answer, about: only taken, helped, dose are about a trial; leave it empty.",
        ),
        (
            "taken=yes",
            (
                "--answer, about: the question needs the trial it is about, as a report names it, such as "
                "sertraline@2024-01-01."
            ),
        ),
        (
            "taken/sertraline@2024=yes",
            (
                "--answer, about: the question needs the trial it is about, as a report names it, such as "
                "sertraline@2024-01-01."
            ),
        ),
        ("taken/sertralin@2024-01-01=yes", "--answer, about: no medicine has this id; did you mean sertraline?"),
        (
            "taken/xyzzy@2024-01-01=yes",
            "--answer, about: no medicine has this id; write it as in sertraline@2024-01-01.",
        ),
        (f"taken/{TRIAL}=100", "--answer, answer: not one of the answers allowed: yes | partly | no | unsure."),
        (
            f"dose/{TRIAL}=0",
            "--answer, answer: not one of the answers allowed: a number of mg a day above 0, such as 50 | unsure.",
        ),
    ],
)
def test_what_cannot_be_used_is_said_with_what_is_allowed(tmp_path: Path, option: str, fault: str) -> None:
    assert faults(tmp_path, option) == (fault,)


def test_a_phenotype_is_one_that_the_knowledge_has_or_unsure() -> None:
    said, wrong = QUESTIONS.read("cyp2d6-phenotype", None, "unsure")
    assert (said, wrong) == ("unsure", [])

    known = sorted({row.cyp2d6 for row in load().gene_drugs if row.cyp2d6})
    assert QUESTIONS.permits("cyp2d6-phenotype") == " | ".join([*known, "unsure"])
    for phenotype in known:
        assert QUESTIONS.read("cyp2d6-phenotype", "", phenotype.upper())[0] == phenotype


def test_no_fault_repeats_what_was_written(tmp_path: Path) -> None:
    mark = "Q7secret"
    text = f"question,about,answer,date,by\n{mark},{mark},{mark},{mark},{mark}\ntaken,{mark}@2024-01-01,{mark},,\n"

    found = faults(tmp_path, f"{mark}={mark}", f"taken/{mark}={mark}", mark, text=text)

    assert len(found) == 9
    assert mark not in " ".join(found)


# --- files -----------------------------------------------------------------------------------------


def test_a_file_is_csv_with_a_day_where_it_is_known(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        text="question;about;answer;date;by\nbipolar-disorder;;no;2024-05;clinician\n# a comment\n"
        f"taken;{TRIAL};partly;;\n",
    )

    may = Days(date(2024, 5, 1), date(2024, 5, 31))
    assert found == [
        Answer("bipolar-disorder", None, "no", may, "clinician", "told.csv#2"),
        Answer("taken", TRIAL, "partly", TODAY, None, "told.csv#4"),
    ]


@pytest.mark.parametrize("wrap", ["{}", '{{"answers": {}}}'])
def test_a_file_may_be_json(tmp_path: Path, wrap: str) -> None:
    dose = f'{{"question": "dose", "about": "{TRIAL}", "answer": 50}}'
    rows = f'[{{"question": "bipolar-disorder", "answer": "no"}}, {dose}]'

    found = read(tmp_path, text=wrap.format(rows), name="told.json")

    assert [(one.question, one.about, one.value, one.where) for one in found] == [
        ("bipolar-disorder", None, "no", "told.json#1"),
        ("dose", TRIAL, "50", "told.json#2"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("told.json", "{", "told.json: not JSON; it breaks off or goes wrong at line 1."),
        ("told.json", "3", 'told.json: it needs a list of answers, such as [{"question": "FACT", "answer": "no"}].'),
        (
            "told.json",
            '["bipolar-disorder"]',
            (
                "told.json, answer 1: not an answer; each is an object with question, about, answer, date, by, each of "
                "them text."
            ),
        ),
        (
            "told.json",
            '[{"fact": "bipolar-disorder"}]',
            "told.json, answer 1: a key that isn't known; allowed are question, about, answer, date, by.",
        ),
        (
            "told.csv",
            "fact,answer\nbipolar-disorder,no\n",
            "told.csv, line 1: the name of column 1 isn't known; allowed are question, about, answer, date, by.",
        ),
        (
            "told.csv",
            "question,answer,date\nbipolar-disorder,no,03/04/2024\n",
            (
                "told.csv, line 2, date: the order of day and month isn't certain; write the year first, such as "
                "2024-03-04 (4 March) or 2024-04-03 (3 April)."
            ),
        ),
        (
            "told.csv",
            "question,answer,by\nbipolar-disorder,no,me\n",
            "told.csv, line 2, by: not one of the words allowed: person | clinician | carer.",
        ),
    ],
)
def test_a_fault_names_file_and_place(tmp_path: Path, name: str, text: str, fault: str) -> None:
    assert fault in faults(tmp_path, text=text, name=name)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        read_answers(QUESTIONS, AS_OF, tmp_path / "told.csv")

    assert caught.value.faults == ("told.csv: it can't be opened: No such file or directory.",)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path, "xyzzy=yes", "bipolar-disorder=no", "dementia=perhaps", text="question,answer\nbipolar,maybe\n,no\n"
    )

    assert [one.split(":")[0] for one in found] == [
        "told.csv, line 2, question",
        "told.csv, line 3, question",
        "--answer number 1, question",
        "--answer number 3, answer",
    ]


def test_two_answers_to_one_question_on_one_day_are_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "bipolar-disorder=yes", "bipolar-disorder=no") == (
        "--answer#1 and --answer#2: two answers to one question on one day; leave one.",
    )


def test_the_command_line_stands_before_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, "bipolar-disorder=yes", text="question,answer\nbipolar-disorder,no\ndementia,no\n")

    assert [(one.question, one.value) for one in found] == [("bipolar-disorder", "yes"), ("dementia", "no")]


# --- into a record ---------------------------------------------------------------------------------


def test_answers_join_those_of_the_record_and_the_same_day_gives_way(tmp_path: Path) -> None:
    record = read_folder(
        tmp_path,
        answers="date,question,answer\n2024-06-03,bipolar-disorder,no\n2024-06-03,dementia,no\n2024-01-01,ptsd,no\n",
    )

    told = with_answers(record, "person", read(tmp_path, "bipolar-disorder=yes", "ptsd=yes"))

    assert rows(told, "answer", "question", "value", "date_latest", "evidence_id") == [
        ("dementia", "no", AS_OF, "answers.csv#3"),
        ("ptsd", "no", date(2024, 1, 1), "answers.csv#4"),
        ("bipolar-disorder", "yes", AS_OF, "--answer#1"),
        ("ptsd", "yes", AS_OF, "--answer#2"),
    ]
    assert told.locations["--answer#2"] == ("--answer", 2)
    assert rows(record, "answer", "value") == [("no",), ("no",), ("no",)]


def test_a_file_named_as_one_of_the_record_is_told_apart(tmp_path: Path) -> None:
    record = read_folder(tmp_path, answers="question,answer\nbipolar-disorder,no\n")
    (tmp_path / "other").mkdir()

    answers = read(tmp_path / "other", text="question,answer\ndementia,no\n", name="answers.csv")

    assert rows(with_answers(record, "person", answers), "answer", "evidence_id") == [
        ("answers.csv#2",),
        ("--answers/answers.csv#2",),
    ]


def test_an_answer_about_a_trial_that_is_not_there_is_pointed_out(tmp_path: Path) -> None:
    record = read_folder(tmp_path, person="person_id\n1\n")
    told = with_answers(record, "1", read(tmp_path, f"taken/{TRIAL}=no", "bipolar-disorder=no"))

    assert with_misplaced(told, "1", [TRIAL]).findings == ()
    assert with_misplaced(told, "1", []).findings == (
        Finding(
            "answer-about-no-trial",
            "--answer",
            "line 1",
            "about",
            "No trial of the record has this name, so the answer isn't used; the report names each as DRUG@DAY.",
            "1",
        ),
    )


# --- kept ------------------------------------------------------------------------------------------


def test_what_is_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    text = f"question,about,answer,date,by\nbipolar-disorder,,no,2024-05,clinician\ntaken,{TRIAL},partly,2023,\n"
    found = read(tmp_path, "dementia=unsure", text=text)

    keep(tmp_path / "kept.csv", found)

    again = read_answers(QUESTIONS, date(2025, 1, 1), tmp_path / "kept.csv")
    assert [(one.question, one.about, one.value, one.days, one.by) for one in again] == [
        (one.question, one.about, one.value, one.days, one.by) for one in found
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.csv", "told.csv"]


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    keep(tmp_path / "kept.csv", [])

    assert stat.S_IMODE((tmp_path / "kept.csv").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "kept.csv"

    with pytest.raises(ConfigError) as caught:
        keep(file, [])

    assert str(caught.value) == (
        f"Can't write {file}: No such file or directory. Name a file in a folder that exists and may be written to."
    )
    assert list(tmp_path.iterdir()) == []
