"""The files of a CSV folder and their columns: what the reader accepts and the template explains."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one file.

    Args:
        name: As it stands in the header.
        about: What it holds, with its unit; shown in the template.
        allowed: What a cell may hold, in words; built from `choices` where those are given.
        example: Cell of the example row.
        choices: The only words a cell may hold, if there are such.
    """

    name: str
    about: str
    allowed: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()

    @property
    def permits(self) -> str:
        """What a cell may hold, as a phrase."""
        return " | ".join(self.choices) if self.choices else self.allowed


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of the folder.

    Args:
        name: File name.
        about: What one row is.
        columns: In the order of the template; any order is read.
        needs: Groups of columns, of each of which at least one must stand in the header.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    needs: tuple[tuple[str, ...], ...]

    @property
    def kind(self) -> str:
        """What its rows are called in counts."""
        return self.name.removesuffix(".csv")

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


DATE = "2024-03-04, or 2024-03 or 2024 where the day or month isn't known"
TEXT = "words"
NUMBER = "a number such as 20 or 37.5"
CODE = "a code"

_PERSON = Column("person_id", "Whose row it is; leave empty if the folder holds one person.", "letters and digits", "1")
_SNOMED = Column("snomed", "SNOMED CT code, if you have it.", CODE)

PERSON = FileSpec(
    "person.csv",
    "one row per person",
    (
        _PERSON,
        Column("birth_date", "Date of birth; the year is enough.", DATE, "1984"),
        Column("sex", "Administrative sex.", example="female", choices=("female", "male", "other", "unknown")),
        Column("death_date", "Date of death.", DATE),
        Column("episode_start", "When the present episode of illness began.", DATE, "2023-11"),
        Column("observed_from", "First day that this record covers.", "2024-03-04", "2023-01-01"),
        Column(
            "observed_to",
            "Last day that this record covers. Handed out later than anybody's last day can't be right.",
            "2024-03-04",
            "2024-06-30",
        ),
    ),
    (),
)

MEDICATIONS = FileSpec(
    "medications.csv",
    "one row per medicine and dose: a course as the person tells it, an order, or one dispensing",
    (
        _PERSON,
        Column("medicine", "Name of the medicine, generic or brand, with its form if that matters (XR, patch, weekly).",
               TEXT, "sertraline"),
        Column("rxnorm", "RxNorm code of the product, if you have it.", CODE, "312938"),
        Column("strength", "Strength of one tablet, capsule, mL or patch; in mg unless a unit is written.",
               "a number, alone or followed by mg, mcg, mg/mL or mg/24 h", "100 mg"),
        Column("dose_per_day",
               "Dose per day, all tablets of this row together (per session or infusion if the unit says so).",
               "a number such as 20 or 37.5, or a range such as 20-40", "100"),
        Column("dose_unit", "Unit of dose_per_day; without it the dose is unknown.", example="mg/day",
               choices=("mg/day", "mcg/day", "mg/24 h", "mg/session", "mg/kg/infusion")),
        Column("start", "First day at this dose; for a dispensing, the day it was handed out.", DATE, "2024-01-08"),
        Column("end", "Last day at this dose. Empty: not known, perhaps still taken.", DATE),
        Column("still_taking_on", "A day on which it was certainly still taken, if there is no end.", DATE,
               "2024-06-03"),
        Column("basis", "How it is known. Empty means stated.", example="stated",
               choices=("dispensed", "ordered", "stated", "administered")),
        Column("quantity", "Tablets, capsules, mL or patches in this supply.", NUMBER),
        Column("days_supply", "Days that this supply lasts.", "a whole number of days from 1 to 1000"),
        Column("status", "How it stands. Rows that are entered-in-error or cancelled are not used.", example="active",
               choices=("active", "completed", "stopped", "on-hold", "not-taken", "cancelled", "entered-in-error",
                        "unknown")),
        Column("stop_reason", "Why it was stopped.",
               choices=("no benefit", "side effects", "not taken", "better", "other")),
        Column("adherence", "Was it taken as directed?", example="yes", choices=("yes", "partly", "no")),
        Column("outcome", "How the person was on it, as they or the clinician put it.", example="partly better",
               choices=("better", "partly better", "not better")),
    ),
    (("medicine", "rxnorm"),),
)  # fmt: skip

SCORES = FileSpec(
    "scores.csv",
    "one row per questionnaire or rating: its total",
    (
        _PERSON,
        Column("date", "Day it was answered.", DATE, "2024-01-08"),
        Column("instrument", "Name of the scale.", "a scale that Stepwell knows, such as PHQ-9", "PHQ-9"),
        Column("total", "Total as written on the form; empty if only the answers are known.", NUMBER, "17"),
    ),
    (("instrument",), ("total",)),
)

ITEMS = FileSpec(
    "items.csv",
    "one row per answer of a questionnaire; it belongs to the row of scores.csv of the same day and scale",
    (
        _PERSON,
        Column("date", "Day it was answered.", DATE, "2024-01-08"),
        Column("instrument", "Name of the scale.", "a scale that Stepwell knows, such as PHQ-9", "PHQ-9"),
        Column("item", "Which question.", "its number on the form", "9"),
        Column("answer", "What the answer scores; empty if the question was skipped.",
               "a number such as 0, or the answer in the words of the form", "0"),
    ),
    (("instrument",), ("item",), ("answer",)),
)  # fmt: skip

CONDITIONS = FileSpec(
    "conditions.csv",
    "one row per diagnosis",
    (
        _PERSON,
        Column("condition", "Name of the diagnosis.", TEXT, "major depressive disorder"),
        Column("icd10", "ICD-10-CM code, if you have it.", CODE, "F33.1"),
        _SNOMED,
        Column("start", "When it began.", DATE, "2023-11"),
        Column("end", "Last day of it, if it is over.", DATE),
        Column("status", "How it stands.", example="active", choices=("active", "resolved", "unknown")),
        Column("certainty", "How sure it is.", example="confirmed",
               choices=("confirmed", "provisional", "refuted", "unknown")),
    ),
    (("condition", "icd10", "snomed"),),
)  # fmt: skip

PROCEDURES = FileSpec(
    "procedures.csv",
    "one row per procedure or course of treatment, such as ECT, TMS or psychotherapy",
    (
        _PERSON,
        Column("procedure", "Name of the procedure.", TEXT, "electroconvulsive therapy"),
        _SNOMED,
        Column("cpt", "CPT code, if you have it.", CODE),
        Column("icd10pcs", "ICD-10-PCS code, if you have it.", CODE),
        Column("start", "First day.", DATE, "2022-05"),
        Column("end", "Last day.", DATE, "2022-06"),
    ),
    (("procedure", "snomed", "cpt", "icd10pcs"),),
)

LABS = FileSpec(
    "labs.csv",
    "one row per laboratory result, blood pressure or other measurement",
    (
        _PERSON,
        Column("date", "Day the sample was taken.", DATE, "2024-02-01"),
        Column("lab", "Name of the test.", TEXT, "TSH"),
        Column("loinc", "LOINC code, if you have it.", CODE),
        Column("value", "Result.", "a number such as 20 or 37.5, or words such as negative", "2.1"),
        Column("unit", "Unit as the laboratory prints it.", "mIU/L and the like", "mIU/L"),
        Column("reference_low", "Lower end of what the laboratory calls normal, in the same unit.", NUMBER, "0.4"),
        Column("reference_high", "Upper end of what the laboratory calls normal, in the same unit.", NUMBER, "4.0"),
        Column("flag", "How the laboratory marked it; empty if it printed no mark.", example="normal",
               choices=("high", "low", "abnormal", "normal", "positive", "negative")),
    ),
    (("lab", "loinc"), ("value", "flag")),
)  # fmt: skip

DEVICES = FileSpec(
    "devices.csv",
    "one row per device in or on the body, such as a pacemaker",
    (
        _PERSON,
        Column("device", "Name of the device.", TEXT, "cardiac pacemaker"),
        _SNOMED,
        Column("start", "When it was put in or first used.", DATE, "2019-05"),
        Column("end", "Last day of it, if it was taken out.", DATE),
    ),
    (("device", "snomed"),),
)

ALLERGIES = FileSpec(
    "allergies.csv",
    "one row per medicine that the person can't have because of an allergy",
    (
        _PERSON,
        Column("medicine", "Name of the medicine, generic or brand.", TEXT, "ketamine"),
        Column("rxnorm", "RxNorm code, if you have it.", CODE),
        Column("start", "When it was first noticed.", DATE, "2018"),
    ),
    (("medicine", "rxnorm"),),
)

ENCOUNTERS = FileSpec(
    "encounters.csv",
    "one row per visit or stay",
    (
        _PERSON,
        Column("kind", "What kind of visit.", example="ambulatory",
               choices=("ambulatory", "emergency", "inpatient", "virtual", "other")),
        Column("start", "Day of the visit, or first day of the stay.", DATE, "2024-03-04"),
        Column("end", "Last day of the stay.", DATE, "2024-03-04"),
    ),
    (("kind",),),
)  # fmt: skip

ANSWERS = FileSpec(
    "answers.csv",
    "one row per answer that somebody gave to a question of Stepwell",
    (
        _PERSON,
        Column("question", "Id of the question: a fact, as Stepwell prints it, or taken, helped or dose of a trial.",
               "small letters, digits and hyphens", "bipolar-disorder"),
        Column("about", "For taken, helped and dose: which trial, as Stepwell names it.", "DRUG@DAY"),
        Column("answer", "The answer: yes, no or unsure; for taken and helped also partly; for dose, mg a day.",
               "yes | no | unsure | partly | a number | a metaboliser type", "no"),
        Column("date", "Day of the answer.", DATE, "2024-06-03"),
        Column("by", "Who gave it.", example="person", choices=("person", "clinician", "carer")),
    ),
    (("question",), ("answer",)),
)  # fmt: skip

FILES = (
    PERSON, MEDICATIONS, SCORES, ITEMS, CONDITIONS, PROCEDURES, LABS, DEVICES, ALLERGIES, ENCOUNTERS, ANSWERS,
)  # fmt: skip
"""Every file of the folder, in the order in which it is read."""
