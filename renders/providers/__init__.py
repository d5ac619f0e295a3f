"""Providers: code that can do one stage's work. One folder each; they do not import each other."""
