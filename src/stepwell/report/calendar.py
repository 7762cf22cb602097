"""A plan as an iCalendar file (RFC 5545): an all-day event for each step, one for all there is to settle first."""

from datetime import UTC, datetime, time, timedelta

from icalendar import Calendar, Event

from stepwell import __version__
from stepwell.plan import Plan, PlanStep
from stepwell.plan.steps import Chosen
from stepwell.report.plan import NOT_AN_ORDER, grouped, standing, title


def render(plan: Plan) -> str:
    """The plan's calendar. It names no person; its events are marked as tentative and as private."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Stepwell//stepwell {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("name", "Treatment plan (draft)")
    calendar.add("x-wr-calname", "Treatment plan (draft)")
    chosen = {one.option.id: one for one in plan.chosen}
    for steps in grouped(plan):
        for part in [steps] if steps[0].kind == "settle" else [[step] for step in steps]:
            calendar.add_component(_event(plan, part, chosen[part[0].option]))
    return str(calendar.to_ical().decode("utf-8"))


def _event(plan: Plan, steps: list[PlanStep], chosen: Chosen) -> Event:
    event, step = Event(), steps[0]
    name = step.kind if len(steps) > 1 else step.id
    # Made again from the same plan it is the same event, so that a calendar replaces it.
    event.add("uid", f"{step.option}.{name}.{step.number}.{plan.start:%Y%m%d}@stepwell")
    event.add("dtstamp", datetime.combine(plan.as_of, time(), UTC))
    event.add("dtstart", step.on)
    event.add("dtend", step.on + timedelta(days=1))
    event.add("summary", title(step, chosen.option.title))
    # Each event may be read alone, so each says how the option fits the person.
    event.add("description", "\n\n".join([standing(chosen), *(one.text for one in steps), NOT_AN_ORDER]))
    event.add("status", "TENTATIVE")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event
