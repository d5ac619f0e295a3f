"""SubRip text, for players and platforms that take no WebVTT (R16)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from renders.captions.order import ordered
from renders.captions.webvtt import Line

JOINER = "\u2060"
"""WORD JOINER, which nobody sees. SubRip has no escapes: it stands inside what a player may take for markup."""

_MARKUP = re.compile(r"(?<=[<{\\])|(?<=--)(?=>)")


def written(lines: Sequence[Line]) -> str:
    """The captions as a SubRip file. Texts are data: whatever they hold, they stay text of their own cue."""
    blocks = [
        f"{number}\n{_clock(start)} --> {_clock(end)}\n{_MARKUP.sub(JOINER, text)}\n"
        for number, (start, end, text) in enumerate(ordered(lines, 1000), 1)
    ]
    return "\n".join(blocks)


def _clock(ticks: int) -> str:
    return f"{ticks // 3_600_000:02}:{ticks // 60_000 % 60:02}:{ticks // 1000 % 60:02},{ticks % 1000:03}"
