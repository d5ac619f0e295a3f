"""Captions: sentences broken into readable cues, and WebVTT text. Pure: no I/O, imports nothing of the project."""
