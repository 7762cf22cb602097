"""What is known of each fact, and the rows that say so."""

from dataclasses import dataclass
from functools import cached_property

from stepwell.knowledge import schema as s
from stepwell.report import wording as w
from stepwell.report.figures import number, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.words import words


@dataclass(frozen=True)
class Said:
    """One row of the record, finding or answer that speaks of a fact.

    Args:
        says: `present`, `absent` or `possible`.
        words: What it is.
        when: Its date; empty where it has none.
        evidence_id: The row; empty for a finding that is drawn from several.
        location: File and line, where the reader kept them.
    """

    says: str
    words: str
    when: str
    evidence_id: str
    location: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        dated = f", {self.when}" if self.when else ""
        where = ", ".join(part for part in (self.evidence_id, self.location) if part)
        return f"{self.words}{dated}{f' ({where})' if where else ''}"


@dataclass(frozen=True)
class FactView:
    """One fact about this person.

    Args:
        state: `present`, `absent`, `conflict`, `suggested` or `unknown`.
        label: The same in words.
        said: The rows that speak of it or of its parts.
        note: Why silence counts, where nothing else does.
        question: What settles it.
    """

    id: str
    title: str
    plain: str
    state: str
    label: str
    said: tuple[Said, ...]
    note: str
    question: str
    ask: str
    references: tuple[Reference, ...]

    @property
    def open(self) -> bool:
        """Whether it is still to be settled."""
        return self.state not in ("present", "absent")

    @property
    def heard(self) -> str:
        """What it is, and what was said of it without settling it: too long ago, or by somebody who may not know."""
        because = [f"{words()['says'][row.says]}: {row.line}" for row in self.said if row.says in ("old", "unproven")]
        return f"{self.title} ({'; '.join(because)})" if because else self.title

    @property
    def line(self) -> str:
        """Its state and what says so, in one line."""
        because = [f"{words()['says'][row.says]}: {row.line}" for row in self.said]
        because += [self.note] if self.note else []
        return f"{self.title}: {self.label}. {'; '.join(because)}".removesuffix(". ")


class Facts:
    """The facts of one review by their ids.

    Args:
        lookup: The review.
        citations: Numbers the sources of what is shown.
    """

    def __init__(self, lookup: Lookup, citations: Citations) -> None:
        self._lookup = lookup
        self._citations = citations
        self._views: dict[str, FactView] = {}

    def __getitem__(self, fact_id: str) -> FactView:
        """One fact; one of which nothing is known is unknown."""
        if fact_id not in self._views:
            self._views[fact_id] = self._view(fact_id)
        return self._views[fact_id]

    @cached_property
    def entries(self) -> dict[str, s.Fact]:
        """What the knowledge says of each."""
        return {fact.id: fact for fact in self._lookup.knowledge.facts}

    def _view(self, fact_id: str) -> FactView:
        entry, row = self.entries.get(fact_id), self._lookup.facts.get(fact_id)
        state = _state(row)
        title = entry.title if entry else fact_id.replace("-", " ")
        return FactView(
            id=fact_id, title=title, plain=entry.plain if entry else title, state=state,
            label=words()["fact_state"][state], said=self._said(fact_id, entry), note=_note(entry, row),
            question=entry.question if entry else "", ask=entry.ask if entry else "person",
            references=self._references(fact_id, entry),
        )  # fmt: skip

    def _evidence(self, fact_id: str, entry: s.Fact | None) -> list[Row]:
        """Rows that speak of a fact or of the parts it is made of, one row of the record once."""
        names = (fact_id, *(entry.any_of if entry else ()))
        rows = [row for name in names for row in self._lookup.fact_evidence.get(name, [])]
        return list({(row["kind"], row["of"], row["evidence_id"], row["says"]): row for row in rows}.values())

    def _said(self, fact_id: str, entry: s.Fact | None) -> tuple[Said, ...]:
        return tuple(_row(self._lookup, self, row) for row in self._evidence(fact_id, entry))

    def _references(self, fact_id: str, entry: s.Fact | None) -> tuple[Reference, ...]:
        """Where the signs that spoke are from, but for choices of our own."""
        cites: list[s.Cite] = []
        for row in self._evidence(fact_id, entry):
            known = self.entries.get(row["fact"])
            if known and row["kind"] not in ("answer", "gate") and row["sign"] is not None:
                cites += known.signs[row["sign"]].cite
        return self._citations.refer(dict.fromkeys(cite for cite in cites if cite.source != "stepwell"))


def _state(row: Row | None) -> str:
    if row is None:
        return "unknown"
    return "suggested" if row["suggested"] and row["state"] == "unknown" else str(row["state"])


def _note(entry: s.Fact | None, row: Row | None) -> str:
    if entry is None or row is None or row["basis"] != "silence":
        return ""
    return str(words()["basis"]["silence"]).format(reason=entry.silence_reason or "").strip()


def _row(lookup: Lookup, facts: Facts, row: Row) -> Said:
    date = when(*interval(row, "date")) if row["date_latest"] or row["date_earliest"] else ""
    # A finding of an earlier step is named by its own id, which is no row of the record.
    found = "" if row["kind"] in ("trial", "definition") else str(row["evidence_id"] or "")
    return Said(row["says"], _what(lookup, facts, row), date, found, lookup.location(found))


def _what(lookup: Lookup, facts: Facts, row: Row) -> str:
    of, text = str(row["of"]), row["text"]
    answer = words()["answer"][row["says"]].format(text=text)
    template = str(words()["evidence"].get(row["kind"], row["kind"]))
    return template.format(
        of=of, title=lookup.code_set(of), drug=lookup.drug(text or of), scale=lookup.short_scale(of),
        value=_value(row), trial=_trial(lookup, row), definition=_definition(lookup, row), gate=_title(facts, row),
        interaction=lookup.interaction_text(text) or of.replace("-", " "), answer=answer,
    ).rstrip()  # fmt: skip


def _value(row: Row) -> str:
    if row["value"] is None:
        return str(row["text"] or "")
    return f"{number(row['value'])} {row['unit'] or ''}".rstrip()


def _trial(lookup: Lookup, row: Row) -> str:
    if row["kind"] != "trial":
        return ""
    trial_id = row["evidence_id"]
    order = lookup.relations[trial_id]["order"]
    criterion = str(row["of"]).removeprefix("verdict-").replace("-", " ")
    return f"{order} ({lookup.trial_drug(trial_id)}), {criterion}"


def _definition(lookup: Lookup, row: Row) -> str:
    """A definition and how far it is met; where it leaves the person out, because of what."""
    known, result = lookup.definitions.get(str(row["of"])), lookup.results.get(str(row["of"]))
    if known is None:
        return str(row["of"])
    if result is not None and result["excluded_by"]:
        return f"{known.short} leaves out {lookup.code_set(result['excluded_by']).lower()}, which is on record"
    return f"{known.short}: {w.tally(result, known) if result is not None else row['text']}"


def _title(facts: Facts, row: Row) -> str:
    known = facts.entries.get(str(row["of"]))
    return known.title if known else str(row["of"])
