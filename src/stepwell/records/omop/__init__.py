"""OMOP CDM 5.3 and 5.4, read into the record tables by expressions that mean the same on every engine.

The tables of the source are only read. Concepts are translated first, in tables of a few thousand rows; the events
are then joined with those.
"""

from stepwell.records.omop.account import account, in_words, lacks
from stepwell.records.omop.knowledge import knowledge_tables
from stepwell.records.omop.people import person_columns
from stepwell.records.omop.quality import lives, quality
from stepwell.records.omop.reader import answers, codings, concept_meanings, records, translations
from stepwell.records.omop.source import SOURCE_TABLES
from stepwell.records.omop.words import used_concepts, words

__all__ = [
    "SOURCE_TABLES", "account", "answers", "codings", "concept_meanings", "in_words", "knowledge_tables", "lacks",
    "lives", "person_columns", "quality", "records", "translations", "used_concepts", "words",
]  # fmt: skip
