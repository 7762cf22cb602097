"""An OMOP CDM on the engine where it lies, ready to be read."""

from ibis.expr.types import Table

from stepwell.engines.source import Source
from stepwell.knowledge.load import Knowledge
from stepwell.records import omop


def knowledge_beside(source: Source, knowledge: Knowledge) -> dict[str, Table]:
    """The knowledge that `records` needs, beside the tables of a source: the names of its concepts are looked at once.

    What is written is small, and stands in memory or for this session only.

    Raises:
        RecordError: The source is no CDM, with every fault.
    """
    coded = source.keep(omop.codings(source.tables))
    tables = omop.knowledge_tables(knowledge)
    tables |= omop.words(source.run(omop.used_concepts(source.tables, coded)), knowledge)
    known = source.add(tables)
    known |= source.keep(omop.concept_meanings(source.tables, known))
    known |= source.keep(omop.translations(source.tables, known | coded))
    for name in coded:
        source.store.drop(name)
    return known


def records(source: Source, knowledge: Knowledge, *, infer: bool = False) -> dict[str, Table]:
    """The record tables of a CDM as expressions on its engine; see `stepwell.records.omop.records`.

    Raises:
        RecordError: The source is no CDM, with every fault.
    """
    return omop.records(source.tables, knowledge_beside(source, knowledge), infer=infer)
