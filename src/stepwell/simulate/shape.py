"""What the settings hold: each table of settings.toml, and what its values may be."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0)]


def _forward(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError("the first may not be above the second")
    return span


Span = Annotated[tuple[Days, Days], AfterValidator(_forward)]


class Part(BaseModel):
    """One table of the settings; a key it doesn't know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Cite(Part):
    """Where a value comes from: the id of a source of the knowledge, and the place in it."""

    source: str
    locus: str


class Cited(Part):
    """A table whose values are sourced."""

    cite: Annotated[tuple[Cite, ...], Field(min_length=1)]


class Calendar(Cited):
    """The last day of all records, and how many years they reach back."""

    last_day: date
    observed_years: Span


class People(Cited):
    """Who there is."""

    treated: Share
    untreated: Share
    female_treated: Share
    female_others: Share
    age: Span
    death: Share


class One(Cited):
    """One sourced value."""

    value: Share


class Modifiers(Cited):
    """What is left of the chance of remission: 1 is all of it."""

    too_low: Share
    not_taken: Share
    reason: Share


class Response(Cited):
    """How trials end."""

    remission: Annotated[tuple[Share, ...], Field(min_length=1)]
    without_remission: One
    partly: One
    modifiers: Modifiers


class Dropout(Cited):
    """Who leaves before the next step."""

    after_step: Annotated[tuple[Share, ...], Field(min_length=1)]


class Relapse(Cited):
    """Who falls ill again after remission, and when."""

    after_remission: Share
    after_days: Span


class Faults(Cited):
    """Shares of trials that can't show whether the drug works."""

    too_low: Share
    too_short: Share
    not_taken: Share
    not_tolerated: Share


class Practice(Cited):
    """Whose trials go by guidelines, and how trials go by guideline and every day."""

    guideline_people: Share
    guideline: Faults
    everyday: Faults


class Steps(Cited):
    """What follows a trial."""

    switch: Weight
    combine: Weight
    augment: Weight
    most: Count
    pause: Share
    pause_days: Span
    first_within: Share


class Trial(Cited):
    """Lengths of trials."""

    supply_days: Count
    starter_days: Days
    adequate_supplies: Span
    kept_supplies: Span
    low_supplies: Span
    short_days: Annotated[tuple[Count, ...], Field(min_length=1)]
    untaken_supplies: Span
    untaken_gap_days: Span
    refill_gap_days: Span
    raised: Share
    starter: Share


class Scores(Cited):
    """Scores and what is kept of their items."""

    baseline: Span
    early_days: Span
    follow_up_days: Count
    screened: Span
    screened_well: Span
    all_items: Share
    item_9_alone: Share
    item_9_positive: Share


class Drug(Cited):
    """An antidepressant: products by RxNorm code, units a day, and how often each step takes it."""

    ingredient: str
    low: str
    starter: str
    target: str
    raised: str
    per_day: Count = 1
    raised_per_day: Count = 1
    adds: Weight = 0
    weight: tuple[Weight, Weight, Weight, Weight]


class Agent(Cited):
    """An augmenting agent."""

    ingredient: str
    target: str
    raised: str
    weight: Weight


class Depression(Cited):
    """How depression is coded."""

    code_set: str
    codes: Annotated[tuple[str, ...], Field(min_length=1)]
    weight: tuple[Weight, ...]
    again: Share
    before_days: Span


class Reason(Cited):
    """What truly keeps a treatment from working, and how the record may show it."""

    reason: str
    share: Share
    recognised: Share
    code_set: str | None = None
    code: str | None = None
    lab: str | None = None
    lab_range: tuple[float, float] | None = None
    medicine: str | None = None


class Condition(Cited):
    """A diagnosis beside depression."""

    code_set: str
    code: str
    depressed: Share
    others: Share
    sex: Literal["female", "male"] | None = None
    least_age: int = 0
    most_age: int = 150
    recent_days: Days | None = None


class Lab(Cited):
    """A result within its normal range."""

    code_set: str
    code: str
    range: tuple[float, float]
    unit: str
    share: Share


class Procedure(Cited):
    """A procedure after so many trials."""

    code_set: str
    system: Literal["cpt", "hcpcs", "icd-10-pcs", "snomed"]
    code: str
    after_trials: Count
    share: Share
    sessions: Count


class Device(Cited):
    """A device in the body."""

    code_set: str
    system: Literal["snomed"]
    code: str
    share: Share
    least_age: int = 0


class Medicine(Cited):
    """A medicine beside, for those with a condition."""

    rxnorm: str
    for_code_set: str
    share: Share
    supplies: Span


class Coding(Cited):
    """How often one thing stands in the record."""

    times: Span


class Visits(Cited):
    """Visits beside those for depression."""

    others: Span
    emergency: Share
    inpatient: Share


class Missing(Cited):
    """Shares of rows that lack something."""

    days_supply: Share
    dose: Share
    scores: Share
    score_date: Share
    exposure_date: Share
    stop_reason: Share
    depression_code: Share


class Dirty(Cited):
    """Shares of rows that are wrong."""

    duplicates: Share
    impossible_dose: Share
    impossible_days: Share
    impossible_score: Share
    future_dates: Share
    rows_after_death: Share


class Settings(Part):
    """All settings of a simulation."""

    calendar: Calendar
    people: People
    response: Response
    dropout: Dropout
    relapse: Relapse
    practice: Practice
    steps: Steps
    trial: Trial
    scores: Scores
    drugs: Annotated[tuple[Drug, ...], Field(min_length=1)]
    agents: Annotated[tuple[Agent, ...], Field(min_length=1)]
    depression: Depression
    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...]
    labs: tuple[Lab, ...]
    procedures: tuple[Procedure, ...]
    devices: tuple[Device, ...]
    medicines: tuple[Medicine, ...]
    coding: Coding
    visits: Visits
    missing: Missing
    dirty: Dirty
