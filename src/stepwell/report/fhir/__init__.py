"""A review, or a plan, as a FHIR R4 Bundle.

The Bundle is a `collection`: a ClinicalImpression that holds every finding with the rows it rests on, a
DetectedIssue for each positive suicide item and each interaction, a CarePlan of what could come next (intent
`option`) or of what was chosen (intent `plan`), and a Provenance. Everything is a draft for a clinician:
no order, no diagnosis.
"""

from stepwell.report.fhir.bundle import of_plan, of_review

__all__ = ["of_plan", "of_review"]
