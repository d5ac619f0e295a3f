"""Reads the plain fields that requests to render services have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIDES = (240, 4096)
"""Least and most pixels of a side."""
RATES = (10, 60)
"""Frames per second."""


def whole(asked: Mapping[str, Any], name: str, bounds: tuple[int, int], problems: dict[str, str]) -> int:
    """A whole number within bounds; where it is none, that is noted."""
    value = asked.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not bounds[0] <= value <= bounds[1]:
        problems[name] = f"must be a whole number from {bounds[0]} to {bounds[1]}."
        return 0
    return value


def size(asked: Mapping[str, Any], problems: dict[str, str]) -> tuple[int, int]:
    """Width and height, even: H.264 stores colours for two pixels at a time."""
    found = whole(asked, "width", SIDES, problems), whole(asked, "height", SIDES, problems)
    for name, value in zip(("width", "height"), found, strict=True):
        if name not in problems and value % 2:
            problems[name] = "must be even."
    return found
