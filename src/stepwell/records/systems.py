"""Coding systems: one short name for each, whatever URI a record gives it."""

from functools import lru_cache

# ICD-10 of the WHO is read as ICD-10-CM: at the depth at which the code sets are written they agree.
_URIS = {
    "rxnorm": ("www.nlm.nih.gov/research/umls/rxnorm", "2.16.840.1.113883.6.88"),
    "snomed": ("snomed.info/sct", "2.16.840.1.113883.6.96"),
    "icd-10-cm": (
        "hl7.org/fhir/sid/icd-10-cm",
        "hl7.org/fhir/sid/icd-10",
        "2.16.840.1.113883.6.90",
        "2.16.840.1.113883.6.3",
    ),
    "icd-10-pcs": (
        "hl7.org/fhir/sid/icd-10-pcs",
        "www.cms.gov/medicare/coding/icd10",
        "2.16.840.1.113883.6.4",
    ),
    "loinc": ("loinc.org", "2.16.840.1.113883.6.1"),
    "cpt": ("www.ama-assn.org/go/cpt", "2.16.840.1.113883.6.12"),
    "hcpcs": (
        "www.cms.gov/medicare/coding/hcpcsreleasecodesets",
        "bluebutton.cms.gov/resources/codesystem/hcpcs",
        "2.16.840.1.113883.6.285",
    ),
    "omop": ("fhir-terminology.ohdsi.org",),
}
_NAMES = {uri: name for name, uris in _URIS.items() for uri in uris}
_PREFIXES = ("https://", "http://", "urn:oid:")


@lru_cache(maxsize=1024)
def short_name(uri: str) -> str | None:
    """The name that the knowledge uses for a coding system, or None for one that it doesn't draw on.

    >>> short_name("http://snomed.info/sct/731000124108"), short_name("urn:oid:2.16.840.1.113883.6.88")
    ('snomed', 'rxnorm')
    """
    bare = uri.strip().lower().rstrip("/")
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix)
    if bare.startswith("snomed.info/sct/"):
        return "snomed"
    return _NAMES.get(bare)
