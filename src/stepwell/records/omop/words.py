"""What the words of concepts mean where their codes say nothing: read as any other reader reads a text.

The concepts in use are a few thousand however many people there are, so they are looked at one by one, by the same
`Lookup` as the codes and texts of FHIR. Of events nothing is looked at so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from stepwell.knowledge.load import Knowledge
from stepwell.records.lookup import Lookup
from stepwell.records.omop.events import PLACES
from stepwell.records.omop.joins import coded
from stepwell.records.omop.knowledge import INGREDIENT, PRODUCT, SCHEMAS, VOCABULARIES, product_row
from stepwell.records.omop.source import normal

Row = dict[str, object]

SYSTEMS = {vocabulary: system for system, names in VOCABULARIES.items() for vocabulary in names}
KINDS = ("condition", "procedure", "device", "lab")
DRUG, EVENT = "drug", "event"

_ALLERGY = re.compile(r"^(?:drug )?(?:allergy|allergic reaction|hypersensitivity)(?: caused by| to)?(?P<what>.*)$")
_ANY_DRUG = frozenset({"", "drug", "drugs", "medication", "substance", "drug disorder"})


def used_concepts(source: Mapping[str, Table], written: Mapping[str, Table]) -> Table:
    """One row per concept that an event of the source names: `used` as a drug or an event, id, vocabulary, code, name.

    Args:
        source: The CDM's tables by name.
        written: Those of `codings`, where they were written out.

    Raises:
        RecordError: It is no CDM, with every fault.
    """
    tables = normal(source)
    found = [_used(tables, written, place.table, place.kind) for place in PLACES if place.table in tables]
    if "drug_exposure" in tables:
        found.append(_used(tables, written, "drug_exposure", "drug"))
    if not found or "concept" not in tables:
        nothing = tables["person"].filter(ibis.literal(False))
        return nothing.select(**{name: ibis.null(kind) for name, kind in _USED.items()})
    ids = ibis.union(*found, distinct=True) if len(found) > 1 else found[0].distinct()
    return ids.inner_join(tables["concept"], "concept_id").select(*_USED)


_USED = {
    "used": "string", "concept_id": "int64", "vocabulary_id": "string", "concept_code": "string",
    "concept_name": "string",
}  # fmt: skip


def _used(tables: Mapping[str, Table], written: Mapping[str, Table], table: str, kind: str) -> Table:
    ways = coded(tables, written, table, kind)
    both = ibis.union(ways.select(concept_id="std"), ways.select(concept_id="src"), distinct=True)
    return both.filter(both.concept_id != 0).mutate(used=ibis.literal(DRUG if kind == "drug" else EVENT))


def words(used: pa.Table, knowledge: Knowledge) -> dict[str, pa.Table]:
    """What the names of concepts mean where their codes say nothing, as the tables `omop_worded_*`.

    Args:
        used: The rows of `used_concepts`.
        knowledge: For codes and names.
    """
    lookup, rows = Lookup(knowledge), used.to_pylist()
    made: dict[str, Iterable[Row]] = {
        "omop_worded_drug": (row for one in rows if one["used"] == DRUG for row in _drugs(one, lookup)),
        "omop_worded_set": (row for one in rows if one["used"] == EVENT for row in _sets(one, lookup)),
        "omop_worded_allergy": (row for one in rows if one["used"] == EVENT for row in _allergies(one, lookup)),
    }
    return {name: pa.Table.from_pylist(list(each), schema=SCHEMAS[name].to_pyarrow()) for name, each in made.items()}


def _codes(one: Row) -> list[tuple[str, str]]:
    system = SYSTEMS.get(str(one["vocabulary_id"]))
    return [(system, str(one["concept_code"]))] if system else []


def _drugs(one: Row, lookup: Lookup) -> Iterator[Row]:
    matches = lookup.drugs(_codes(one), _name(one))
    for match in matches:
        level = INGREDIENT if match.strength is None else PRODUCT
        yield {"concept_id": one["concept_id"], "level": level, "coded_by": match.coded_by,
               **product_row(match, lookup)}  # fmt: skip


def _sets(one: Row, lookup: Lookup) -> Iterator[Row]:
    for kind in KINDS:
        for match in lookup.code_sets(kind, _codes(one), _name(one)):
            if match.coded_by == "text":
                yield {"concept_id": one["concept_id"], "code_set": match.code_set, "kind": kind}


def _allergies(one: Row, lookup: Lookup) -> Iterator[Row]:
    """The drugs that a concept says an allergy to; a null ingredient where its value has to say to what."""
    said = _ALLERGY.match((_name(one) or "").casefold())
    if said is None:
        return
    what = said["what"].strip()
    if what in _ANY_DRUG:
        yield {"concept_id": one["concept_id"], "ingredient": None}
    for match in lookup.drugs([], what):
        yield {"concept_id": one["concept_id"], "ingredient": match.ingredient}


def _name(one: Row) -> str | None:
    return None if one["concept_name"] is None else str(one["concept_name"])
