"""A plan: the options that a clinician chose, as steps with their days."""

from stepwell.plan.steps import Plan, PlanStep, make_plan

__all__ = ["Plan", "PlanStep", "make_plan"]
