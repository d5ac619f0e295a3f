"""Chapters as a WebVTT track of `kind="chapters"`: one title a cue, on one line (W3C; R16)."""

from __future__ import annotations

from collections.abc import Sequence

from renders.captions import webvtt
from renders.captions.order import ordered


def written(chapters: Sequence[webvtt.Line]) -> str:
    """The chapters, as titles with their times, as a WebVTT file."""
    return webvtt.written(
        webvtt.Line(start / 1000, end / 1000, text.replace("\n", " ")) for start, end, text in ordered(chapters, 1000)
    )
