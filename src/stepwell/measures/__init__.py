"""Measures: totals from items, bands, and the course of the symptoms."""
