"""The questions of a review, asked one after the other until nothing more can matter.

After each answer the review is run again, what it settled is told, and the answers are kept. Nothing here knows the
terminal: lines come in through one function and go out through another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stepwell.errors import ConfigError
from stepwell.one import Answers, Reviewer
from stepwell.records.answers import Answer, keep
from stepwell.records.asked import UNSURE, YES
from stepwell.records.csv_folder.cells import Days
from stepwell.report.figures import capital, count, when
from stepwell.report.lookup import Lookup, interval
from stepwell.report.view.citations import Citations
from stepwell.report.view.facts import Facts
from stepwell.report.view.questions import QuestionView, questions
from stepwell.report.view.safety import SAME_DAY, safety
from stepwell.report.words import words
from stepwell.review import Review

PERSON, CLINICIAN = "person", "clinician"
STOP, SKIP, BACK = "stop", "skip", "back"

Key = tuple[str, str]
"""A question, and the trial it is about or nothing."""


@dataclass(frozen=True)
class Asked:
    """A question as it is put.

    Args:
        key: Which it is.
        words: As it is asked.
        hint: What helps to answer it; may be empty.
        permits: What may be answered.
        bears_on: How much an answer may change, in words.
        first: Whether it is asked before all others, for safety.
        for_clinician: Whether it waits for a clinician.
    """

    key: Key
    words: str
    hint: str
    permits: str
    bears_on: str
    first: bool
    for_clinician: bool


@dataclass(frozen=True)
class Change:
    """Something that an answer changed: what, what was said of it before, and what is now."""

    kind: str
    name: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """In one line."""
        return f"{self.name}: {self.before} -> {self.after}"


class Interview:
    """The state of an interview: the answers so far and the review they give.

    Args:
        reviewer: Whose record.
        by: Who answers: a person is not asked what waits for a clinician.
        answers: Those given already.
        file: Where answers are kept after each; nowhere if null.
    """

    def __init__(
        self, reviewer: Reviewer, by: str = PERSON, answers: Sequence[Answer] = (), file: Path | None = None
    ) -> None:
        self._reviewer = reviewer
        self.by = by
        self._file = file
        self._before = list(answers)
        self._given: list[Answer] = []
        self._skipped: set[Key] = set()
        self._hints = {fact.id: fact.hint or "" for fact in reviewer.knowledge.facts}
        self.review = reviewer.review(self.answers)

    @property
    def answers(self) -> list[Answer]:
        """All answers: those given before and those of now."""
        return [*self._before, *self._given]

    @property
    def given(self) -> int:
        """How many answers were given now."""
        return len(self._given)

    @property
    def in_danger(self) -> bool:
        """Whether an answer about death or self-harm is above zero, or a fact that comes before all others is there."""
        first = {fact.id for fact in self.review.knowledge.facts if fact.priority == 0}
        here = {str(row["fact"]) for row in self.review.tables["fact"] if row["state"] in {"present", "conflict"}}
        return bool(self.review.tables["safety_notice"] or first & here)

    def open(self) -> list[Asked]:
        """Every question that is worth asking, in order, whoever it is for and whether or not it was skipped."""
        lookup = Lookup(self.review)
        rows = {(str(row["question"]), str(row["about"] or "")): row for row in self.review.tables["question"]}
        found = questions(lookup, Facts(lookup, Citations(lookup)))
        return [self._asked(lookup, view, int(str(rows[view.id, view.about]["priority"]))) for view in found]

    def next(self) -> Asked | None:
        """The question to ask now; none if nothing is left for who answers."""
        return next((one for one in self.open() if one.key not in self._skipped and self._mine(one)), None)

    def _mine(self, asked: Asked) -> bool:
        return self._is_mine(CLINICIAN if asked.for_clinician else PERSON)

    def _is_mine(self, ask: str) -> bool:
        return self.by == CLINICIAN or ask == PERSON

    def first_page_open(self) -> int:
        """How many questions the first page of the review still waits for, of those for who answers."""
        skipped = self._skipped
        rows = [row for row in self.review.tables["question"] if row["first_page"]]
        keys = [(str(row["question"]), str(row["about"] or "")) for row in rows if self._is_mine(str(row["ask"]))]
        return len(set(keys) - skipped)

    def left(self) -> tuple[list[Asked], list[Asked]]:
        """The questions that are left: those that were skipped, and those that wait for a clinician."""
        asked = self.open()
        return [one for one in asked if self._mine(one)], [one for one in asked if not self._mine(one)]

    def _asked(self, lookup: Lookup, view: QuestionView, priority: int) -> Asked:
        return Asked(
            (view.id, view.about), self._words(lookup, view), self._hints.get(view.id, ""),
            self._reviewer.questions.permits(view.id), view.bears_on, priority == 0, view.ask == CLINICIAN,
        )  # fmt: skip

    def _words(self, lookup: Lookup, view: QuestionView) -> str:
        if not view.about or self.by == CLINICIAN:
            return view.words
        attempt = lookup.attempt[view.about]
        template = str(words()["person"]["ask"][f"trial_{view.id}"])
        began = when(*interval(attempt, "start"))
        return f"{template.format(drug=lookup.drug(attempt['ingredient']).lower())} (It began: {began}.)"

    def meant(self, asked: Asked, text: str) -> str | None:
        """The answer that a text means; nothing if it is none of those allowed."""
        return self._reviewer.questions.read(*asked.key, text)[0]

    def answer(self, asked: Asked, value: str) -> list[Change]:
        """Takes an answer that is allowed, and tells what it changed."""
        question, about = asked.key
        day = self._reviewer.as_of
        where = f"interview#{len(self.answers) + 1}"
        self._given.append(Answer(question, about or None, value, Days(day, day), self.by, where))
        return self._again()

    def skip(self, asked: Asked) -> None:
        """Leaves a question out for now; it is not kept as an answer."""
        self._skipped.add(asked.key)

    def back(self) -> list[Change] | None:
        """Takes back the last answer given now: what that changed, or nothing if there is none."""
        if not self._given:
            return None
        self._given.pop()
        return self._again()

    def _again(self) -> list[Change]:
        if self._file:
            keep(self._file, self.answers)
        before, self.review = self.review, self._reviewer.review(self.answers)
        return changes(before, self.review)


# --- what changed ----------------------------------------------------------------------------------


def changes(before: Review, after: Review) -> list[Change]:
    """Every option, reason, stage, definition and trial of which another thing is said than before."""
    earlier = _said(before)
    found = (
        Change(kind, name, earlier.get((kind, name), "not there"), words)
        for (kind, name), words in _said(after).items()
    )
    return [change for change in found if change.before != change.after]


def _said(review: Review) -> dict[tuple[str, str], str]:
    """What the review says of each thing, by its kind and its name."""
    knowledge, tables = review.knowledge, review.tables
    options = {one.id: one.title for one in knowledge.options}
    reasons = {one.id: one.title for one in knowledge.reasons}
    methods = {one.id: one.title for one in knowledge.staging}
    definitions = {one.id: one.title for one in knowledge.definitions}
    headline = [row for row in tables["verdict"] if row["definition_id"] == review.headline_definition]
    return {
        **{("option", options[str(row["option"])]): str(row["fit"]) for row in tables["option_fit"]},
        **{("reason", reasons[str(row["reason"])]): str(row["state"]) for row in tables["reason"]},
        **{("stage", methods[str(row["method"])]): _stage(row) for row in tables["stage"]},
        **{("definition", definitions[str(row["definition_id"])]): str(row["result"])
           for row in tables["definition_result"]},
        **{("trial", str(row["trial_id"])): str(row["verdict"]) for row in headline},
    }  # fmt: skip


def _stage(row: Mapping[str, object]) -> str:
    low, high = row["low"], row["high"]
    if row["state"] != "scored" or low is None:
        return str(row["state"])
    return f"{low:g}" if low == high else f"{low:g} to {'more' if high is None else f'{high:g}'}"


# --- in words --------------------------------------------------------------------------------------

Say = Callable[[str], None]
Hear = Callable[[], str | None]

HEADINGS = {
    "option": "Options", "reason": "Reasons", "stage": "Stages", "definition": "Definitions", "trial": "Trials",
}  # fmt: skip
TELL_SOMEBODY = "You don't have to face this alone. Please tell a doctor, or somebody you trust, today."
FIRST_PAGE = f"The first page of the review is settled as far as your answers go. You may {STOP} here, or go on."
MOST_CHANGES = 6
"""How many changes of a kind are told by name."""


def conduct(interview: Interview, hear: Hear, say: Say) -> None:
    """Asks until nothing is left, the one who answers stops, or no more lines come.

    Args:
        interview: The interview.
        hear: The next line that is typed; null when no more come.
        say: Takes one line to show.
    """
    _tell(_greeting(interview), say)
    while (asked := interview.next()) is not None:
        waited = interview.first_page_open()
        _tell(_put(asked, interview.given + 1), say)
        if not _turn(interview, asked, hear, say):
            break
        if waited and not interview.first_page_open():
            say(FIRST_PAGE)
    _tell(farewell(interview), say)


def _tell(lines: Iterable[str], say: Say) -> None:
    for line in lines:
        say(line)


def _turn(interview: Interview, asked: Asked, hear: Hear, say: Say) -> bool:
    """Hears lines until the question is answered, skipped or taken back; false if the interview is to stop."""
    while True:
        line = hear()
        word = STOP if line is None else line.strip().casefold()
        if word == STOP:
            return False
        if word == SKIP:
            interview.skip(asked)
            return True
        if word == BACK:
            changed = interview.back()
        else:
            value = interview.meant(asked, word)
            if asked.first and value in {YES, UNSURE}:
                _tell(_crisis(interview), say)
            changed = interview.answer(asked, value) if value else None
        if changed is not None:
            _tell(_settled(changed), say)
            return True
        say("There is nothing to go back to." if word == BACK else f"Please answer: {_may_answer(asked)}.")


def _greeting(interview: Interview) -> Iterator[str]:
    if interview.in_danger:
        yield from _crisis(interview)
        yield ""
    yield f"Interview as of {interview.review.as_of.isoformat()}. {_to_ask(interview)}"
    yield f"You may always answer unsure. You may also type {SKIP}, {BACK} or {STOP}."


def _to_ask(interview: Interview) -> str:
    found = len(interview.left()[0])
    return f"{count(found, 'question', 'questions')} can matter now." if found else "No question can matter now."


def _put(asked: Asked, number: int) -> Iterator[str]:
    yield ""
    yield f"{number}. {asked.words}"
    if asked.hint:
        yield f"   {asked.hint}"
    bearing = f" ({asked.bears_on} wait for it)" if asked.bears_on else ""
    yield f"   {'For the clinician. ' if asked.for_clinician else ''}{_may_answer(asked)}{bearing}"


def _may_answer(asked: Asked) -> str:
    *others, last = asked.permits.split(" | ")
    return f"{', '.join(others)} or {last}" if others else last


def _settled(changed: Sequence[Change]) -> Iterator[str]:
    for kind, heading in HEADINGS.items():
        mine = [change for change in changed if change.kind == kind]
        if not mine:
            continue
        yield f"   {heading}:"
        yield from (f"     {change.words}" for change in mine[:MOST_CHANGES])
        if len(mine) > MOST_CHANGES:
            yield f"     and {len(mine) - MOST_CHANGES} more"
    if not changed:
        yield "   Noted. Nothing else changes yet."


def _crisis(interview: Interview) -> Iterator[str]:
    """The helplines, at once."""
    lookup = Lookup(interview.review)
    shown = safety(lookup, Citations(lookup))
    yield f"SAFETY FIRST. {SAME_DAY if interview.by == CLINICIAN else TELL_SOMEBODY}"
    yield from (f"   {line}" for line in shown.lines)
    yield f"   {shown.anywhere}. Checked {shown.checked}."


def farewell(interview: Interview) -> Iterator[str]:
    """What was done, and what is left open and for whom."""
    mine, waiting = interview.left()
    yield ""
    yield f"{capital(count(interview.given, 'answer', 'answers'))} given."
    if not mine:
        yield "Nothing else that you can answer would change the review."
    else:
        yield f"{capital(count(len(mine), 'question is', 'questions are'))} still open:"
        yield from (f"   - {one.words}" for one in mine)
    if waiting:
        yield "This waits for a clinician or a test:"
        yield from (f"   - {one.words}" for one in waiting)


# --- where answers are kept ------------------------------------------------------------------------


def begin(reviewer: Reviewer, by: str, answers: Path | None, save: Path | None) -> Interview:
    """An interview that goes on from what was answered before.

    Args:
        reviewer: Whose record.
        by: Who answers.
        answers: A file of answers given before.
        save: Where answers are kept; if it is there already, the interview goes on from it.

    Raises:
        ConfigError: `save` would overwrite another file of answers, or can't be written.
        RecordError: The answers given before can't be used.
    """
    if save and save.suffix.lower() != ".csv":
        raise ConfigError("Answers are kept as CSV. Give --save a name that ends in .csv, for example answers.csv")
    if save and save.exists() and answers and save.resolve() != answers.resolve():
        raise ConfigError(
            f"{save.name} is there already and would be overwritten. Leave out --answers to go on from it, "
            "or give --save another name."
        )
    before = answers or (save if save and save.exists() else None)
    given = reviewer.read(Answers(file=before))
    interview = Interview(reviewer, by, given, save)
    if save:
        keep(save, interview.answers)
    return interview
