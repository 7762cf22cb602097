"""Trials: from single supplies of a drug to attempts at treatment, each with a verdict."""
