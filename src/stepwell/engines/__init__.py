"""Engines: connect, run the compiled steps, hand back tables."""
