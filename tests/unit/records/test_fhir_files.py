"""Records that can't be read, or only in part: each with the whole of what is said about it."""

import gzip
import json
from pathlib import Path

import pytest

from stepwell.errors import RecordError
from stepwell.knowledge.load import Knowledge
from stepwell.records.read import people, read
from tests.unit.records.bundles import (
    PERSON,
    Node,
    about,
    assert_adds_up,
    bundle,
    concept,
    dispensing,
    findings,
    order,
    reasons,
    rows,
    save,
    statement,
    total,
)

ALLOWED = "A FHIR R4 Bundle in JSON (.json), bulk-export files (.ndjson, also .gz) or a folder of these can be read."
ANEW = "Get the file anew from where it came from."
ONE_BUNDLE = "Put the Patient and what concerns them into one Bundle."
NO_PATIENT = (
    "record.json holds no Patient, so it can't be told whose record it is. Add the Patient resource that the others "
    "refer to."
)
FORMATS = (
    "A record is a FHIR R4 Bundle in JSON, a bulk export in ndjson, a folder of these, or a folder of CSV files "
    "(`stepwell template DIR` writes one)."
)


def fault(path: Path, knowledge: Knowledge, person_id: str | None = None) -> str:
    with pytest.raises(RecordError) as raised:
        read(path, knowledge, person_id)
    return str(raised.value)


def written(folder: Path, content: bytes | str, name: str = "record.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- a file that can't be read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"record.json is empty. {ALLOWED}"),
        ("  \n ", f"record.json is empty. {ALLOWED}"),
        ("Patient: somebody", f"record.json isn't JSON. {ALLOWED}"),
        (
            '<?xml version="1.0"?><Bundle/>',
            f"record.json is XML or HTML, not JSON. {ALLOWED} Ask for the record in the format application/fhir+json.",
        ),
        (
            '{"resourceType": "Bundle", "entry": [{"resource"',
            "record.json is cut off: the JSON ends at line 1, before it is complete. Get the file anew.",
        ),
        (
            '{"resourceType": "Bundle",\n "entry": oops}',
            f"record.json isn't valid JSON: it breaks at line 2, column 11. {ALLOWED} {ANEW}",
        ),
        ("{}", f"record.json is JSON but not FHIR: it has no resourceType. {ALLOWED}"),
        ("null", f"record.json is JSON but not FHIR: it has no resourceType. {ALLOWED}"),
        (
            json.dumps(PERSON),
            f"record.json holds a single resource of type Patient, not a person's record. {ALLOWED} {ONE_BUNDLE}",
        ),
        (
            json.dumps({"resourceType": "Bundle"}),
            f"{NO_PATIENT} Found: no resource at all.",
        ),
        (
            json.dumps(bundle(total(), total(2), person=None)),
            f"{NO_PATIENT} Found: 2 Observation.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, knowledge: Knowledge, content: str, message: str
) -> None:
    assert fault(written(tmp_path, content), knowledge) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("record.csv", f"record.csv is a single CSV file. Give the folder it stands in. {FORMATS}"),
        ("record.xml", f"record.xml is XML. Ask for the record in the format application/fhir+json. {FORMATS}"),
        ("record.zip", f"record.zip is an archive. Unpack it and give the folder. {FORMATS}"),
    ],
)
def test_another_format_is_refused(tmp_path: Path, knowledge: Knowledge, name: str, message: str) -> None:
    assert fault(written(tmp_path, "x", name), knowledge) == message


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    assert fault(tmp_path / "none.json", knowledge) == f"There is no file or folder none.json. {FORMATS}"


def test_a_folder_without_a_record_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    written(folder, "hello", "notes.txt")
    assert fault(folder, knowledge) == f"The folder notes holds no FHIR file. {ALLOWED}"


def test_a_damaged_archive_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    path = written(tmp_path, gzip.compress(json.dumps(bundle(total())).encode())[:-20], "record.json.gz")
    assert fault(path, knowledge) == f"record.json.gz can't be read (it is damaged or cut off). {ALLOWED}"


def test_a_damaged_export_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    path = written(tmp_path, gzip.compress(lines(PERSON, *[total(n) for n in range(500)]))[:-20], "export.ndjson.gz")
    assert fault(path, knowledge) == (f"export.ndjson.gz can't be read to its end (it is damaged or cut off). {ANEW}")


# --- other releases of FHIR ------------------------------------------------------------------------

R5_ORDER = {**about("MedicationRequest", status="active"), "medication": {"concept": {"text": "sertraline"}}}
STU3_ORDER = order(dosageInstruction=[{"doseQuantity": {"value": 50, "unit": "mg"}}])
DSTU2_ORDER = {"resourceType": "MedicationOrder", "id": "o", "patient": {"reference": "Patient/a"}}


@pytest.mark.parametrize(
    ("resource", "release"),
    [
        (R5_ORDER, "R5"),
        ({**about("Encounter"), "class": [{"text": "ambulatory"}]}, "R5"),
        ({**about("Encounter"), "actualPeriod": {"start": "2024-01-08"}}, "R5"),
        ({"resourceType": "DeviceUsage", "id": "d"}, "R5"),
        (STU3_ORDER, "STU3"),
        (statement(taken="y"), "STU3"),
        (total(context={"reference": "Encounter/1"}), "STU3"),
        (DSTU2_ORDER, "DSTU2"),
        (about("Condition", clinicalStatus="active", code={"text": "depression"}), "STU3 or DSTU2"),
        ({**about("Encounter"), "class": "outpatient"}, "DSTU2"),
        (total(meta={"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Observation"]}), "STU3"),
    ],
)
def test_another_release_is_refused(tmp_path: Path, knowledge: Knowledge, resource: Node, release: str) -> None:
    assert fault(save(tmp_path, bundle(resource)), knowledge) == (
        f"record.json is written in FHIR {release}: 1 of its resources have a shape that R4 doesn't have. Only FHIR R4 "
        "(4.0, 4.3) can be read. Ask the system for R4 (application/fhir+json; fhirVersion=4.0)."
    )


def test_one_stray_resource_of_another_release_is_left_out(tmp_path: Path, knowledge: Knowledge) -> None:
    tablet = {"doseQuantity": {"value": 1, "unit": "tablet"}}
    r4 = order(2, dosageInstruction=[{"doseAndRate": [tablet]}])
    records = read(save(tmp_path, bundle(R5_ORDER, r4)), knowledge)
    assert_adds_up(records)
    assert len(rows(records, "exposure")) == 1
    assert findings(records) == [
        ("other-release", "MedicationRequest/r1", "", "The resource is FHIR R5, not R4; it isn't used.")
    ]


# --- ways to hold a record -------------------------------------------------------------------------


def lines(*resources: Node) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in resources)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("record.json", json.dumps(bundle(total())).encode()),
        ("record.json", json.dumps([PERSON, total()]).encode()),
        ("record.json", b"\xef\xbb\xbf" + json.dumps(bundle(total())).encode()),
        ("record.json", json.dumps(bundle(total())).encode("utf-16")),
        ("record.json.gz", gzip.compress(json.dumps(bundle(total())).encode())),
        ("record.ndjson", lines(PERSON, total())),
        ("record.ndjson", b"\n" + lines(total(), PERSON) + b"\n\n"),
        ("record.ndjson", b"\xef\xbb\xbf" + lines(PERSON, total())),
        ("record.ndjson.gz", gzip.compress(lines(PERSON, total()))),
        ("record.json", lines(PERSON, total())),
        ("record", json.dumps(bundle(total())).encode()),
    ],
)
def test_a_record_may_be_held_in_many_ways(tmp_path: Path, knowledge: Knowledge, name: str, content: bytes) -> None:
    path = written(tmp_path, content, name)
    records = read(path, knowledge)
    assert_adds_up(records)
    assert [row["value"] for row in rows(records, "score")] == [17.0]
    assert records.locations["Observation/r1"][0] == name
    assert people(path) == ["a"]


@pytest.mark.parametrize("kind", ["searchset", "transaction", "document", "history", "nonsense", None])
def test_a_bundle_of_any_type_is_read(tmp_path: Path, knowledge: Knowledge, kind: str | None) -> None:
    assert len(rows(read(save(tmp_path, {**bundle(total()), "type": kind}), knowledge), "score")) == 1


def test_a_folder_may_mix_exports_bundles_and_single_resources(tmp_path: Path, knowledge: Knowledge) -> None:
    written(tmp_path, lines(PERSON), "Patient.000.ndjson")
    written(tmp_path, lines(total(1)), "Observation.000.ndjson")
    save(tmp_path, bundle(total(2), person=None), "bundle.json")
    save(tmp_path, total(3), "single.json")
    (tmp_path / "deeper").mkdir()
    save(tmp_path / "deeper", bundle(total(4), person=None), "more.json")
    records = read(tmp_path, knowledge)
    assert_adds_up(records)
    assert len(rows(records, "score")) == 4
    assert records.locations["Observation/r4"] == ("deeper/more.json", 1)
    assert records.source == "folder of FHIR R4 Bundles and bulk-export files"


# --- parts that can't be read ----------------------------------------------------------------------


def test_a_line_that_is_cut_off_is_left_out_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    path = written(tmp_path, lines(PERSON, total()) + b'{"resourceType": "Observ\n[1]\n', "export.ndjson")
    records = read(path, knowledge)
    assert_adds_up(records)
    assert len(rows(records, "score")) == 1
    assert findings(records) == [
        ("line-not-json", "line 3", "", "The line isn't JSON, or is cut off; it isn't used."),
        ("line-not-a-resource", "line 4", "", "The line holds no FHIR resource."),
    ]
    assert reasons(records) == {"line": "line not a resource"}


def test_a_file_of_a_folder_that_is_not_fhir_is_left_out_and_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    save(tmp_path, bundle(total()), "a.json")
    save(tmp_path, {"colour": "blue"}, "settings.json")
    written(tmp_path, "{", "broken.json")
    records = read(tmp_path, knowledge)
    assert_adds_up(records)
    assert len(rows(records, "score")) == 1
    assert [(one.file, one.code) for one in records.findings] == [
        ("broken.json", "file-not-json"),
        ("settings.json", "file-not-fhir"),
    ]


def test_an_entry_without_resource_is_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    held = bundle(total())
    held["entry"] = [*held["entry"], {"request": {"method": "DELETE"}}, 7]
    records = read(save(tmp_path, held), knowledge)
    assert_adds_up(records)
    assert reasons(records) == {"entry": "entry without resource"}
    assert [found[:2] for found in findings(records)] == [
        ("entry-without-resource", "entry 3"),
        ("entry-without-resource", "entry 4"),
    ]


def test_a_page_of_a_larger_search_is_noted(tmp_path: Path, knowledge: Knowledge) -> None:
    page = {**bundle(total()), "link": [{"relation": "next", "url": "http://example.org/?page=2"}]}
    records = read(save(tmp_path, page), knowledge)
    assert_adds_up(records)
    assert findings(records) == [
        ("more-pages", "", "", "The Bundle is one page of several; the others aren't in this record.")
    ]


def test_kinds_that_are_not_read_are_counted(tmp_path: Path, knowledge: Knowledge) -> None:
    odd: Node = {"resourceType": "Totally made up !", "id": "x"}
    records = read(save(tmp_path, bundle(about("Immunization"), about("Immunization", 2), odd, {"id": "y"})), knowledge)
    assert_adds_up(records)
    assert {(one.kind, one.reason, one.count) for one in records.unused} == {
        ("Immunization", "not a kind Stepwell reads", 2),
        ("not a resource", "not a kind Stepwell reads", 1),
        ("not a resource", "no resource type", 1),
    }


def test_a_hundred_megabytes_in_one_file_are_read(tmp_path: Path, knowledge: Knowledge) -> None:
    padding = "x" * 1_000_000
    large = [about("DiagnosticReport", number, conclusion=padding) for number in range(100)]
    records = read(save(tmp_path, bundle(total(), *large)), knowledge)
    assert_adds_up(records)
    assert len(rows(records, "score")) == 1


def test_no_value_of_the_record_stands_in_findings_or_errors(tmp_path: Path, knowledge: Knowledge) -> None:
    told = "Zebedee-4711"
    odd = [
        order(1, authoredOn=told, status=told, medicationCodeableConcept={"text": f"no sertraline {told}"}),
        order(2, dosageInstruction=[{"doseAndRate": [{"doseQuantity": {"value": 1, "unit": told}}]}]),
        dispensing(3, daysSupply={"value": 3, "unit": told}, authorizingPrescription=[{"reference": told}]),
        total(4, value=99, valueString=told),
        about("Condition", 5, code=concept("http://snomed.info/sct", "1"), onsetDateTime=told),
    ]
    records = read(save(tmp_path, bundle(*odd)), knowledge)
    assert len(records.findings) >= 4
    assert told not in repr(records.findings) + repr(records.unused)


@pytest.mark.parametrize("name", ["MedicationDispense.ndjson", "more.json", "more.json.gz", "Observation.ndjson.gz"])
def test_an_empty_or_damaged_file_beside_good_ones_is_left_out_and_noted(
    tmp_path: Path, knowledge: Knowledge, name: str
) -> None:
    save(tmp_path, bundle(total()))
    (tmp_path / name).write_bytes(b"")
    records = read(tmp_path, knowledge)
    assert len(rows(records, "score")) == 1
    assert [(found.code in ("file-empty", "file-not-readable"), found.file) for found in records.findings] == [
        (True, name)
    ]
    assert_adds_up(records)


def test_a_cut_off_line_is_noted_whoever_is_asked_for(tmp_path: Path, knowledge: Knowledge) -> None:
    people_lines = [json.dumps({**PERSON, "id": one_id}) for one_id in ("a", "b")]
    (tmp_path / "Patient.ndjson").write_text("\n".join(people_lines), encoding="utf-8")
    (tmp_path / "Observation.ndjson").write_text(json.dumps(total())[:40] + "\n\n", encoding="utf-8")
    records = read(tmp_path, knowledge, "a")
    assert [(found.code, found.where) for found in records.findings] == [("line-not-json", "line 1")]
    assert_adds_up(records)


@pytest.mark.parametrize(("severity", "noted"), [("fatal", True), ("error", True), ("warning", False)])
def test_an_error_of_the_export_is_noted(
    tmp_path: Path,
    knowledge: Knowledge,
    severity: str,
    noted: bool,  # noqa: FBT001
) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "exception"}]}
    written(tmp_path, json.dumps(PERSON), "Patient.ndjson")
    written(tmp_path, json.dumps(outcome), "errors.ndjson")
    for person_id in ("a", None):
        records = read(tmp_path, knowledge, person_id)
        assert_adds_up(records)
        assert reasons(records) == {"OperationOutcome": "not a kind Stepwell reads"}
        message = "The system that wrote the record reports an error; something may be missing from it."
        where = "OperationOutcome/#errors.ndjson:1"
        assert findings(records) == ([("export-error", where, "", message)] if noted else [])


def test_a_packed_file_may_be_named_in_capitals(tmp_path: Path, knowledge: Knowledge) -> None:
    written(tmp_path, json.dumps(PERSON), "Patient.ndjson")
    written(tmp_path, gzip.compress(json.dumps(total()).encode()), "Observation.NDJSON.GZ")
    records = read(tmp_path, knowledge)
    assert len(rows(records, "score")) == 1
    assert findings(records) == []
