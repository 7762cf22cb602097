"""Reads the files of a knowledge folder one by one, keeping every fault of every file."""

import csv
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

import tomli
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stepwell.knowledge import schema as s

ModelT = TypeVar("ModelT", bound=s.Model)


@dataclass(frozen=True)
class Listing:
    """Files that hold many entries of one kind, and the fields that tell them apart.

    `path` may hold a `*`: then the entries of one kind are spread over files by their subject.
    """

    name: str
    path: str
    model: type[s.Model]
    key: tuple[str, ...]
    table: str = ""


LISTINGS = (
    Listing("sources", "sources*.toml", s.Source, ("id",), "source"),
    Listing("ingredients", "drugs/ingredients*.csv", s.Ingredient, ("id",)),
    Listing("formulations", "drugs/formulations.csv", s.Formulation, ("ingredient", "formulation")),
    Listing("dose_tables", "drugs/dose_tables.toml", s.DoseTable, ("id",), "dose_table"),
    Listing("doses", "drugs/doses.csv", s.Dose, ("ingredient", "formulation", "kind", "dose_table")),
    Listing("dose_limits", "drugs/dose_limits.csv", s.DoseLimit, ("ingredient", "over_age", "region")),
    Listing("products", "drugs/products.csv", s.Product, ("rxcui", "component")),
    Listing("traps", "drugs/traps.toml", s.Trap, ("id",), "trap"),
    Listing("interactions", "drugs/interactions.csv", s.Interaction, ("id",)),
    Listing("gene_drugs", "drugs/gene_drug.csv", s.GeneDrug, ("ingredient", "cyp2d6", "cyp2c19", "cyp2b6")),
    Listing("drug_sets", "drugs/drug_sets*.csv", s.DrugSet, ("drug_set", "ingredient")),
    Listing("code_sets", "codes/code_sets*.toml", s.CodeSet, ("id",), "code_set"),
    Listing("codes", "codes/codes*.csv", s.Code, ("code_set", "system", "code")),
    Listing("texts", "codes/texts*.csv", s.TextMatch, ("code_set", "phrase")),
    Listing("facts", "facts/*.toml", s.Fact, ("id",), "fact"),
    Listing("outcomes", "outcomes.toml", s.Outcome, ("id",), "outcome"),
    Listing("rules", "rules.toml", s.Rule, ("id",), "rule"),
    Listing("cohort_rules", "cohort/rules.toml", s.Rule, ("id",), "rule"),
    Listing("cohort_steps", "cohort/steps.toml", s.CohortStep, ("id",), "step"),
    Listing("age_bands", "cohort/age_bands.toml", s.AgeBand, ("id",), "age_band"),
    Listing("faults", "cohort/faults.toml", s.Fault, ("id",), "fault"),
    Listing("gaps", "cohort/gaps.toml", s.Gap, ("table", "check"), "gap"),
    Listing("variants", "cohort/variants.toml", s.Variant, ("id",), "variant"),
    Listing("windows", "windows.toml", s.Window, ("id",), "window"),
    Listing("crisis_lines", "crisis_lines.csv", s.CrisisLine, ("region", "service")),
)
FOLDERS: dict[str, type[s.Model]] = {
    "instruments": s.Instrument,
    "definitions": s.Definition,
    "staging": s.StagingMethod,
    "reasons": s.Reason,
    "options": s.Option,
}
RELEASE = "release.toml"
ACCEPTED = "definitions/accepted.toml"
# Characters of a value that a fault shows.
LONGEST = 80


@dataclass
class Reader:
    """Reads one folder. `entries` holds what is valid, `faults` one sentence for each thing that isn't."""

    folder: Path
    entries: dict[str, tuple[s.Model, ...]] = field(default_factory=dict)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    release: s.Release | None = None
    faults: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Reads every file that belongs to a knowledge folder and refuses every other."""
        if not self.folder.is_dir():
            self.faults.append(f"{self.folder}: no such folder; give the folder that holds {RELEASE}.")
            return
        self.release = self._model(s.Release, self._toml(RELEASE), RELEASE)
        for listing in LISTINGS:
            self._keep(listing.name, self._listing(listing))
        for name, model in FOLDERS.items():
            self._keep(name, self._files(name, model))
        self._refuse_unknown_files()

    def _keep(self, name: str, found: Iterator[tuple[str, s.Model]]) -> None:
        placed = tuple(found)
        self.places[name] = tuple(where for where, _ in placed)
        self.entries[name] = tuple(entry for _, entry in placed)

    def _paths(self, listing: Listing) -> list[str]:
        """The files of a listing; where it names just one, that one, there or not."""
        found = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(listing.path))
        return found or ([] if "*." in listing.path else [listing.path.replace("*", "")])

    def _rows(self, listing: Listing) -> Iterator[tuple[str, object]]:
        for path in self._paths(listing):
            yield from self._csv(listing, path) if path.endswith(".csv") else self._tables(listing, path)

    def _listing(self, listing: Listing) -> Iterator[tuple[str, s.Model]]:
        seen: dict[Hashable, str] = {}
        for where, row in self._rows(listing):
            entry = self._model(listing.model, row, where)
            if entry is None:
                continue
            key = tuple(getattr(entry, part) for part in listing.key)
            if key in seen:
                self._duplicate(listing, key, where, seen[key])
            seen.setdefault(key, where)
            yield where, entry

    def _duplicate(self, listing: Listing, key: tuple[Any, ...], where: str, first: str) -> None:
        named = ", ".join(f"{part} {value!r}" for part, value in zip(listing.key, key, strict=True))
        self.faults.append(f"{where}: {named} stands already at {first}; each may stand once: remove one.")

    def _csv(self, listing: Listing, path: str) -> Iterator[tuple[str, dict[str, object]]]:
        text = self._text(path)
        if text is None:
            return
        lines = csv.reader(text.splitlines())
        columns = next(lines, [])
        kinds = {name: _kinds(info.annotation) for name, info in listing.model.model_fields.items()}
        if not self._columns_fit(path, columns, list(kinds)):
            return
        for cells in lines:
            where = f"{path}, line {lines.line_num}"
            if len(cells) != len(columns):
                self.faults.append(f"{where}: found {len(cells)} cells; the header has {len(columns)} columns.")
                continue
            yield where, {name: _cell(cell, kinds[name]) for name, cell in zip(columns, cells, strict=True)}

    def _columns_fit(self, path: str, columns: list[str], allowed: list[str]) -> bool:
        unknown = [name for name in columns if name not in allowed]
        absent = [name for name in allowed if name not in columns]
        for name in unknown:
            self.faults.append(f"{path}, line 1: unknown column {name!r}; allowed: {', '.join(allowed)}.")
        for name in absent:
            self.faults.append(f"{path}, line 1: column {name!r} is missing; allowed: {', '.join(allowed)}.")
        if len(set(columns)) != len(columns):
            self.faults.append(f"{path}, line 1: a column stands twice; each may stand once.")
        return not unknown and not absent and len(set(columns)) == len(columns)

    def _tables(self, listing: Listing, path: str) -> Iterator[tuple[str, object]]:
        content = self._toml(path)
        if content is None:
            return
        for key in content:
            if key != listing.table:
                self.faults.append(f"{path}: unknown key {key!r}; allowed: [[{listing.table}]].")
        rows = content.get(listing.table, [])
        if not isinstance(rows, list):
            self.faults.append(f"{path}: {listing.table} is one table; write [[{listing.table}]].")
            return
        for number, row in enumerate(rows, 1):
            name = row.get("id", f"number {number}") if isinstance(row, dict) else f"number {number}"
            yield f"{path}, {listing.table} {name}", row

    def _files(self, name: str, model: type[s.Model]) -> Iterator[tuple[str, s.Model]]:
        for path in sorted((self.folder / name).glob("*.toml")):
            place = f"{name}/{path.name}"
            if place == ACCEPTED:
                continue
            entry = self._model(model, self._toml(place), place)
            if entry is None:
                continue
            found = getattr(entry, "id", "")
            if found != path.stem:
                self.faults.append(f"{place}, id: found {found!r}; allowed: {path.stem!r}, the name of the file.")
            yield place, entry

    def _model(self, model: type[ModelT], content: object, where: str) -> ModelT | None:
        if content is None:
            return None
        try:
            return model.model_validate(_frozen(content))
        except ValidationError as error:
            self.faults.extend(_sentence(model, where, detail) for detail in error.errors(include_url=False))
            return None

    def _toml(self, path: str) -> dict[str, Any] | None:
        text = self._text(path)
        if text is None:
            return None
        try:
            return tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            self.faults.append(f"{path}: not TOML: {error}.")
            return None

    def _text(self, path: str) -> str | None:
        try:
            return (self.folder / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.faults.append(f"{path}: the file is missing; a knowledge folder needs it.")
        except UnicodeDecodeError as error:
            self.faults.append(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.")
        return None

    def _refuse_unknown_files(self) -> None:
        known = {RELEASE, ACCEPTED, *(path for listing in LISTINGS for path in self._paths(listing))}
        for path in sorted(self.folder.rglob("*")):
            place = path.relative_to(self.folder)
            in_folder = place.parent.as_posix() in FOLDERS and place.suffix == ".toml"
            if path.is_file() and place.as_posix() not in known and not in_folder:
                self.faults.append(f"{place.as_posix()}: no such file belongs to a knowledge folder; remove it.")


def _kinds(annotation: object) -> tuple[object, ...]:
    """The plain types an annotation allows, `Annotated` and `|` taken apart."""
    parts = get_args(annotation)
    if not parts:
        return (annotation,)
    if hasattr(annotation, "__metadata__"):
        return _kinds(parts[0])
    return tuple(kind for part in parts for kind in _kinds(part))


_READERS: dict[object, Callable[[str], object]] = {int: int, float: float, date: date.fromisoformat}


def _cell(text: str, kinds: tuple[object, ...]) -> object:
    """The value a CSV cell stands for; as it is where it can't be read, so that the model refuses it."""
    if text == "":
        return None if type(None) in kinds else text
    if bool in kinds:
        return {"true": True, "false": False}.get(text, text)
    read = next((_READERS[kind] for kind in (int, float, date) if kind in kinds), str)
    try:
        return read(text)
    except ValueError:
        return text


def _frozen(content: object) -> object:
    """Lists as tuples all the way down, since models are frozen and strict."""
    if isinstance(content, dict):
        return {key: _frozen(value) for key, value in content.items()}
    if isinstance(content, list):
        return tuple(_frozen(value) for value in content)
    return content


def _sentence(model: type[s.Model], where: str, detail: ErrorDetails) -> str:
    place = _place(detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"{where}: unknown key {place!r}; allowed: {', '.join(_allowed(model, detail['loc']))}."
    if kind == "missing":
        return f"{where}: {place} is missing; it is required."
    allowed = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return f"{where}, {place}: found {_shown(detail['input'])}; allowed: {allowed}."


def _place(loc: Iterable[int | str]) -> str:
    """`band_sets[2].bands[1].low`, counted from 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _allowed(model: type[s.Model], loc: Iterable[int | str]) -> list[str]:
    """The keys allowed where an unknown one was found, that is beside the last part of `loc`."""
    current = model
    for part in list(loc)[:-1]:
        info = current.model_fields.get(str(part))
        inner = [kind for kind in _kinds(info.annotation) if _is_model(kind)] if info else []
        current = inner[0] if inner else current  # type: ignore[assignment]
    return list(current.model_fields)


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, s.Model)


def _shown(value: object) -> str:
    text = repr(dict(value)) if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
