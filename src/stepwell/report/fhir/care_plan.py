"""CarePlan: what could come next (intent `option`), or what was chosen, with its days (intent `plan`)."""

from stepwell.plan import Plan, PlanStep
from stepwell.report.fhir.elements import Node, filled, own, text, urn
from stepwell.report.lookup import Lookup
from stepwell.report.plan import FIT, NOT_AN_ORDER, standing, title

OFFERED = ("suitable", "caution", "check first")


def fitting_options(lookup: Lookup) -> Node:
    """The options that the facts don't bar, in their order; each a thing to weigh and not to do."""
    known = {one.id: one for one in lookup.knowledge.options}
    rows = [row for row in lookup.rows("option_fit") if row["fit"] in OFFERED]
    activities = [
        {
            "detail": {
                "status": "not-started",
                "code": own("option", row["option"], known[row["option"]].title),
                "doNotPerform": False,
                "description": f"{row['fit']}: {FIT[row['fit']]}. Evidence: {known[row['option']].grades[0].grade}.",
            }
        }
        for row in rows
    ]
    return _care_plan(lookup, "option", "What could come next", activities)


def chosen_options(lookup: Lookup, plan: Plan) -> Node:
    """What was chosen, one activity for each step and day."""
    titles = {one.option.id: one.option.title for one in plan.chosen}
    fits = {one.option.id: one.fit for one in plan.chosen}
    activities = [{"detail": _detail(step, titles[step.option], fits[step.option])} for step in plan.steps]
    care_plan = _care_plan(lookup, "plan", f"Plan: {', '.join(titles.values())}", activities)
    last = max((step.on for step in plan.steps), default=plan.start)
    said = " ".join([*(standing(one) for one in plan.chosen), NOT_AN_ORDER])
    return care_plan | {
        "description": said,
        "period": {"start": str(plan.start), "end": str(last)},
    }


def _detail(step: PlanStep, option: str, fit: str) -> Node:
    return {
        "status": "not-started",
        "code": own(step.kind.replace(" ", "-"), step.id, title(step, option)),
        "scheduledPeriod": {"start": str(step.on), "end": str(step.on)},
        "description": f"{fit}: {FIT[fit]}. {step.text}",
    }


def _care_plan(lookup: Lookup, intent: str, words: str, activities: list[Node]) -> Node:
    review = lookup.review
    conditions = [row for row in lookup.rows("condition") if row["code_set"] == "major-depression"]
    return filled(
        {
            "resourceType": "CarePlan",
            "id": urn("care-plan", review.person_id, str(review.as_of), intent).removeprefix("urn:uuid:"),
            "status": "draft",
            "intent": intent,
            "title": words,
            "description": NOT_AN_ORDER,
            "subject": {"reference": urn("person", review.person_id)},
            "created": str(review.as_of),
            "category": [text("Depression")] if conditions else [],
            "activity": activities,
        }
    )
