"""Whether a picture fills its window, its edges cut off, or is shown whole on a blurred surround."""

from __future__ import annotations

from renders.look.frame import Box

LEAST_SEEN = 0.55
"""The share of a picture that must be left: what loses more is shown whole."""


def covers(size: tuple[int, int], window: Box) -> bool:
    """Whether a picture of this `size` (px) still shows enough of itself when it fills the window."""
    width, height = size
    if not width or not height:
        return False
    picture, opening = width / height, (window[2] - window[0]) / (window[3] - window[1])
    return min(picture, opening) / max(picture, opening) >= LEAST_SEEN
