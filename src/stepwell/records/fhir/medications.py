"""Orders, dispensings, statements and administrations of medicines, as exposures."""

from collections.abc import Callable, Sequence

from stepwell.records import doses
from stepwell.records.doses import Dose
from stepwell.records.fhir import courses, dosage, phrases, references, supplies, when
from stepwell.records.fhir.courses import Course, End
from stepwell.records.fhir.dosage import Step
from stepwell.records.fhir.products import Medicine, NotYet, medicine
from stepwell.records.fhir.row import Order, Row, Values
from stepwell.records.fhir.shape import Concept, Node, concept, extension, nodes
from stepwell.records.fhir.supplies import LONGEST_SUPPLY_DAYS, NO_SUPPLY, Supply
from stepwell.records.fhir.when import Days
from stepwell.records.lookup import DrugMatch

_US_CORE_ADHERENCE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication-adherence"
_R5_ADHERENCE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationStatement.adherence"

_REQUEST = {"active": "active", "on-hold": "on-hold", "completed": "completed", "stopped": "stopped"}
_STATEMENT = {**_REQUEST, "not-taken": "not-taken"}
_ADMINISTRATION = {"in-progress": "active", "on-hold": "on-hold", "completed": "completed", "stopped": "stopped"}
_NOT_USED = {
    "MedicationRequest": {"cancelled", "entered-in-error", "draft"},
    "MedicationDispense": {"preparation", "in-progress", "cancelled", "on-hold", "entered-in-error", "declined"},
    "MedicationStatement": {"entered-in-error", "intended"},
    "MedicationAdministration": {"not-done", "entered-in-error"},
}


def _status(row: Row, known: dict[str, str]) -> str | None:
    """Status in our words; None, and counted, where the resource isn't to be used."""
    written = row.text("status")
    if written in _NOT_USED[row.kind]:
        row.unused(f"status {written}")
        return None
    if written not in (*known, "unknown"):
        row.find("status-not-known", "status", "The status is missing or isn't one of R4; it is read as unknown.")
    return known.get(written or "", "unknown")


def _emit(row: Row, found: Medicine, made_for: Callable[[DrugMatch], Sequence[Course]], common: Values) -> None:
    """The exposures of each drug in a medicine."""
    for drug in found.drugs:
        for course in made_for(drug):
            row.add("exposure", {
                **common,
                "ingredient": drug.ingredient,
                "formulation": drug.formulation,
                "product": drug.product,
                "trap": drug.trap,
                "coded_by": drug.coded_by,
                **when.dated("start", course.start),
                "end_earliest": course.end.earliest,
                "end_latest": course.end.latest,
                "dose_per_day_low": course.dose.low,
                "dose_per_day_high": course.dose.high,
                "dose_unit": course.dose.unit,
                "dose_basis": course.dose.basis,
            })  # fmt: skip
    row.used()
    if found.evidence_id:
        row.reading.used_medications.add(found.evidence_id)


# --- orders ----------------------------------------------------------------------------------------


def request(row: Row) -> None:
    """A MedicationRequest; reported by somebody rather than ordered, it counts as stated."""
    status = _status(row, _REQUEST)
    if status is None:
        return
    intent = row.text("intent")
    reported = row.body.get("reportedBoolean") is True or bool(row.node("reportedReference"))
    if row.body.get("doNotPerform") is True:
        row.unused("marked as not to be given")
        return
    if intent in ("proposal", "option") or (intent == "plan" and not reported):
        row.unused(f"intent {intent}")
        return
    found = medicine(row)
    if found is None:
        return
    order = Order(row.evidence_id, row.body)
    row.reading.orders.put(row.entry.scope, row.entry.full_url, row.evidence_id, order)
    start = when.day(row, row.body.get("authoredOn"), "authoredOn")
    supply = _ordered(row)
    common: Values = {
        "basis": "stated" if reported else "ordered",
        "status": status,
        "stop_reason": phrases.stop_reason(row.concept("statusReason"))
        if status not in ("active", "unknown")
        else None,
        "adherence": _adherence(row),
    }

    def made_for(drug: DrugMatch) -> list[Course]:
        parts = len(found.drugs)
        steps = dosage.steps(row, row.body.get("dosageInstruction"), "dosageInstruction", drug, parts)
        begun = start or next((step.start for step in steps if step.start), None)
        end = _order_end(row, steps, begun, supply, status)
        if begun is None:
            row.find("no-start", "authoredOn", "No date is given on which it began; it can't be placed in time.")
        given = supplies.dose_by_trust(row, drug, parts, supply, lambda: _from_name(row, found, drug))
        return courses.courses_of(steps, begun, end, given, as_planned=status not in ("stopped", "on-hold"))

    _emit(row, found, made_for, common)


def _ordered(row: Row) -> Supply:
    wanted = row.node("dispenseRequest")
    days = supplies.days_of(row, wanted.get("expectedSupplyDuration"), "dispenseRequest.expectedSupplyDuration")
    return Supply(wanted.get("quantity"), "dispenseRequest.quantity", days)


def _order_end(row: Row, steps: Sequence[Step], start: Days | None, supply: Supply, status: str) -> End:
    """The end of an order as it was planned; one that was stopped may have ended on any day before."""
    planned = _planned_end(row, steps, start, supply)
    if status in ("stopped", "on-hold"):
        return courses.unknown_end(start, planned.latest)
    return planned


def _planned_end(row: Row, steps: Sequence[Step], start: Days | None, supply: Supply) -> End:
    stepwise = courses.timed(steps, start) or []
    bounds = [stepwise[-1][2]] if stepwise else [courses.bounded(step, start) for step in steps]
    known = [bound for bound in bounds if bound is not None]
    if known and len(known) == len(bounds):
        last = max(known)
        return End(last.earliest, last.latest)
    if supply.days and start:
        repeats = row.node("dispenseRequest").get("numberOfRepeatsAllowed")
        times = 1 + (repeats if isinstance(repeats, int) and 0 < repeats < LONGEST_SUPPLY_DAYS else 0)
        return End(when.later(start.earliest, supply.days), when.later(start.latest, supply.days * times))
    _, valid = when.period(row, row.node("dispenseRequest").get("validityPeriod"), "dispenseRequest.validityPeriod")
    latest = valid.latest if valid and (start is None or valid.latest > start.latest) else None
    return courses.unknown_end(start, latest)


def _from_name(row: Row, found: Medicine, drug: DrugMatch) -> Dose:
    """The dose that stands with the name of the medicine (`sertraline 100 mg daily`)."""
    return dosage.worded(row, found.text, drug, len(found.drugs))


# --- dispensings -----------------------------------------------------------------------------------


def dispense(row: Row) -> None:
    """A MedicationDispense; without dosage of its own it takes that of its order."""
    status = _status(row, {"completed": "completed", "stopped": "stopped"})
    if status is None:
        return
    if status == "stopped" and "whenHandedOver" not in row.body:
        row.unused("status stopped before it was handed over")
        return
    found = medicine(row)
    if found is None:
        return
    order = _order(row, "authorizingPrescription")
    start = _handed_over(row)
    days = supplies.days_of(row, row.body.get("daysSupply"), "daysSupply")
    supply = Supply(row.body.get("quantity"), "quantity", days)

    def made_for(drug: DrugMatch) -> list[Course]:
        parts = len(found.drugs)
        steps = dosage.steps(row, row.body.get("dosageInstruction"), "dosageInstruction", drug, parts)
        given = supplies.dose_by_trust(row, drug, parts, supply, lambda: _from_order(row, order, found, drug))
        made = courses.courses_of(steps, start, _supply_end(row, start, supply, drug, doses.UNKNOWN), given)
        if len(made) > 1:
            return made
        dose = made[0].dose
        begun = start or made[0].start
        return [Course(begun, _supply_end(row, begun, supply, drug, dose), dose)]

    reason = concept(row.body.get("statusReasonCodeableConcept"))
    _emit(row, found, made_for, {
        "basis": "dispensed",
        "status": status,
        "stop_reason": phrases.stop_reason(reason) if status == "stopped" else None,
        "adherence": _adherence(row),
        "order_evidence_id": _order_id(row, order, "authorizingPrescription"),
    })  # fmt: skip


def _handed_over(row: Row) -> Days | None:
    found = when.day(row, row.body.get("whenHandedOver"), "whenHandedOver")
    if found is None:
        found = when.day(row, row.body.get("whenPrepared"), "whenPrepared")
        note = "It is counted from the day it was prepared." if found else "It can't be placed in time."
        row.find("no-start", "whenHandedOver", f"No date is given on which it was handed over. {note}")
    return found


def _supply_end(row: Row, start: Days | None, supply: Supply, drug: DrugMatch, dose: Dose) -> End:
    if start is None:
        return End(None, None)
    if supply.days is not None:
        days = when.plus(start, supply.days)
        return End(days.earliest, days.latest)
    amount = supplies.handed_out(row, supply, drug)
    lasts = doses.days_of_supply(amount, dose, drug, row.lookup) if amount else None
    if lasts is None:
        return courses.unknown_end(start)
    least, most = max(1, int(lasts[0])), lasts[1]
    if least > LONGEST_SUPPLY_DAYS:
        return courses.unknown_end(start)
    return End(when.later(start.earliest, least), when.later(start.latest, -(-most // 1)) if most else None)


def _order(row: Row, name: str) -> Order | None:
    """The order that a resource names, once all orders are known."""
    reference = next((target for one in nodes(row.body.get(name)) if (target := references.target(one))), None)
    if reference is None:
        return None
    known = row.find_in(row.reading.orders, reference)
    if known is None and not row.reading.last:
        raise NotYet
    return known


def _order_id(row: Row, order: Order | None, name: str) -> str | None:
    if order is not None:
        return order.evidence_id
    if any(references.target(one) for one in nodes(row.body.get(name))):
        row.find("reference-not-found", name, "The order referred to isn't in the record, or isn't used.")
    return None


def _from_order(row: Row, order: Order | None, found: Medicine, drug: DrugMatch) -> Dose:
    if order is not None:
        steps = dosage.steps(
            row, order.body.get("dosageInstruction"), "authorizingPrescription", drug, len(found.drugs)
        )
        dose = courses.own_dose(steps)
        if dose != doses.UNKNOWN:
            return dose
    return _from_name(row, found, drug)


# --- statements and administrations ----------------------------------------------------------------


def statement(row: Row) -> None:
    """A MedicationStatement."""
    status = _status(row, _STATEMENT)
    if status is None:
        return
    found = medicine(row)
    if found is None:
        return
    order = _order(row, "basedOn")
    start, end = _stated(row)
    reason = next((concept(one) for one in nodes(row.body.get("statusReason"))), None)
    not_taken = status == "not-taken"
    common: Values = {
        "basis": "stated",
        "status": status,
        "stop_reason": phrases.stop_reason(reason) if reason and status not in ("active", "unknown") else None,
        "adherence": "no" if not_taken else _adherence(row),
        "order_evidence_id": _order_id(row, order, "basedOn") if order else None,
    }

    def made_for(drug: DrugMatch) -> list[Course]:
        parts = len(found.drugs)
        steps = dosage.steps(row, row.body.get("dosage"), "dosage", drug, parts)
        return courses.courses_of(
            steps, start, end, supplies.dose_by_trust(row, drug, parts, NO_SUPPLY, lambda: _from_name(row, found, drug))
        )

    _emit(row, found, made_for, common)


def _stated(row: Row) -> tuple[Days | None, End]:
    """Start and end of a statement; while active without end it ran at least until it was asserted."""
    asserted = when.day(row, row.body.get("dateAsserted"), "dateAsserted")
    if "effectiveDateTime" in row.body:
        start, end = when.day(row, row.body["effectiveDateTime"], "effectiveDateTime"), None
    else:
        start, end = when.period(row, row.body.get("effectivePeriod"), "effectivePeriod")
    if start is None and end is None and asserted is not None:
        row.find("no-start", "effective[x]", "No start is given; it is counted from the day it was asserted.")
        start = asserted
    if start is None:
        row.find("no-start", "effective[x]", "No date is given on which it began; it can't be placed in time.")
    if end is not None:
        return start, End(end.earliest, end.latest)
    still = asserted if row.text("status") == "active" and asserted and start and asserted > start else None
    return start, courses.unknown_end(Days(still.earliest, still.earliest) if still else start)


def administration(row: Row) -> None:
    """A MedicationAdministration: what was given on a day is the least taken on it."""
    status = _status(row, _ADMINISTRATION)
    if status is None:
        return
    found = medicine(row)
    if found is None:
        return
    order = _order(row, "request")
    start, end = _administered(row)
    reason = next((concept(one) for one in nodes(row.body.get("statusReason"))), None)
    common: Values = {
        "basis": "administered",
        "status": status,
        "stop_reason": phrases.stop_reason(reason) if reason and status == "stopped" else None,
        "order_evidence_id": _order_id(row, order, "request"),
    }
    _emit(row, found, lambda drug: [Course(start, end, _dose_given(row, found, drug))], common)


def _administered(row: Row) -> tuple[Days | None, End]:
    if "effectivePeriod" in row.body:
        start, end = when.period(row, row.body["effectivePeriod"], "effectivePeriod")
        return start, courses.end_of(end, start)
    start = when.day(row, row.body.get("effectiveDateTime"), "effectiveDateTime")
    if start is None:
        row.find("no-start", "effective[x]", "No date is given on which it was given; it can't be placed in time.")
    return start, End(when.later(start.earliest, 1), when.later(start.latest, 1)) if start else End(None, None)


def _dose_given(row: Row, found: Medicine, drug: DrugMatch) -> Dose:
    given = row.node("dosage").get("dose")
    amount = dosage.quantity(row, given, "dosage.dose", drug) if given is not None else None
    if amount is None:
        return doses.UNKNOWN
    dose = doses.per_day(amount, doses.ONCE, drug, row.lookup, "structured dosage", len(found.drugs))
    return dose if dose.unit in ("mg/session", "mg/kg/infusion") else dose._replace(high=None)


# --- adherence -------------------------------------------------------------------------------------


def _adherence(row: Row) -> str | None:
    """Whether it is taken as directed, from the extensions that say so in R4."""
    us_core = extension(row.body, _US_CORE_ADHERENCE)
    said = _value_of(us_core, "medicationAdherence") or _value_of(extension(row.body, _R5_ADHERENCE), "code")
    return phrases.adherence(said) if said else None


def _value_of(whole: Node, url: str) -> Concept | None:
    part = extension(whole, url)
    return concept(part.get("valueCodeableConcept")) if part else None
