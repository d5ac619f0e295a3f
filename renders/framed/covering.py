"""Whether a picture fills its window, its edges cut off, or is shown whole on a blurred surround."""

from __future__ import annotations

from renders.look.frame import Box

LEAST_SEEN = 0.55
"""The share of a picture that must be left: what loses more is shown whole."""


def covering_shapes(window: Box) -> tuple[float, float]:
    """The narrowest and the widest shape (width by height) of a picture that shows enough of itself when it fills the
    window."""
    opening = (window[2] - window[0]) / (window[3] - window[1])
    return opening * LEAST_SEEN, opening / LEAST_SEEN


def covers(size: tuple[int, int], window: Box) -> bool:
    """Whether a picture of this `size` (px) still shows enough of itself when it fills the window."""
    width, height = size
    narrowest, widest = covering_shapes(window)
    return height > 0 and narrowest <= width / height <= widest
