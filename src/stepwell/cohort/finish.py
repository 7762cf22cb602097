"""From the counts of the engine to the tables that may be shown: every one of them through `suppress`."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from stepwell.cohort.curves import curve_table
from stepwell.cohort.draft import Raw, finished, protected
from stepwell.cohort.drafts import drafts
from stepwell.cohort.drafts_definitions import variants
from stepwell.cohort.quality import quality_table
from stepwell.cohort.steps import rule, share
from stepwell.errors import ConfigError
from stepwell.knowledge.load import Knowledge


def least_cell(knowledge: Knowledge, asked: int | None = None) -> int:
    """Smallest count that is shown: as asked, and never below what the knowledge says.

    Raises:
        ConfigError: Less was asked for.
    """
    lowest = rule(knowledge, "least-cell")
    if asked is not None and asked < lowest:
        raise ConfigError(
            f"--least-cell: found {asked}; allowed: {lowest} or more. Counts of fewer people could point at one of "
            "them. Leave the option out, or give a higher number."
        )
    return asked or lowest


def published(
    raw: Raw,
    knowledge: Knowledge,
    asked: int | None = None,
    varied: Mapping[str, pa.Table] | None = None,
    *,
    sampled: bool = False,
    quality: Callable[[], pa.Table | None] = lambda: None,
) -> dict[str, pa.Table]:
    """Every count table as it may be shown, by name.

    Args:
        raw: The tables of `steps.COUNTS` as the engine gave them.
        knowledge: What the counts were drawn from.
        asked: `--least-cell`, if given.
        varied: By the id of each variant its `definition_count`; beside them `as shipped`, the same people by the
            knowledge unchanged.
        sampled: Whether the variants were run over a sample, and not over everybody.
        quality: Gives what the source says of itself, as `quality.INPUT`, or null; asked last, as it may take long.

    Returns:
        The tables that dictionary.toml describes, each with its rows in a fixed order. Two runs over the same counts
        give the same tables.

    Raises:
        ConfigError: `asked` is too small.
    """
    least = least_cell(knowledge, asked)
    made = list(drafts(raw, knowledge, least))
    made += [variants(varied, knowledge, sampled=sampled)] if varied else []
    shown = protected(made, least)
    out = {draft.name: finished(draft, shown) for draft in made}
    ends = {key[1:]: count for key, count in shown[0].items() if key[0] == "time_end_count"}
    out["curve"] = curve_table(
        raw["time_count"], ends, least, rule(knowledge, "time-step-days"), share(knowledge, "confidence")
    )
    said = quality()
    if said is not None:
        out["quality"] = quality_table(said, knowledge, least)
    return out
