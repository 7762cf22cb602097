"""Reads a FHIR record, resource by resource, into the record tables."""

from collections.abc import Callable
from pathlib import Path

import orjson

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records.fhir import events, medications, observations, questionnaires, references, relevance, scores
from stepwell.records.fhir.files import Bad, Entry, Source
from stepwell.records.fhir.products import NotYet
from stepwell.records.fhir.row import Drug, Person, Reading, Row
from stepwell.records.fhir.shape import node, nodes, string
from stepwell.records.fhir.version import Version, is_r4, other_release, version_of
from stepwell.records.lookup import Lookup
from stepwell.records.tables import Finding, Records

_HANDLERS: dict[str, Callable[[Row], None]] = {
    "Condition": events.condition,
    "Procedure": events.procedure,
    "Encounter": events.encounter,
    "Device": events.device,
    "DeviceUseStatement": events.device_use,
    "AllergyIntolerance": events.allergy,
    "QuestionnaireResponse": questionnaires.response,
    "MedicationRequest": medications.request,
    "MedicationDispense": medications.dispense,
    "MedicationStatement": medications.statement,
    "MedicationAdministration": medications.administration,
}
_READ = frozenset({*_HANDLERS, "Observation", "Patient", "Medication"})
_WITHOUT_REFERENCE = (
    "Whom this is about is said by an identifier or in words, not by a reference to a Patient; it isn't used."
)
_REPLACED = (
    "This Patient was replaced by another: what refers to the one isn't joined with what refers to the other. Look at "
    "both, or get the record anew after the merge."
)
_EXPORT_ERROR = "The system that wrote the record reports an error; something may be missing from it."
_ERRORS = ("fatal", "error")
_AS_PATIENT = ("AllergyIntolerance", "Device")


def people(path: Path) -> list[str]:
    """The ids of the people in a FHIR record, in the order in which they stand.

    Raises:
        RecordError: The record can't be read.
    """
    found = dict.fromkeys(
        identity
        for entry in Source(path).entries(only="Patient")
        if isinstance(entry, Entry) and entry.body.get("resourceType") == "Patient"
        if (identity := _patient_id(entry))
    )
    return list(found)


def read(path: Path, knowledge: Knowledge, person_id: str | None = None) -> Records:
    """What a FHIR record holds, as record tables.

    Args:
        path: A Bundle, a list of resources, an ndjson file, or a folder of these.
        knowledge: For the codes and names of medicines, scales and diagnoses.
        person_id: Read only this person; else everybody.

    Raises:
        RecordError: The record can't be read at all, isn't R4, or holds no such person.
    """
    source = Source(path)
    reader = _Reader(knowledge, person_id)
    for entry in source.entries(person_id):
        reader.take(entry)
    reader.finish()
    reader.check(path.name)
    return reader.reading.sink.records(source.about)


def _patient_id(entry: Entry) -> str | None:
    """A Patient's id; without one, the last part of its full url."""
    return string(entry.body.get("id")) or _last_part(entry.full_url)


def _last_part(url: str | None) -> str | None:
    return references.local(url).rsplit(":", 1)[-1].rsplit("/", 1)[-1] if url else None


class _Reader:
    """Takes resources one by one; what must wait for another is taken again at the end."""

    def __init__(self, knowledge: Knowledge, person_id: str | None) -> None:
        self.reading = Reading(Lookup(knowledge))
        self._sink = self.reading.sink
        self._wanted = person_id
        self._people: dict[str, tuple[str, object]] = {}
        self._pending = scores.Pending()
        self._waiting: list[tuple[Entry, str, int]] = []
        self._seen: dict[str, tuple[int, str, Version]] = {}
        self._nameless: dict[tuple[str, str, int], str] = {}
        self._medications: dict[str, Entry] = {}
        self._serial = 0
        self._foreign: dict[str, int] = {}
        self._is_r4 = False
        self._of_concern: dict[relevance.Key, bool] = {}

    # --- one by one ------------------------------------------------------------------------------

    def take(self, entry: Entry | Bad) -> None:
        """A resource, or a place where none could be read."""
        if isinstance(entry, Bad):
            self._bad(entry)
            return
        kind = string(entry.body.get("resourceType")) or ""
        self._serial += 1
        if kind not in _READ:
            self._other(entry, kind)
            return
        self._sink.rows_read[kind] += 1
        release = other_release(kind, entry.body)
        if release is not None:
            self._other_release(entry, kind, release)
        elif kind == "Patient":
            self._patient(entry)
        elif kind == "Medication":
            self._medication(entry)
        else:
            self._is_r4 = self._is_r4 or is_r4(kind, entry.body)
            reason = relevance.reason_against(kind, entry.body, self.reading.lookup, self._of_concern)
            if reason is None or _evidence(entry, kind) in self._seen:
                self._read(entry, kind, self._serial)
            else:
                self._sink.not_used(entry.file, kind, reason)

    def _bad(self, bad: Bad) -> None:
        where = f"entry {bad.number}" if bad.kind == "entry" else f"line {bad.number}" if bad.kind == "line" else ""
        self._sink.find(Finding(bad.code, bad.file, where, "", bad.message))
        if bad.kind:
            self._sink.rows_read[bad.kind] += 1
            self._sink.not_used(bad.file, bad.kind, bad.code.replace("-", " "))

    def _other(self, entry: Entry, kind: str) -> None:
        """A resource of a kind that isn't read."""
        known = kind if kind.isascii() and kind.isalpha() and len(kind) <= 40 else "not a resource"  # noqa: PLR2004
        self._sink.rows_read[known] += 1
        release = other_release(kind, entry.body)
        if release is not None:
            self._other_release(entry, known, release)
            return
        if kind == "OperationOutcome" and any(one.get("severity") in _ERRORS for one in nodes(entry.body.get("issue"))):
            self._find("export-error", entry, _evidence(entry, kind), _EXPORT_ERROR)
        self._sink.not_used(entry.file, known, "not a kind Stepwell reads" if kind else "no resource type")

    def _other_release(self, entry: Entry, kind: str, release: str) -> None:
        self._foreign[release] = self._foreign.get(release, 0) + 1
        self._sink.not_used(entry.file, kind, f"written in FHIR {release}, not R4")
        self._find(
            "other-release", entry, _evidence(entry, kind), f"The resource is FHIR {release}, not R4; it isn't used."
        )

    def _find(self, code: str, entry: Entry, where: str, message: str, field: str = "") -> None:
        self._sink.find(Finding(code, entry.file, where, field, message))

    # --- people and medications ------------------------------------------------------------------

    def _patient(self, entry: Entry) -> None:
        person_id = _patient_id(entry)
        if person_id is None:
            self._sink.not_used(entry.file, "Patient", "no id")
            self._find(
                "patient-without-id",
                entry,
                f"Patient/#{entry.number}",
                "The Patient has no id; nobody can refer to it.",
            )
            return
        if any(
            one.get("type") == "replaced-by"
            and (self._wanted in (None, person_id) or self._wanted == _last_part(references.target(one.get("other"))))
            for one in nodes(entry.body.get("link"))
        ):
            self._find("patient-replaced", entry, f"Patient/{person_id}", _REPLACED, "link")
        identity = tuple(str(entry.body.get(name)) for name in ("birthDate", "gender", "name"))
        known = self._people.setdefault(person_id, (entry.file, identity))
        if known[1] != identity and known[0] != entry.file and entry.scope:
            raise RecordError(
                f"{known[0]} and {entry.file} hold Patients of the same id who differ in name, sex or birth date. "
                "Their records can't be told apart. Read the files one by one, or give each person an id of their own."
            )
        person = events.born(person_id, entry.body)
        self.reading.people.put(entry.scope, entry.full_url, f"Patient/{person_id}", person)
        if self._wanted in (None, person_id):
            self._hold(
                Row(self.reading, entry, "Patient", f"Patient/{person_id}", person_id, person, self._serial),
                events.person,
            )
        else:
            self._sink.not_used(entry.file, "Patient", "about another person")

    def _medication(self, entry: Entry) -> None:
        evidence_id = _evidence(entry, "Medication")
        if evidence_id in self._medications and self._medications[evidence_id].file == entry.file:
            self._sink.not_used(entry.file, "Medication", "the same resource again")
            if self._medications[evidence_id].body != entry.body:
                self._find(
                    "duplicate-id", entry, evidence_id, "Two resources have this id and differ; the last is used."
                )
        elif evidence_id in self._medications:
            evidence_id = f"{evidence_id} ({entry.file})"
        self._medications[evidence_id] = entry
        self.reading.medications.put(
            entry.scope, entry.full_url, _evidence(entry, "Medication"), Drug(evidence_id, entry.body)
        )

    # --- what is about a person ------------------------------------------------------------------

    def _read(self, entry: Entry, kind: str, serial: int) -> None:
        person = self._subject(entry, kind)
        if person is None:
            self._without_person(entry, kind, serial)
        elif self._wanted not in (None, person.person_id):
            self._sink.not_used(entry.file, kind, "about another person")
        else:
            evidence_id = self._own_id(entry, kind, person)
            row = Row(self.reading, entry, kind, evidence_id, person.person_id, person, serial)
            if kind == "Observation":
                self._hold(row, lambda one: observations.observation(one, self._pending))
            else:
                self._hold(row, _HANDLERS[kind])

    def _subject(self, entry: Entry, kind: str) -> Person | None:
        reference = references.target(node(entry.body.get("patient" if kind in _AS_PATIENT else "subject")))
        return self.reading.people.get(entry.scope, reference, anywhere=self.reading.anywhere) if reference else None

    def _without_person(self, entry: Entry, kind: str, serial: int) -> None:
        """A resource whose person isn't known: perhaps not yet."""
        name = "patient" if kind in _AS_PATIENT else "subject"
        reference = references.target(node(entry.body.get(name)))
        if reference is None and kind == "Device":
            self.reading.devices.put(entry.scope, entry.full_url, _evidence(entry, kind), entry.body)
            self._sink.not_used(entry.file, kind, "about no person")
        elif reference is None:
            self._sink.not_used(entry.file, kind, "no subject")
            self._find("no-subject", entry, _evidence(entry, kind), _WITHOUT_REFERENCE if entry.body.get(name) else
                       "It isn't said whom this is about; it isn't used.", name)  # fmt: skip
        elif not self.reading.last:
            self._waiting.append((entry, kind, serial))
        else:
            self._sink.not_used(entry.file, kind, "about somebody who isn't in the record")
            self._find("subject-not-found", entry, _evidence(entry, kind),
                       "The person it is about isn't in the record; it isn't used.", name)  # fmt: skip

    def _own_id(self, entry: Entry, kind: str, person: Person) -> str:
        """The evidence id; told apart by file where two people's resources have the same, or two have no id at all."""
        evidence_id = _evidence(entry, kind)
        seen = self._seen.get(evidence_id)
        if string(entry.body.get("id")) is None:
            free = evidence_id if seen is None else f"{evidence_id} ({entry.file})"
            return self._nameless.setdefault((evidence_id, person.person_id, _digest(entry)), free)
        return evidence_id if seen is None or seen[1] == person.person_id else f"{evidence_id} ({entry.file})"

    def _hold(self, row: Row, handler: Callable[[Row], None]) -> None:
        """Lets a handler read a resource, once for each id."""
        if not self._is_new(row):
            return
        try:
            handler(row)
        except NotYet:
            self._seen.pop(row.evidence_id, None)
            self._waiting.append((row.entry, row.kind, row.serial))
            row.notes.clear()
            return
        row.commit()

    def _is_new(self, row: Row) -> bool:
        """Whether a resource is to be read: the first of its id, or a later version of it."""
        body, evidence_id = row.body, row.evidence_id
        digest, version = _digest(row.entry), version_of(body)
        before = self._seen.get(evidence_id)
        if before is None:
            self._seen[evidence_id] = (digest, row.person_id, version)
            return True
        if before[0] == digest:
            self._sink.not_used(row.entry.file, row.kind, "the same resource again")
            return False
        self._find("duplicate-id", row.entry, evidence_id, "Two resources have this id and differ; the latest is used.")
        if version.is_older(before[2]):
            self._sink.not_used(row.entry.file, row.kind, "an older version of the same resource")
            return False
        self._replace(row, digest, version)
        return True

    def _replace(self, row: Row, digest: int, version: Version) -> None:
        """Takes back what an older version of a resource brought."""
        evidence_id, pending = row.evidence_id, self._pending
        if evidence_id in self._sink.locations or evidence_id in pending.loose or evidence_id in pending.panels:
            self._sink.not_used(row.entry.file, row.kind, "an older version of the same resource")
        self._seen[evidence_id] = (digest, row.person_id, version)
        self._sink.supersede(evidence_id, row.serial)
        self._sink.locations.pop(evidence_id, None)
        pending.loose.pop(evidence_id, None)
        pending.panels.pop(evidence_id, None)

    # --- at the end ------------------------------------------------------------------------------

    def finish(self) -> None:
        """Takes up what had to wait, joins scores and items, and counts medications that nothing needed."""
        self._take_up()
        self.reading.anywhere = True
        self._take_up()
        self.reading.last = True
        self._take_up()
        scores.finish(self.reading, self._pending)
        for evidence_id, entry in self._medications.items():
            if evidence_id in self.reading.used_medications:
                self._sink.used(evidence_id, entry.file, entry.number)
            else:
                self._sink.not_used(entry.file, "Medication", "nothing that is used refers to it")

    def _take_up(self) -> None:
        """Reads what had to wait, again and again while that brings more to light."""
        before = -1
        while self._waiting and len(self._waiting) != before:
            waiting, self._waiting = self._waiting, []
            before = len(waiting)
            for entry, kind, serial in waiting:
                self._read(entry, kind, serial)

    def check(self, name: str) -> None:
        """Refuses a record that holds nobody, not the one asked for, or another release of FHIR."""
        if self._foreign and not self._is_r4:
            release = max(self._foreign, key=lambda one: self._foreign[one])
            raise RecordError(
                f"{name} is written in FHIR {release}: {sum(self._foreign.values())} of its resources have a shape "
                "that R4 doesn't have. Only FHIR R4 (4.0, 4.3) can be read. Ask the system for R4 "
                "(application/fhir+json; fhirVersion=4.0)."
            )
        if self._wanted is not None and self._wanted not in self._people:
            raise RecordError(
                f"{name} holds nobody with the id asked for. `stepwell people RECORD` lists the ids it holds."
            )
        if not self._people:
            raise RecordError(
                f"{name} holds no Patient, so it can't be told whose record it is. Add the Patient resource that "
                f"the others refer to. Found: {self._found()}."
            )

    def _found(self) -> str:
        counts = self._sink.rows_read
        return ", ".join(f"{count} {kind}" for kind, count in counts.most_common(5)) or "no resource at all"


def _digest(entry: Entry) -> int:
    return hash(orjson.dumps(entry.body))


def _evidence(entry: Entry, kind: str) -> str:
    own = string(entry.body.get("id"))
    if own:
        return f"{kind}/{own}"
    return f"{kind}/#{entry.number}" if entry.scope == entry.file else f"{kind}/#{entry.file}:{entry.number}"
