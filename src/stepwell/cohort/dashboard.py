"""The counts of a run as one page that needs no network, for the people who plan care and those who check counts."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stepwell.cohort.dashboard_about import head, method, who
from stepwell.cohort.dashboard_attrition import attrition
from stepwell.cohort.dashboard_counts import Counts
from stepwell.cohort.dashboard_definitions import definitions
from stepwell.cohort.dashboard_lines import lines
from stepwell.cohort.dashboard_parts import Bar
from stepwell.cohort.dashboard_quality import quality
from stepwell.cohort.dashboard_really import really
from stepwell.cohort.dashboard_safety import safety
from stepwell.cohort.dashboard_states import options, reasons, stages
from stepwell.cohort.dashboard_times import times
from stepwell.cohort.dashboard_unknown import unknown
from stepwell.cohort.dashboard_words import HIDDEN, shown, words
from stepwell.knowledge.load import Knowledge
from stepwell.report.html import environment as report_environment
from stepwell.report.html import stylesheet

SECTIONS = (
    quality, who, attrition, definitions, really, reasons, lines, times, options, stages, safety, unknown, method,
)  # fmt: skip
"""The parts of the page, in the order in which they are read."""
WITHOUT_COUNTS = (quality, method)
"""What is left of them where no count can be shown."""
LEAD = ("really", "definitions", "times", "quality")
"""Sections of which the finding also stands at the top, in this order."""
MANY_ROWS = 40
"""A longer table is left out on paper; its file has it."""


def dashboard(tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], knowledge: Knowledge) -> str:
    """One HTML document that holds everything it needs.

    Args:
        tables: Count tables as `finish.published` gives them, by name; also `line_flow` (`step`, `from_drugs`,
            `to_drugs`, `people`) and `line_path` (`path`, `people`) if they were counted. Null is a hidden count. A
            table that is missing is said to be.
        manifest: As `manifest.json` of the run holds it.
        knowledge: What the run was drawn from.

    Returns:
        The page. The same tables, manifest and knowledge give the same text.
    """
    counts = Counts(tables, manifest, knowledge)
    sections = [make(counts) for make in (WITHOUT_COUNTS if counts.nothing_shown else SECTIONS)]
    findings = {section.name: section.finding for section in sections}
    return environment().get_template("dashboard.html.j2").render(
        head=head(counts, tuple(findings.get(name, "") for name in LEAD)), sections=sections, hidden=counts.hidden(),
        css=Markup(stylesheet("review.css") + _style()), words=words(), versions=_versions(manifest),  # noqa: S704 -- our own files
    )  # fmt: skip


@cache
def environment() -> Environment:
    """Templates of the page; pieces that the page of one person has come from there."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("stepwell.cohort"), PackageLoader("stepwell.report")]), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {**report_environment().filters, "shown": shown, "stretches": _stretches}
    made.globals |= {"HIDDEN": HIDDEN, "MANY_ROWS": MANY_ROWS}
    return made


@cache
def _style() -> str:
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), "dashboard.css")[0]


def _stretches(bar: Bar, scale: float) -> list[tuple[str, float, float, str, str]]:
    """For each stretch that is shown: its kind, where it begins and how wide it is (percent), its name, its number."""
    out = []
    end = 0.0
    for one in bar.segments:
        begin = end if one.start is None else one.start
        if one.people is not None:
            out.append((one.kind, round(100 * begin / scale, 2), round(100 * one.people / scale, 2), one.title,
                        shown(one.people)))  # fmt: skip
            end = begin + one.people
    return out


def _versions(manifest: Mapping[str, Any]) -> str:
    software, knowledge = manifest.get("software", {}), manifest.get("knowledge", {})
    return f"Stepwell {software.get('stepwell', '')}, knowledge {knowledge.get('version', '')}"
