"""Medicines that stand together and touch one another, and medicines that a gene changes."""

from dataclasses import dataclass

from stepwell.knowledge import schema as s
from stepwell.report.figures import capital, when
from stepwell.report.lookup import Lookup, Row, interval
from stepwell.report.view.citations import Citations, Reference
from stepwell.report.words import words

GENES = ("cyp2d6", "cyp2c19", "cyp2b6")
LEADING = ("contraindicated", "serotonin", "washout", "lowers-effect")
"""Kinds that are said before every reason while they stand: not to be combined, or not so soon after one another; or
a medicine for another illness loses its effect, which is no reason why the depression lasts.
"""


@dataclass(frozen=True)
class InteractionView:
    """One pair, or one medicine and a gene.

    Args:
        title: Which.
        kind: What it does, in a word or two.
        words: What the source says.
        when: Since when, and whether it still stands.
        rows: The rows of the record.
        leads: Whether it is said before every reason.
        drugs: The two of them; empty of a gene.
        plain: What it then says to the person: what to do, and what not to.
    """

    title: str
    kind: str
    words: str
    when: str
    rows: tuple[str, ...]
    references: tuple[Reference, ...]
    leads: bool
    drugs: tuple[str, ...]
    plain: str

    @property
    def line(self) -> str:
        """All of it but its sources and rows."""
        return f"{self.kind}: {self.title}, {self.when}. {self.words}"


def interactions(lookup: Lookup, citations: Citations) -> tuple[InteractionView, ...]:
    """Each once, whatever the number of its rows; those that stand now come first, then the sure ones."""
    groups: dict[tuple[str, str, str | None], list[Row]] = {}
    for row in sorted(lookup.rows("interaction"), key=lambda row: (not row["running"], not row["sure"])):
        groups.setdefault((row["interaction_id"], row["ingredient"], row["other_ingredient"]), []).append(row)
    return tuple(_interaction(lookup, citations, rows) for rows in groups.values())


def _interaction(lookup: Lookup, citations: Citations, rows: list[Row]) -> InteractionView:
    row, known = rows[0], lookup.interaction_source(rows[0]["interaction_id"])
    named = [name for row in rows for name in (row["evidence_id"], row["other_evidence_id"]) if name]
    kind = "gene" if isinstance(known, s.GeneDrug) else row["kind"]
    names = () if kind == "gene" else (row["ingredient"], row["other_ingredient"])
    drugs = tuple(sorted(lookup.drug(name) for name in names))
    return InteractionView(
        title=_title(lookup, row, known), kind=words()["interaction"].get(kind, kind),
        words=lookup.interaction_text(row["interaction_id"]), when=when_together(row), rows=tuple(dict.fromkeys(named)),
        references=citations.refer([s.Cite(source=known.source, locus=known.locus)] if known else ()),
        leads=bool(row["running"]) and kind in LEADING, drugs=drugs, plain=_plain(row, drugs) if drugs else "",
    )  # fmt: skip


def _plain(row: Row, drugs: tuple[str, ...]) -> str:
    """To the person."""
    said: str = words()["person"]["pair"]["sure" if row["sure"] else "perhaps"]
    return said.format(one=drugs[0], other=drugs[1])


def leading(found: tuple[InteractionView, ...]) -> tuple[str, ...]:
    """What is said to the person of the pairs that lead, each pair once however many sources name it."""
    said: dict[tuple[str, ...], str] = {}
    for one in found:
        if one.leads:
            said.setdefault(one.drugs, one.plain)
    return tuple(said.values())


def _title(lookup: Lookup, row: Row, known: s.Interaction | s.GeneDrug | None) -> str:
    drug = lookup.drug(row["ingredient"])
    if isinstance(known, s.GeneDrug):
        found = [f"{gene.upper()} {getattr(known, gene)}" for gene in GENES if getattr(known, gene)]
        return capital(f"{drug}, {', '.join(found)}")
    return capital(f"{drug} with {lookup.drug(row['other_ingredient'])}")


def when_together(row: Row) -> str:
    """Since when, and whether it still stands."""
    since = f"since {when(*interval(row, 'start'))}, " if row["start_latest"] or row["start_earliest"] else ""
    perhaps = "" if row["sure"] else "perhaps "
    return f"{since}{perhaps}{'stands now' if row['running'] else 'in the past'}"
