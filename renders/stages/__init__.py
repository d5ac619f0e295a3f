"""The stages: what each asks of its provider, and what it makes of the answer. They know no Django."""
