"""Telling FHIR R4 from other releases by the shape of a resource, and older versions of a resource from newer."""

from datetime import UTC, datetime
from typing import NamedTuple

from stepwell.records.fhir.shape import Node, node, nodes, string

_ONLY_IN = {
    "MedicationOrder": "DSTU2", "DeviceUseRequest": "DSTU2", "DiagnosticOrder": "DSTU2",
    "ReferralRequest": "STU3", "ProcedureRequest": "STU3", "Sequence": "STU3",
    "DeviceUsage": "R5", "MedicationUsage": "R5",
}  # fmt: skip
_PROFILES = {"DSTU2": "DSTU2", "STU3": "STU3", "/1.0/": "DSTU2", "/3.0/": "STU3", "/5.0/": "R5", "R5": "R5"}
_CONTEXT_IN_STU3 = frozenset({"Condition", "Observation", "Procedure", "MedicationRequest", "QuestionnaireResponse"})
_DOSED = {
    "MedicationRequest": "dosageInstruction",
    "MedicationDispense": "dosageInstruction",
    "MedicationStatement": "dosage",
}
_MEDICATION = frozenset({*_DOSED, "MedicationAdministration"})


def other_release(kind: str, body: Node) -> str | None:
    """`DSTU2`, `STU3` or `R5` if the resource can't be R4, else None.

    >>> other_release("Condition", {"clinicalStatus": "active"})
    'STU3 or DSTU2'
    """
    if kind in _ONLY_IN:
        return _ONLY_IN[kind]
    if kind in _MEDICATION:
        found = _medication(kind, body)
    elif kind in ("Condition", "AllergyIntolerance"):
        found = "STU3 or DSTU2" if isinstance(body.get("clinicalStatus"), str) else None
    elif kind == "Encounter":
        found = _encounter(body)
    else:
        found = None
    if found is None and kind in _CONTEXT_IN_STU3 and "context" in body:
        found = "STU3"
    return found or _profile(body)


def _medication(kind: str, body: Node) -> str | None:
    if isinstance(body.get("medication"), dict):
        return "R5"
    if any("doseQuantity" in dosage or "doseRange" in dosage for dosage in nodes(body.get(_DOSED.get(kind, "")))):
        return "STU3"
    return "DSTU2" if "wasNotTaken" in body or "dateWritten" in body else "STU3" if "taken" in body else None


def _encounter(body: Node) -> str | None:
    if isinstance(body.get("class"), list) or "actualPeriod" in body:
        return "R5"
    return "DSTU2" if isinstance(body.get("class"), str) else None


def _profile(body: Node) -> str | None:
    meta = body.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    if not isinstance(profiles, list):
        return None
    for profile in profiles:
        if isinstance(profile, str) and "hl7.org/fhir" in profile:
            for mark, release in _PROFILES.items():
                if mark in profile.split("/StructureDefinition/")[0] + "/":
                    return release
    return None


def is_r4(kind: str, body: Node) -> bool:
    """Whether the resource shows a shape that only R4 (or R4B) has."""
    if kind in _MEDICATION:
        return any("doseAndRate" in dosage for dosage in nodes(body.get(_DOSED.get(kind, ""))))
    return kind in ("Condition", "AllergyIntolerance") and isinstance(body.get("clinicalStatus"), dict)


class Version(NamedTuple):
    """Which version of a resource it is, as far as its `meta` says."""

    updated: datetime | None
    number: int | None

    def is_older(self, other: "Version") -> bool:
        """Whether it is surely older, by the time of the change, else by the number of the version."""
        if self.updated and other.updated and self.updated != other.updated:
            return self.updated < other.updated
        return self.number is not None and other.number is not None and self.number < other.number


def version_of(body: Node) -> Version:
    """The version that a resource's `meta` gives.

    >>> version_of({"meta": {"versionId": "3"}})
    Version(updated=None, number=3)
    """
    meta = node(body.get("meta"))
    number = string(meta.get("versionId")) or ""
    return Version(_instant(string(meta.get("lastUpdated")) or ""), int(number) if number.isdecimal() else None)


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
