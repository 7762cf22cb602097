"""Knowledge: every clinical value as data with its source, its schema, loader and checks."""
