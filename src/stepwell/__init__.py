"""Stepwell: what to do when the antidepressant isn't working, for one person or for ten million."""

__version__ = "0.1.0"
