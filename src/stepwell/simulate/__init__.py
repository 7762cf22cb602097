"""Synthetic people with known truth, as OMOP, FHIR or CSV.

    settings    what people are drawn from, each value with its source
    people, course, scores, supplies, events    what happens, drawn block by block
    truth       what is true of each trial and person
    dirt        what the record lacks and has wrong
    omop, fhir, csv_files    the record in a format
    writing     files that are there only once they are whole

It reads nothing that a review makes, so that a review can be held against it.
"""

from stepwell.simulate.run import FORMATS, SCENARIOS, Wanted, simulate

__all__ = ["FORMATS", "SCENARIOS", "Wanted", "simulate"]
