"""Staging: how resistant the depression is, by every published definition side by side."""
