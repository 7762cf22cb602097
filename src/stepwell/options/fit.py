"""How each option fits a person, and the order in which those that fit are shown."""

import ibis
from ibis.expr.types import Table

from stepwell.alike import LIKE, alike, everybody, standing
from stepwell.logic import MET, NOT_MET, UNKNOWN, one_if

KEY = (LIKE, "option")
SUITABLE, CAUTION, CHECK_FIRST = "suitable", "caution", "check first"
NOT_INDICATED, NOT_SUITABLE = "not indicated", "not suitable"
FITS = (SUITABLE, CAUTION, CHECK_FIRST, NOT_INDICATED, NOT_SUITABLE)
"""From what fits to what is barred."""
LAST_STEP = 99
"""Where an option stands that no guideline places."""


def option_like(fact: Table, option_mark: Table, person: Table) -> Table:
    """One row per person: `like`, one for all of whom the same is known of what options hang on."""
    return alike(fact, option_mark, person)


def like_option(
    fact: Table,
    option_entry: Table,
    option_bar: Table,
    option_indication: Table,
    option_preference: Table,
    option_like: Table,
) -> Table:
    """One row per `like` (people alike in what options hang on) and option.

    Not suitable if an absolute contraindication is present; not indicated if every way in which it is meant
    for somebody is refused; check first if a contraindication or what it is meant for is unknown; caution if a
    relative contraindication or a caution is present, or none was read at a source; else suitable.

    Returns:
        `fit`, `indicated` (met, not met, unknown), `needs_met` (of one way in which it is meant for somebody all that
        has to be there is there, whether or not that is known to be absent which has to be), how many
        `absolute_present`, `relative_present`, `cautions_present`, `contraindications_open`; the keys of
        the order, lower first, and `place` in it from 0.
        The keys: `fit_rank` (0 may fit, 1 not indicated, 2 not suitable), `indication_rank` (0 meant for the
        person, 1 perhaps), `step` (of the indications that are met, else of the option; null last), `grade_rank`,
        `effect_rank`, `burden_rank`, `preference_rank`.
    """
    fact = standing(fact.filter(fact.state.isin(["present", "absent"])), option_like)
    rows = option_like.select(LIKE).distinct().cross_join(option_entry)
    for part in (_barred(fact, option_bar), _indicated(fact, option_indication), _preferred(fact, option_preference)):
        rows = rows.left_join(part, list(KEY)).drop(*(f"{key}_right" for key in KEY))
    counts = (
        "absolute_present", "relative_present", "cautions_present", "contraindications_known", "ways_met",
        "ways_refused", "ways_needed", "liked", "disliked",
    )  # fmt: skip
    rows = rows.mutate(**{name: rows[name].fill_null(0) for name in counts})
    rows = rows.mutate(
        step=rows.step_met.fill_null(rows.step),
        contraindications_open=rows.contraindications - rows.contraindications_known,
        indicated=ibis.cases(
            (rows.ways_met > 0, MET),
            ((rows.indications > 0) & (rows.ways_refused == rows.indications), NOT_MET),
            else_=UNKNOWN,
        ),
    )
    return _in_order(rows.mutate(fit=_fit(rows)))


def option_fit(like_option: Table, option_like: Table) -> Table:
    """One row per person and option, columns as `like_option`."""
    return everybody(like_option, option_like)


def _fit(rows: Table) -> ibis.Value:
    weighed = (rows.relative_present > 0) | (rows.cautions_present > 0) | (rows.contraindications == 0)
    return ibis.cases(
        (rows.absolute_present > 0, NOT_SUITABLE),
        (rows.indicated == NOT_MET, NOT_INDICATED),
        ((rows.contraindications_open > 0) | (rows.indicated == UNKNOWN), CHECK_FIRST),
        (weighed, CAUTION),
        else_=SUITABLE,
    )


def _barred(fact: Table, option_bar: Table) -> Table:
    """How many contraindications and cautions are present, and how many contraindications are settled."""
    rows = option_bar.inner_join(fact, "fact")
    here, gone = rows.state == "present", rows.state == "absent"
    barring = rows.strength.isin(["absolute", "relative"])
    return rows.group_by(list(KEY)).aggregate(
        absolute_present=one_if(here & (rows.strength == "absolute")).sum().cast("int64"),
        relative_present=one_if(here & (rows.strength == "relative")).sum().cast("int64"),
        cautions_present=one_if(here & (rows.strength == "caution")).sum().cast("int64"),
        contraindications_known=one_if(barring & (here | gone)).sum().cast("int64"),
    )


def _indicated(fact: Table, option_indication: Table) -> Table:
    """How many ways in which an option is meant for somebody are met and refused, and the first step of those met."""
    rows = option_indication.inner_join(fact, "fact")
    settled = rows.state.isin(["present", "absent"])
    right = settled & (rows.state == rows.wanted)
    rows = rows.mutate(
        right=one_if(right),
        wrong=one_if(settled & (rows.state != rows.wanted)),
        needed=one_if(right & (rows.wanted == "present")),
    )
    ways = rows.group_by([*KEY, "indication", "size", "needs", "step"]).aggregate(
        right=rows.right.sum(), wrong=rows.wrong.sum(), needed=rows.needed.sum()
    )
    return ways.group_by(list(KEY)).aggregate(
        ways_met=one_if(ways.right == ways.size).sum().cast("int64"),
        step_met=ways.step.min(where=ways.right == ways.size),
        ways_refused=one_if(ways.wrong > 0).sum().cast("int64"),
        ways_needed=one_if((ways.wrong == 0) & (ways.needs > 0) & (ways.needed == ways.needs)).sum().cast("int64"),
    )


def _preferred(fact: Table, option_preference: Table) -> Table:
    """How many preferences of the person speak for an option, and how many against."""
    rows = option_preference.inner_join(fact, "fact")
    rows = rows.filter(rows.state == "present")
    return rows.group_by(list(KEY)).aggregate(
        liked=one_if(rows.weight == "for").sum().cast("int64"),
        disliked=one_if(rows.weight == "against").sum().cast("int64"),
    )


def _in_order(rows: Table) -> Table:
    """Each key in turn, never added up: what isn't known yet is no reason to come after what nobody studied."""
    rows = rows.mutate(
        fit_rank=ibis.cases((rows.fit == NOT_SUITABLE, 2), (rows.fit == NOT_INDICATED, 1), else_=0).cast("int64"),
        indication_rank=one_if(rows.indicated != MET),
        preference_rank=ibis.cases(
            (rows.liked > rows.disliked, 0), (rows.liked == rows.disliked, 1), else_=2
        ).cast("int64"),
    )  # fmt: skip
    order = ibis.window(
        group_by=LIKE,
        order_by=[
            rows.fit_rank, rows.indication_rank, rows.step.fill_null(LAST_STEP), rows.grade_rank, rows.effect_rank,
            rows.burden_rank, rows.preference_rank, rows.order,
        ],
    )  # fmt: skip
    return rows.mutate(place=ibis.row_number().over(order).cast("int64"), needs_met=rows.ways_needed > 0).select(
        *KEY, "fit", "indicated", "needs_met", "absolute_present", "relative_present", "cautions_present",
        "contraindications_open", "fit_rank", "indication_rank", "step", "grade_rank", "effect_rank", "burden_rank",
        "preference_rank", "place",
    )  # fmt: skip
