"""FHIR R4 JSON as a record: a Bundle, a list of resources, bulk-export ndjson, or a folder of these.

Odd data are findings and what they concern is read as unknown; a record that can't be read at all is a
`RecordError`. Every resource seen is either used or counted as not used, with the reason.
"""

from stepwell.records.fhir.reader import people, read

__all__ = ["people", "read"]
