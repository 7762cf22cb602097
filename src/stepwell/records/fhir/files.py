"""The files of a FHIR record: a Bundle, a list of resources, bulk-export ndjson, or a folder of those."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from stepwell.errors import RecordError
from stepwell.records.fhir.shape import Node, node, nodes, string

_ALLOWED = "A FHIR R4 Bundle in JSON (.json), bulk-export files (.ndjson, also .gz) or a folder of these can be read."
_SUFFIXES = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
_LINES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
# Read first, because others refer to them.
_FIRST = ("Patient", "Medication", "MedicationRequest")
_CUT_OFF = "The line isn't JSON, or is cut off; it isn't used."
# What the last byte of a line may be that wasn't cut off (nothing: an empty line).
_LINE_ENDS = (b"}", b"")
_PATIENT = re.compile(rb'"resourceType"\s*:\s*"Patient"')
_SHARED = re.compile(rb'"resourceType"\s*:\s*"Medication"')


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource as it stands.

    Args:
        file: File name, relative to the record.
        number: Entry of the Bundle or line of the file, from 1.
        scope: The file, where references hold within it first (a Bundle); else empty.
        full_url: Of the Bundle entry.
        body: The resource.
    """

    file: str
    number: int
    scope: str
    full_url: str | None
    body: Node


@dataclass(frozen=True, slots=True)
class Bad:
    """A line, entry or file that holds no resource, and why."""

    file: str
    number: int
    code: str
    message: str
    kind: str = "not a resource"


class Source:
    """The files of a record, in the order in which they are best read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.alone = not path.is_dir()
        self.files = [path] if self.alone else _in_folder(path)

    def name(self, file: Path) -> str:
        """File name relative to the record."""
        return file.name if self.alone else file.relative_to(self.path).as_posix()

    @property
    def about(self) -> str:
        """What was read, in words."""
        lines = [_is_lines(file) for file in self.files]
        if all(lines):
            return "FHIR R4 bulk export (ndjson)"
        return "FHIR R4 Bundle" if self.alone else "folder of FHIR R4 Bundles and bulk-export files"

    def entries(self, person_id: str | None = None, only: str | None = None) -> Iterator[Entry | Bad]:
        """Every resource of every file.

        Args:
            person_id: Lines of ndjson that can't concern this person are passed over.
            only: Lines of ndjson of any other resource type are passed over.
        """
        for file in self.files:
            if _is_lines(file):
                yield from self._lines(file, person_id, only)
            else:
                yield from self._whole(file, person_id, only)

    def _whole(self, file: Path, person_id: str | None, only: str | None) -> Iterator[Entry | Bad]:
        name = self.name(file)
        try:
            data = _bytes(file, name)
        except RecordError as error:
            if self.alone:
                raise
            yield Bad(name, 0, "file-not-readable", error.message, "file")
            return
        try:
            content = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            if _looks_like_lines(data):
                yield from self._each_line(name, iter(data.splitlines()), person_id, only)
                return
            fault = _not_json(name, data, error)
            if self.alone:
                raise RecordError(fault) from None
            yield Bad(name, 1, "file-not-json", fault, "file")
            return
        yield from self._content(name, content)

    def _content(self, name: str, content: object) -> Iterator[Entry | Bad]:
        if isinstance(content, list):
            yield from _listed(name, content)
            return
        whole = node(content)
        kind = string(whole.get("resourceType"))
        if kind == "Bundle":
            yield from _bundled(name, whole)
        elif kind and not self.alone:
            yield Entry(name, 1, "", None, whole)
        elif kind:
            raise RecordError(
                f"{name} holds a single resource of type {_safe(kind)}, not a person's record. {_ALLOWED} Put the "
                "Patient and what concerns them into one Bundle."
            )
        elif self.alone:
            raise RecordError(f"{name} is JSON but not FHIR: it has no resourceType. {_ALLOWED}")
        else:
            yield Bad(name, 1, "file-not-fhir", "The file is JSON but not FHIR: it has no resourceType.", "file")

    def _lines(self, file: Path, person_id: str | None, only: str | None) -> Iterator[Entry | Bad]:
        name = self.name(file)
        try:
            with gzip.open(file) if _is_packed(file) else file.open("rb") as stream:
                if not stream.peek(1):
                    yield Bad(name, 0, "file-empty", "The file is empty: was it cut off?", "file")
                yield from self._each_line(name, iter(stream), person_id, only)
        except (OSError, EOFError, zlib.error) as error:
            fault = f"{name} can't be read to its end ({_cause(error)})."
            if self.alone:
                raise RecordError(f"{fault} Get the file anew from where it came from.") from None
            yield Bad(name, 0, "file-not-readable", f"{fault} What stands before is used.", "file")

    @staticmethod
    def _each_line(name: str, lines: Iterator[bytes], person_id: str | None, only: str | None) -> Iterator[Entry | Bad]:
        own = person_id.encode() if person_id else None
        person = _mention(person_id) if person_id else None
        wanted = f'"{only}"'.encode() if only else None
        loads = orjson.loads
        for number, line in enumerate(lines, 1):
            # The plain search first: it passes over the lines of other people many times faster.
            other = own is not None and own not in line and b'"Medication"' not in line
            other = other or (person is not None and not person.search(line) and not _SHARED.search(line))
            other = other and (person is None or _of_somebody(line))
            if other or (wanted is not None and wanted not in line):
                if line.rstrip()[-1:] not in _LINE_ENDS:
                    yield Bad(name, number, "line-not-json", _CUT_OFF, "line")
                continue
            if not line.strip():
                continue
            try:
                body = loads(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
            except orjson.JSONDecodeError:
                yield Bad(name, number, "line-not-json", _CUT_OFF, "line")
                continue
            if isinstance(body, dict):
                yield Entry(name, number, "", None, body)
            else:
                yield Bad(name, number, "line-not-a-resource", "The line holds no FHIR resource.", "line")


def _of_somebody(line: bytes) -> bool:
    """Whether a line is a Patient or refers to one; one that doesn't may be of anybody, and that has to be said."""
    return b"Patient/" in line or b"Patient\\/" in line or b"urn:uuid:" in line or bool(_PATIENT.search(line))


def _mention(person_id: str) -> re.Pattern[bytes]:
    """Finds the lines that may be of a person: the Patient, and what refers to it."""
    escaped = re.escape(person_id.encode())
    return re.compile(rb"(?:Patient\\?/|urn:uuid:)" + escaped + rb'["/\\]|"id"\s*:\s*"' + escaped + rb'"')


def _in_folder(folder: Path) -> list[Path]:
    found = [
        file
        for file in folder.rglob("*")
        if file.name.lower().endswith(_SUFFIXES) and file.is_file() and not file.name.startswith(".")
    ]
    if not found:
        raise RecordError(f"The folder {folder.name} holds no FHIR file. {_ALLOWED}")
    return sorted(found, key=_order)


def _order(file: Path) -> tuple[int, str]:
    kind = re.split(r"[^A-Za-z]", file.name, maxsplit=1)[0]
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST), file.as_posix())


def _is_lines(file: Path) -> bool:
    return file.name.lower().endswith(_LINES)


def _is_packed(file: Path) -> bool:
    return file.suffix.lower() == ".gz"


def _bytes(file: Path, name: str) -> bytes:
    try:
        with gzip.open(file) if _is_packed(file) else file.open("rb") as stream:
            data: bytes = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise RecordError(f"{name} can't be read ({_cause(error)}). {_ALLOWED}") from None
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            data = data.decode(encoding, errors="replace").encode()
    if not data.strip():
        raise RecordError(f"{name} is empty. {_ALLOWED}")
    return data


def _cause(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "reading it isn't permitted"
    return "it is damaged or cut off" if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile) else "input error"


def _looks_like_lines(data: bytes) -> bool:
    first, _, rest = data.lstrip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _not_json(name: str, data: bytes, error: orjson.JSONDecodeError) -> str:
    start = data.lstrip()[:1]
    if start == b"<":
        return f"{name} is XML or HTML, not JSON. {_ALLOWED} Ask for the record in the format application/fhir+json."
    if start not in (b"{", b"["):
        return f"{name} isn't JSON. {_ALLOWED}"
    if "unexpected end" in error.msg:
        return f"{name} is cut off: the JSON ends at line {error.lineno}, before it is complete. Get the file anew."
    return (
        f"{name} isn't valid JSON: it breaks at line {error.lineno}, column {error.colno}. {_ALLOWED} Get the file "
        "anew from where it came from."
    )


def _listed(name: str, content: list[object]) -> Iterator[Entry | Bad]:
    for number, body in enumerate(content, 1):
        if isinstance(body, dict):
            yield Entry(name, number, name, None, body)
        else:
            yield Bad(name, number, "entry-without-resource", "The entry holds no resource.", "entry")


def _bundled(name: str, bundle: Node) -> Iterator[Entry | Bad]:
    entries = bundle.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        body = node(entry).get("resource")
        if isinstance(body, dict):
            yield Entry(name, number, name, string(node(entry).get("fullUrl")), body)
        else:
            yield Bad(name, number, "entry-without-resource", "The entry holds no resource.", "entry")
    if any(link.get("relation") == "next" for link in nodes(bundle.get("link"))):
        yield Bad(name, 0, "more-pages", "The Bundle is one page of several; the others aren't in this record.", "")


def _safe(kind: str) -> str:
    """A resource type fit to be shown: a word of FHIR, never a value from the record."""
    return kind if re.fullmatch(r"[A-Z][A-Za-z]{2,40}", kind) else "(not a FHIR type)"
