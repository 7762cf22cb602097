"""One resource of one person on its way into the tables."""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from stepwell.records.fhir.files import Entry
from stepwell.records.fhir.references import Index
from stepwell.records.fhir.shape import Concept, Node, concept, node, string
from stepwell.records.fhir.sink import Sink
from stepwell.records.lookup import Lookup
from stepwell.records.tables import Finding

ValueT = TypeVar("ValueT")

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person whom others' rows need."""

    person_id: str
    born_earliest: date | None
    born_latest: date | None


@dataclass(frozen=True, slots=True)
class Drug:
    """A Medication resource that others refer to."""

    evidence_id: str
    body: Node


@dataclass(frozen=True, slots=True)
class Order:
    """A MedicationRequest of a drug of ours that a dispensing may refer to."""

    evidence_id: str
    body: Node


@dataclass(slots=True)
class Reading:
    """What is known while a record is read."""

    lookup: Lookup
    sink: Sink = field(default_factory=Sink)
    people: Index[Person] = field(default_factory=Index)
    medications: Index[Drug] = field(default_factory=Index)
    orders: Index[Order] = field(default_factory=Index)
    devices: Index[Node] = field(default_factory=Index)
    used_medications: set[str] = field(default_factory=set)
    anywhere: bool = False
    """Whether references may lead out of their own Bundle: all Bundles have been seen."""
    last: bool = False
    """Whether what can't be resolved now never will."""


@dataclass(slots=True)
class Row:
    """One resource, whose it is, and where what it brings goes."""

    reading: Reading
    entry: Entry
    kind: str
    evidence_id: str
    person_id: str
    person: Person
    serial: int
    notes: list[Finding] = field(default_factory=list)

    @property
    def body(self) -> Node:
        """The resource."""
        return self.entry.body

    @property
    def lookup(self) -> Lookup:
        """What codes and texts mean."""
        return self.reading.lookup

    def find_in(self, index: Index[ValueT], reference: str) -> ValueT | None:
        """What a reference of this resource points to, as far as that is known by now."""
        return index.get(self.entry.scope, reference, anywhere=self.reading.anywhere)

    def text(self, name: str) -> str | None:
        """A field that holds text."""
        return string(self.entry.body.get(name))

    def concept(self, name: str) -> Concept:
        """A field that holds a CodeableConcept."""
        return concept(self.entry.body.get(name))

    def node(self, name: str) -> Node:
        """A field that holds an object."""
        return node(self.entry.body.get(name))

    def add(self, table: str, values: Values) -> None:
        """A row of a table, of this person and with this resource as evidence."""
        values["person_id"] = self.person_id
        values.setdefault("evidence_id", self.evidence_id)
        self.reading.sink.add(table, values, self.serial)

    def used(self) -> None:
        """Counts the resource as used."""
        self.reading.sink.used(self.evidence_id, self.entry.file, self.entry.number)

    def unused(self, reason: str) -> None:
        """Counts the resource as read and not used."""
        self.reading.sink.not_used(self.entry.file, self.kind, reason)

    def find(self, code: str, field_path: str, message: str) -> None:
        """Notes something odd about the resource, once."""
        finding = Finding(code, self.entry.file, self.evidence_id, field_path, message, self.person_id)
        if finding not in self.notes:
            self.notes.append(finding)

    def commit(self) -> None:
        """Hands on what was noted."""
        for finding in self.notes:
            self.reading.sink.find(finding)
        self.notes.clear()
