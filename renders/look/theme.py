"""Colours: the two themes of the house, and contrast as WCAG 2 measures it."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green and blue, each 0 to 255 (sRGB)."""

LEAST_CONTRAST = 4.5
"""Every text keeps at least this ratio to whatever is behind it."""


def from_hex(code: str) -> Colour:
    """`"#F59E0B"` as a colour. Raises ValueError where it is not of that form."""
    digits = code.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{code!r} is not a colour of the form #RRGGBB.")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` (0 to 1) of the second colour over the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Colour, second: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Theme:
    """The colours of one look. Text is only ever drawn in `text`, `muted`, `accent` or `second`."""

    name: str
    background: Colour
    glow: Colour
    """What the background turns into towards one corner; every text colour is readable on it too."""
    text: Colour
    muted: Colour
    """Small print: source, axis labels."""
    accent: Colour
    """Marks what is being said; one a scene."""
    second: Colour
    """Date, place, speaker."""
    line: Colour
    """Hairlines, graticules, what is yet to come."""
    bar: Colour
    """Shapes that are not the one that is being spoken of."""
    motif: Colour
    """The large figure in the background, already as faint as it is drawn."""


INK = Theme(
    name="ink",
    background=from_hex("#0F172A"),
    glow=from_hex("#1A2540"),
    text=from_hex("#F8FAFC"),
    muted=from_hex("#A3B1C6"),
    accent=from_hex("#F59E0B"),
    second=from_hex("#38BDF8"),
    line=from_hex("#33415C"),
    bar=from_hex("#5B6B86"),
    motif=from_hex("#2B3B5E"),
)
PAPER = Theme(
    name="paper",
    background=from_hex("#FAF7F2"),
    glow=from_hex("#FFFEFC"),
    text=from_hex("#1C1917"),
    muted=from_hex("#57534E"),
    accent=from_hex("#B45309"),
    second=from_hex("#0369A1"),
    line=from_hex("#D9D2C5"),
    bar=from_hex("#A8A092"),
    motif=from_hex("#E2D8C6"),
)
THEMES = {theme.name: theme for theme in (INK, PAPER)}
