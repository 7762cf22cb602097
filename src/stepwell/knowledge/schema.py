"""What a knowledge file may say: one model per kind of file.

Unknown keys are refused, every value carries a `cite`, and ids are never reused. TOML holds rules and
values, CSV holds long lists (products, doses, codes). The loader reads a whole folder against these
models and reports every fault of every file at once.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
Status = Literal["draft", "reviewed", "deprecated", "error"]


class Model(BaseModel):
    """Base of every model: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cite(Model):
    """Where a value is written: a source and the place in it. `source = "stepwell"` marks a choice of ours."""

    source: Id
    locus: Text


Cites = Annotated[tuple[Cite, ...], Field(min_length=1)]


class Statement(Model):
    """One thing that is said, and where it is written."""

    text: Text
    cite: Cites


class Source(Model):
    """One work that is cited.

    `read` says how much of it was read for this knowledge (`full text`, `abstract`, `table`, `excerpt`,
    `specification`, `source code`, `secondary page`, `own choice`).
    """

    id: Id
    citation: Text
    year: int | None = None
    url: str | None = None
    doi: str | None = None
    pmid: str | None = None
    kind: Literal[
        "paper", "guideline", "label", "dataset", "code", "specification", "web page", "regulator", "own choice"
    ]
    read: Text
    licence: str | None = None


# --- drugs -----------------------------------------------------------------------------------------


class Ingredient(Model):
    """One row per ingredient (drugs/ingredients.csv)."""

    id: Id
    label: Text
    drug_class: Text
    # Grouping used by "different class" rules: ssri, snri, tca, maoi, atypical-antipsychotic, other, ...
    class_group: Id
    # `other`: of no trial, but of concern to a fact or an interaction.
    role: Literal["antidepressant", "augmentation", "partner", "other"]
    rxnorm: str | None
    omop_concept_id: int | None
    # Names by which free text may call it, `|` between them; includes brand names where sourced.
    synonyms: str | None
    # Sources of the brand names among the synonyms, `|` between their ids.
    synonyms_source: str | None = None
    source: Id
    locus: Text


class Formulation(Model):
    """One row per (ingredient, formulation) (drugs/formulations.csv).

    `default`: used when only the ingredient is known.
    """

    ingredient: Id
    formulation: Id
    label: Text
    dose_unit: Literal["mg/day", "mcg/day", "mg/24 h", "mg/session", "mg/kg/infusion"]
    default: bool
    source: Id
    locus: Text


class Dose(Model):
    """One row per published dose (drugs/doses.csv).

    `kind` is `minimum adequate` (of `dose_table`) or `highest licensed`. A drug that a table doesn't
    list has no row: its adequacy by that table is unknown.
    """

    ingredient: Id
    formulation: Id
    kind: Literal["minimum adequate", "highest licensed"]
    dose_table: Id
    value: Annotated[float, Field(gt=0)]
    unit: Literal["mg/day", "mcg/day", "mg/24 h", "mg/session", "mg/kg/infusion"]
    source: Id
    locus: Text
    note: str | None


class DoseLimit(Model):
    """One row per highest dose that holds only above an age (drugs/dose_limits.csv); `over_age` in whole years."""

    ingredient: Id
    over_age: int
    value: Annotated[float, Field(gt=0)]
    unit: Literal["mg/day", "mcg/day", "mg/24 h"]
    region: Literal["US", "EU", "UK"]
    source: Id
    locus: Text


class DrugSet(Model):
    """One row per ingredient of a published list of drugs (drugs/drug_sets.csv)."""

    drug_set: Id
    ingredient: Id
    source: Id
    locus: Text


class DoseTable(Model):
    """A published list of minimum doses that a definition may choose (drugs/dose_tables.toml)."""

    id: Id
    title: Text
    about: Text
    cite: Cites


class Product(Model):
    """One row per RxNorm product code and component (drugs/products.csv).

    `strength` in `strength_unit` is per dosage unit (tablet, capsule, mL, or patch per 24 h). Where one
    unit isn't a day's dose (weekly capsule, starter pack) the `trap` says so.
    """

    rxcui: Text
    component: int
    components: int
    ingredient: Id
    formulation: Id | None
    strength: float | None
    strength_unit: Literal["mg", "mcg", "mg/mL", "mg/24 h"] | None
    dose_form: Text
    trap: Id | None
    source: Id
    locus: Text


class Trap(Model):
    """A product that is easily misread (drugs/traps.toml).

    `effect`: `not a trial` (never counts as an antidepressant trial), `dose unknown` (the dose can't be
    compared with the threshold), `note` (counts, but is pointed out). `words`: those by which a text itself says that
    this product of a drug is meant, of whatever strength.
    """

    id: Id
    title: Text
    effect: Literal["not a trial", "dose unknown", "note"]
    about: Text
    words: tuple[Text, ...] = ()
    cite: Cites


# --- codes -----------------------------------------------------------------------------------------


class CodeSet(Model):
    """A named set of codes (codes/code_sets.toml), listed in codes/codes.csv."""

    id: Id
    title: Text
    kind: Literal["condition", "procedure", "device", "encounter", "lab"]
    about: Text
    cite: Cites


class Code(Model):
    """One row per code (codes/codes.csv).

    `match`: `exact`, or `prefix`, the code and all below it: codes that begin with it, or for `omop` the
    descendants of the concept.
    """

    code_set: Id
    system: Literal["icd-10-cm", "icd-10-pcs", "snomed", "loinc", "rxnorm", "cpt", "hcpcs", "omop"]
    code: Text
    match: Literal["exact", "prefix"]
    source: Id
    locus: Text


class TextMatch(Model):
    """One row per phrase that names a code set where no code stands (codes/texts.csv); matched as whole words."""

    code_set: Id
    phrase: Text
    source: Id
    locus: Text


# --- instruments -----------------------------------------------------------------------------------


class Coded(Model):
    """A code of an item, a total or a panel, with where it was checked."""

    system: Literal["loinc", "snomed"]
    code: Text
    cite: Cites


class Answer(Model):
    """An answer of an item and what it scores; `text` only where the licence lets us ship it."""

    value: float
    text: str | None = None
    loinc: str | None = None


class Item(Model):
    """One item of an instrument. `label` is ours; `text` is the scale's own and only shipped where free."""

    item: Text
    label: Text
    text: str | None = None
    minimum: float
    maximum: float
    scored: bool = True
    suicide: bool = False
    codes: tuple[Coded, ...] = ()
    # Answers of this item alone, where they differ from those of the instrument.
    answers: tuple[Answer, ...] = ()


class Band(Model):
    """A named range of totals, both ends included. No `high`: open upward."""

    label: Text
    low: float
    high: float | None = None


class BandSet(Model):
    """One published way to name totals; several may stand side by side."""

    id: Id
    bands: tuple[Band, ...]
    default: bool = False
    cite: Cites


class Scoring(Model):
    """How items give a total.

    `method`: `sum`, `domains` (largest item of each domain, then the sum), `count` (number of yes) or
    `none` (only a total is ever read). `missing`: `prorate` up to `most_missing` unanswered items
    (sum x items / answered, rounded half up), `all required`, or `none`.
    """

    method: Literal["sum", "domains", "count", "none"]
    missing: Literal["prorate", "all required", "none"]
    most_missing: int = 0
    domains: tuple[tuple[Text, ...], ...] = ()
    cite: Cites


class Licence(Model):
    """What we may ship of an instrument."""

    text_may_ship: bool
    statement: Text
    cite: Cites


class Tier(Model):
    """A level of concern that a yes to an item means (C-SSRS)."""

    item: Text
    tier: Literal["low", "moderate", "high"]


class Instrument(Model):
    """A rating scale (instruments/ID.toml)."""

    id: Id
    title: Text
    status: Status
    rater: Literal["self", "clinician", "interview or self"]
    measures: Literal["depression", "anxiety", "mania", "alcohol", "sleep", "suicide", "bipolarity"]
    recall: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: Literal["score", "t-score"]
    # Order in which scales are preferred for an outcome when a trial has several; lower first; null: never.
    preference: int | None = None
    panels: tuple[Coded, ...] = ()
    totals: tuple[Coded, ...] = ()
    # Names by which text may call it.
    names: tuple[Text, ...]
    scoring: Scoring
    answers: tuple[Answer, ...] = ()
    items: tuple[Item, ...] = ()
    band_sets: tuple[BandSet, ...] = ()
    tiers: tuple[Tier, ...] = ()
    licence: Licence
    cite: Cites


# --- outcomes and definitions ----------------------------------------------------------------------


class Outcome(Model):
    """One published threshold on the course of a score (outcomes.toml, table [[outcome]]).

    `term` is what it defines; `kind` how it is tested, always within one instrument:
    `fall percent at least`, `fall percent between` (value <= x < value_below), `fall percent below`,
    `fall points at least`, `score at most`, `score at least`.
    `instrument` null: any instrument. `within_days`: only scores so many days after the start count.
    `after`: the outcome that must have been met before (relapse after remission).
    """

    id: Id
    term: Literal[
        "response", "partial response", "non-response", "remission", "relapse", "early improvement", "smallest change"
    ]
    title: Text
    instrument: Id | None = None
    kind: Literal[
        "fall percent at least",
        "fall percent between",
        "fall percent below",
        "fall points at least",
        "score at most",
        "score at least",
    ]
    value: float
    value_below: float | None = None
    within_days: int | None = None
    after: Id | None = None
    # The one that the words "response", "remission", ... mean in a headline for its instrument.
    default: bool
    cite: Cites


class TrialRule(Model):
    """What a definition asks of one trial before it counts.

    `dose_table` null: dose isn't tested. `least_days` null: duration isn't tested. `least_days_at`:
    `minimum dose` (days at or above it) or `treatment` (days of the trial). `least_covered`: smallest
    proportion of days covered, null: adherence isn't tested. `failure`: `improvement below` (measured or
    reported, with `failure_percent`), `next treatment` (assumed because another was started) or
    `not tested`.
    """

    dose_table: Id | None = None
    least_days: int | None = None
    least_days_at: Literal["minimum dose", "treatment"] = "treatment"
    least_covered: float | None = None
    # Whether an augmenting agent added to an antidepressant counts as a trial, and its own least days.
    count_augmentation: bool = False
    augmentation_least_days: int | None = None
    # Where an augmenting agent finds its minimum dose, if not in `dose_table`.
    augmentation_dose_table: Id | None = None
    failure: Literal["improvement below", "next treatment", "not tested"]
    failure_percent: float | None = None


class CountRule(Model):
    """How the trials that count make a result.

    `kind`: `failed trials` (at least `least` trials that meet the trial rule), `points` (sum of
    `points` per event, above or at `least`), `drugs in window` (distinct drugs or an antipsychotic,
    within `window_days`), `switches` (drug to drug, each long enough, gaps at most `most_gap_days`).
    """

    kind: Literal["failed trials", "points", "drugs in window", "switches"]
    least: float
    strictly_more: bool = False
    distinct_ingredients: bool = True
    window_days: int | None = None
    within_episode: bool = False
    modalities: tuple[Literal["medication", "ect", "rtms"], ...] = ("medication",)
    most_gap_days: int | None = None
    new_episode_gap_days: int | None = None
    points: dict[Literal["failed trial", "optimisation", "augmentation", "ect"], float] = {}
    # Drug sets (drugs/drug_sets.csv) a rule by name of drug draws on; null: our roles.
    antidepressants: Id | None = None
    antipsychotics: Id | None = None
    # `drugs in window`: entry events, any of which is enough.
    branches: tuple[Literal["antipsychotic", "distinct antidepressants", "esketamine"], ...] = ()


class Exclusion(Model):
    """A code set whose presence keeps a person out; when it must stand (`ever`, `before or on the index`)."""

    code_set: Id
    about: Text


class Requirement(Model):
    """A code set that must stand, within so many days before the index (null: ever)."""

    code_set: Id
    within_days: int | None = None
    about: Text


class Definition(Model):
    """A published definition of treatment-resistant depression (definitions/ID.toml).

    Immutable once `reviewed`: a change is a new id.
    """

    id: Id
    title: Text
    short: Text
    status: Status
    # False: its wording could not be read at the source; shown as such and kept out of headlines.
    verified: bool
    accepted_on: date
    about: Text
    does_not_test: tuple[Text, ...]
    our_reading: tuple[Text, ...] = ()
    order: int
    trial: TrialRule
    count: CountRule
    requires: tuple[Requirement, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    cite: Cites


class Rule(Model):
    """One number that the building of trials needs (rules.toml, table [[rule]])."""

    id: Id
    title: Text
    value: float
    unit: Literal["days", "percent", "proportion", "count"]
    why: Text
    cite: Cites


# --- many people -------------------------------------------------------------------------------------


class AgeBand(Model):
    """One band of ages in whole years (cohort/age_bands.toml); `high` is included, null: open upward."""

    id: Id
    title: Text
    low: int
    high: int | None = None
    cite: Cites


class Fault(Model):
    """What may stand between a claims rule and resistance (cohort/faults.toml).

    `name` is the word in the tables; `order` the place in which it is named for a person; `kind`: the record
    shows it (`sure`) or leaves it open (`unknown`).
    """

    id: Id
    name: Text
    title: Text
    order: int
    kind: Literal["sure", "unknown"]
    about: Text
    cite: Cites


class CohortStep(Model):
    """One step from everybody to an answer (cohort/steps.toml); `leaves`: why a person leaves here."""

    id: Id
    title: Text
    order: int
    leaves: Text
    cite: Cites


class Gap(Model):
    """What can't be answered where a check of a source's table finds rows missing (cohort/gaps.toml)."""

    table: Text
    check: Text
    unanswerable: Text
    cite: Cites


class Variant(Model):
    """One thing that is varied to see how a count moves (cohort/variants.toml).

    `changes` names it; the field that belongs to it holds the value: `adherence` (`least_covered`, or
    `asks_adherence` false), `dose table`, `gap` (`persistence_days`).
    """

    id: Id
    title: Text
    changes: Literal["adherence", "dose table", "gap"]
    least_covered: float | None = None
    asks_adherence: bool = True
    dose_table: Id | None = None
    persistence_days: int | None = None
    why: Text
    cite: Cites


class CrisisLine(Model):
    """One row per helpline (crisis_lines.csv)."""

    region: Text
    service: Text
    contact: Text
    note: str | None
    checked_on: date
    source: Id
    locus: Text


class Release(Model):
    """Version of the knowledge (release.toml)."""

    version: Text
    date: date
    about: Text


# --- facts and reasons -----------------------------------------------------------------------------


class Window(Model):
    """How long something speaks for the present (windows.toml, table [[window]]).

    `days` after it was said or recorded, `no_days` where a no was said; null: for ever. `unless_active`: a diagnosis
    that the record calls active speaks on however old it is.
    """

    id: Id
    title: Text
    days: Annotated[int, Field(gt=0)] | None = None
    no_days: Annotated[int, Field(gt=0)] | None = None
    unless_active: bool = True
    why: Text
    cite: Cites


class Sign(Model):
    """One way in which a record shows a fact.

    `kind` says where it is looked for, `of` what for:

    - `condition`, `procedure`, `device`: a code set. `active`: only one that isn't resolved. `within_days`: only
      one that began at most so long ago; one that perhaps did says possible. A refuted condition says
      absent (nothing if it is but a `part` of what the fact means), a provisional one possible. `holds`: the window
      after which a condition that nobody called resolved, or active, only says possible: it once was there.
    - `allergy`, `medicine`: a drug set or an ingredient. A medicine shows while it is taken; with
      `within_days` also so long after its end.
    - `lab`: a lab code set, `score`: a scale, its total, `item`: one item of a scale. Only the newest
      counts, and only if `within_days` old. `comparison` with `value` (and `unit`), or for a lab `flag`: what
      the laboratory itself says of it by mark or reference range, or for a lab `text`, the result in words.
      `otherwise`: what it says when it doesn't fulfil that (null: nothing). `latest`, of totals: only the newest day
      over all scales that the fact names so counts, and what was found before it is told as earlier.
    - `trial`: a verdict (`verdict-too-low`, any verdict with `-` for a blank) or an unmet criterion (`dose`,
      `duration`, `adherence`) of a trial by `definition`; `running`: only of one that runs, `ended`: only
      of one that doesn't. With
      `otherwise = "absent"`: when it is settled for every such trial and shown by none.
    - `definition`: a definition that is met or not; with `value`: at least so many that count.
    - `interaction`: a kind of interaction between medicines that stand together, or of gene and medicine;
      `running`: only of medicines that are both taken now.
    - `person`: `sex`, or age by `comparison` and `value` in years.
    - `regimen`: what is taken now as a whole: `at-highest-dose` (an antidepressant at its highest licensed dose, by
      age where that matters), `two-antidepressants` (together, each perhaps at a dose that counts). With
      `otherwise = "absent"`: when it is settled that it isn't so.
    - `episode`: the present episode has lasted `comparison` `value` days.
    - `encounter`: a kind of visit within `within_days`.
    """

    kind: Literal[
        "condition", "procedure", "device", "allergy", "medicine", "lab", "score", "item", "trial", "definition",
        "interaction", "regimen", "person", "episode", "encounter",
    ]  # fmt: skip
    of: Id
    says: Literal["present", "possible", "absent"] = "present"
    otherwise: Literal["absent"] | None = None
    within_days: Annotated[int, Field(ge=0)] | None = None
    active: bool = False
    holds: Id | None = None
    part: bool = False
    latest: bool = False
    running: bool = False
    ended: bool = False
    item: str | None = None
    comparison: Literal["at least", "more than", "at most", "less than"] | None = None
    value: float | None = None
    unit: str | None = None
    flag: Literal["high", "low", "abnormal", "normal", "positive", "negative"] | None = None
    text: str | None = None
    definition: Id | None = None
    cite: Cites


class Fact(Model):
    """Something that is true of a person or not (facts/GROUP.toml, table [[fact]]): present, absent or unknown.

    `title` names it for a clinician, `plain` for the person, both as noun phrases. `silence`: what a record
    that says nothing of it means. `any_of`: present if any of these is, absent if all are; `gate`: a fact whose
    absence settles this one (no heart disease at all settles each kind of it). `question`: put to the person, or to
    the clinician where `ask` says so; answered yes, no or unsure. `yes_says`: what a yes means; `possible` where the
    question only screens for what others have to establish. `answer_holds`: the window in which an answer counts.
    `no_by`: whose no settles it; one of anybody else leaves it open, unless a score says the fact `no_beside` absent.
    `implies`: facts that are there where somebody says that this one is, and whose no is a no to this one.
    `priority`: 0 is asked before all others.
    """

    id: Id
    title: Text
    plain: Text
    group: Text
    silence: Literal["unknown", "absent"] = "unknown"
    silence_reason: str | None = None
    ask: Literal["person", "clinician"] = "person"
    question: Text
    yes_says: Literal["present", "possible"] = "present"
    answer_holds: Id
    no_by: Literal["anybody", "clinician"] = "anybody"
    no_beside: Id | None = None
    implies: tuple[Id, ...] = ()
    # What helps to answer it: an example, where to look.
    hint: str | None = None
    priority: int = 5
    gate: Id | None = None
    any_of: tuple[Id, ...] = ()
    signs: tuple[Sign, ...] = ()
    cite: Cites


class ReasonSign(Statement):
    """A fact that shows a reason, or only suggests it.

    `needed`: the reason is ruled out only once this fact, and all others that are needed, are absent.
    """

    fact: Id
    weight: Literal["shows", "suggests"]
    needed: bool = True


class Reason(Model):
    """Why a treatment may not be working (reasons/ID.toml).

    `what_remains`: its signs say whether resistance is met at all; it is shown only once every other reason is
    ruled out, and possible until then.
    """

    id: Id
    title: Text
    # For the person, without jargon and without blame.
    plain: Text
    group: Text
    order: int
    status: Status
    what_remains: bool = False
    signs: Annotated[tuple[ReasonSign, ...], Field(min_length=1)]
    how_common: tuple[Statement, ...] = ()
    what_to_do: tuple[Statement, ...] = ()
    # For the person: what may help, and what to ask.
    plain_what_to_do: tuple[Text, ...] = ()
    questions_to_bring: tuple[Text, ...] = ()
    note: str | None = None
    cite: Cites


class Interaction(Model):
    """One row per pair of medicines, or of a medicine and smoking (drugs/interactions.csv).

    `affected` and `other` are each a drug set or an ingredient. `kind`: `lowers-level`, `lowers-effect` (of a
    medicine that isn't for depression), `raises-level`, `serotonin`,
    `washout` (after `affected` ends, `other` may start only after `wait_days`), `qt`, `bleeding`,
    `contraindicated`.
    """

    id: Id
    kind: Literal[
        "lowers-level", "lowers-effect", "raises-level", "serotonin", "washout", "qt", "bleeding", "contraindicated"
    ]
    affected: Id
    other: Id
    wait_days: int | None
    size: str | None
    text: Text
    source: Id
    locus: Text


class GeneDrug(Model):
    """One row per medicine and combination of phenotypes (drugs/gene_drug.csv): what CPIC says of it.

    A phenotype is null where the gene doesn't matter for the row. `change`: whether it asks for anything
    but the usual.
    """

    ingredient: Id
    cyp2d6: str | None
    cyp2c19: str | None
    cyp2b6: str | None
    action: Text
    change: bool
    expected: Literal["level low", "level high", "usual", "not said"]
    strength: str | None
    text: Text
    source: Id
    locus: Text


# --- staging ---------------------------------------------------------------------------------------


Quantity = Literal[
    "episode-months", "severity", "failed-drugs", "failed-drugs-in-episode", "failed-trials", "failed-classes",
    "failed-tricyclics", "failed-maois", "failed-trial-weeks", "raised-trials", "added-treatments",
    "augmentation-in-episode", "ect-in-episode", "yes-or-no",
]  # fmt: skip
"""What a staging method may count; what each means stands in `stepwell.staging.quantities`."""


class StageBand(Model):
    """Points for a quantity from `low` to `high`, both included; `high` null: open upward. A yes counts 1, a no 0.

    Quantities are whole numbers, so the next band begins one higher. `each`: the points are for every one.
    """

    low: float
    high: float | None = None
    points: float
    each: bool = False
    label: Text


class StageNarrowing(Model):
    """A fact that bounds a quantity: it is at least `least` where the fact is present, at most `most` where absent."""

    fact: Id
    least: float | None = None
    most: float | None = None


class StagePart(Model):
    """One part of a staging method: a `quantity` that the staging step knows, and the points for it.

    `below`: what a quantity under the lowest band means. `narrowed_by`: facts whose answer would narrow it.
    """

    id: Id
    title: Text
    quantity: Quantity
    bands: Annotated[tuple[StageBand, ...], Field(min_length=1)]
    below: Literal["not applicable", "no points"] = "no points"
    narrowed_by: tuple[StageNarrowing, ...] = ()
    cite: Cites


class StageCategory(Model):
    """What a total from `low` to `high`, both included, is called; `high` null: open upward."""

    label: Text
    low: float
    high: float | None = None


class StagingMethod(Model):
    """A published way to stage resistance (staging/ID.toml).

    `kind`: `sum` (the points of all parts), `ladder` (as many parts as are met from the first on without
    a gap), `flags` (each part by itself, no total). `suppressed_by`: facts that make it meaningless.
    """

    id: Id
    title: Text
    short: Text
    status: Status
    verified: bool
    about: Text
    our_reading: tuple[Text, ...] = ()
    order: int
    kind: Literal["sum", "ladder", "flags"]
    definition: Id | None = None
    parts: Annotated[tuple[StagePart, ...], Field(min_length=1)]
    categories: tuple[StageCategory, ...] = ()
    suppressed_by: tuple[Id, ...] = ()
    cite: Cites


# --- options ---------------------------------------------------------------------------------------

PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class OptionFact(Statement):
    """Something about a person that matters to an option.

    `id` is stable and stands once in the option. `fact` is what has to be known of the person, by the
    same name in every option: it is what a person's facts are joined to.
    """

    id: Id
    fact: Id
    # Where a record or a clinician finds it; null: not said.
    look_in: Text | None = None


class Contraindication(OptionFact):
    """A fact that bars an option (`absolute`) or has to be weighed against it (`relative`)."""

    strength: Literal["absolute", "relative"]


class Regulatory(Statement):
    """What a regulator did, in its own words: `cleared` is not `approved`.

    `on` is the day, month or year of it, or as of which it was read; null where no date was read.
    """

    region: Literal["US", "EU", "UK"]
    status: Literal[
        "approved", "cleared", "authorised", "classified", "not approved", "not cleared", "stated by others"
    ]
    on: PartialDate | None = None


class GuidelineStep(Statement):
    """What one guideline says about an option; guidelines that differ stand side by side."""

    guideline: Text
    read_at: Literal["source", "secondary"]


class OptionOutcome(Model):
    """The result of one study or pooled analysis, in the figures it gives; `n` is null where none was read."""

    population: Text
    comparator: Text
    n: Annotated[int, Field(gt=0)] | None = None
    response: Text | None = None
    remission: Text | None = None
    effect: Text | None = None
    follow_up: Text | None = None
    design: Text
    caveat: Text
    cite: Cites


class Grade(Model):
    """How certain the evidence is, for what, and why: our own judgement in the manner of GRADE."""

    grade: Literal["high", "moderate to high", "moderate", "low to moderate", "low", "very low", "not graded"]
    about: Text
    reason: Text
    cite: Cites


class ArticleClaim(Model):
    """What the article says of an option (in our words), what the evidence says, and the verdict.

    `cite` is where the evidence is written; `said_in` is the article.
    """

    says: Text
    evidence: Text
    verdict: Annotated[
        tuple[Literal["holds", "overstated", "outdated", "unsupported", "misleading"], ...], Field(min_length=1)
    ]
    said_in: Cites
    cite: Cites


class Indication(Statement):
    """One way in which an option is meant for a person: all that `needs` names present, all of `without` absent.

    Any one of an option's indications is enough. `step`: the guideline step for those who have it, where that
    isn't the option's own; 0: needed before any other (danger, withdrawal).
    """

    id: Id
    needs: tuple[Id, ...] = ()
    without: tuple[Id, ...] = ()
    step: Annotated[int, Field(ge=0, le=5)] | None = None


class Ranking(Model):
    """Where an option stands among those that fit, key by key; the certainty of evidence is its first grade.

    `step`: 1 before 2 before 3, as the guidelines read put them; null: none of them places it.
    `effect`: size of the effect against its comparator, in words that its outcomes bear out.
    `burden`: what it asks of the person. `liked_by`, `disliked_by`: facts of preference that move it.
    """

    step: Annotated[int, Field(ge=1, le=5)] | None = None
    step_reason: Text
    effect: Literal["large", "medium", "small", "none shown", "not known"]
    effect_reason: Text
    burden: Literal["at home", "clinic visits", "many clinic visits", "procedure or anaesthetic", "stay"]
    liked_by: tuple[Id, ...] = ()
    disliked_by: tuple[Id, ...] = ()
    cite: Cites


class Scheduled(Statement):
    """One thing of a plan and its days: on `first_day`, then every `every_days`, `times` in all.

    `first_day` counts from the start of the option (day 0); before it is negative. `weekdays_only`: as many
    on each working day as `times` fills.
    """

    id: Id
    kind: Literal["session", "dose step", "check", "measure", "review"]
    first_day: int
    every_days: Annotated[int, Field(gt=0)] | None = None
    times: Annotated[int, Field(gt=0)] = 1
    weekdays_only: bool = False


OptionKind = Literal[
    "medication strategy", "augmentation", "medicine given in a clinic", "neuromodulation", "procedure", "device",
    "psychotherapy", "lifestyle", "complementary", "level of care",
]  # fmt: skip


class Option(Model):
    """A next step that could be taken (options/ID.toml). An empty list means: nothing was read at a source yet.

    `order` is its place in lists. The first of `grades` stands for the option in them.
    """

    id: Id
    title: Text
    kind: OptionKind
    order: int
    status: Status
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    regulatory: tuple[Regulatory, ...] = ()
    who_for: tuple[Statement, ...] = ()
    indications: tuple[Indication, ...] = ()
    guidelines: tuple[GuidelineStep, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    cautions: tuple[OptionFact, ...] = ()
    checks_before: tuple[OptionFact, ...] = ()
    protocol: tuple[Statement, ...] = ()
    checks_during: tuple[OptionFact, ...] = ()
    time_to_effect: tuple[Statement, ...] = ()
    outcomes: tuple[OptionOutcome, ...] = ()
    payers: tuple[Statement, ...] = ()
    harms: tuple[Statement, ...] = ()
    article: tuple[ArticleClaim, ...] = ()
    schedule: tuple[Scheduled, ...] = ()
    ranking: Ranking | None = None
    # Who chose and worded the statements; each cites its own source.
    cite: Cites
