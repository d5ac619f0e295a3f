"""Our four fonts: loading them, splitting a text by script, measuring it. Nothing installed on the machine is used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from renders.look import glyphs


class Weight(StrEnum):
    REGULAR = "Regular"
    SEMIBOLD = "SemiBold"


@dataclass(frozen=True)
class Run:
    """A stretch of text in one family."""

    text: str
    family: str
    """Beginning of the font's file name: `NotoSans` or `NotoSansDevanagari`."""


@dataclass(frozen=True)
class Ink:
    """What one line of text takes up, in pixels from its origin on the baseline."""

    width: float
    """Advance: where the next text would begin."""
    top: int
    """Highest ink above the baseline; positive."""
    bottom: int
    """Lowest ink below the baseline; positive, 0 where nothing hangs below."""


@lru_cache(maxsize=256)
def load(family: str, weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` px, shaped by HarfBuzz (needed for conjuncts, matras and kerning)."""
    path = glyphs.FOLDER / f"{family}-{weight.value}.ttf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[Run, ...]:
    """The text split by script. What scripts share (digits, spaces, punctuation) stays with what is before it."""
    pieces: list[tuple[str, str]] = []
    for character in text:
        family = _family(character, pieces[-1][1] if pieces else "")
        if pieces and pieces[-1][1] == family:
            pieces[-1] = (pieces[-1][0] + character, family)
        else:
            pieces.append((character, family))
    return tuple(Run(piece, family) for piece, family in pieces)


def _family(character: str, before: str) -> str:
    if glyphs.is_devanagari(character):
        return "NotoSansDevanagari"
    if before == "NotoSansDevanagari" and not character.isalpha() and ord(character) in glyphs.devanagari():
        return before
    return "NotoSans" if ord(character) in glyphs.latin() else "NotoSansDevanagari"


@lru_cache(maxsize=16384)
def advance(text: str, weight: Weight, size: int) -> float:
    """How wide the line is, px: words are measured far more often than lines, and their ink does not matter."""
    return sum(load(run.family, weight, size).getlength(run.text) for run in runs(text))


@lru_cache(maxsize=16384)
def measure(text: str, weight: Weight, size: int) -> Ink:
    """How wide the line is, and how far its ink reaches above and below the baseline, in px."""
    boxes = [load(run.family, weight, size).getbbox(run.text, anchor="ls") for run in runs(text)]
    top, bottom = max((-int(box[1]) for box in boxes), default=0), max((int(box[3]) for box in boxes), default=0)
    return Ink(advance(text, weight, size), max(top, 0), max(bottom, 0))


def begins(text: str, weight: Weight, size: int) -> tuple[int, int]:
    """Where the line's ink begins, px from the origin: all of it, and that above the baseline, which the eye takes for
    the edge of large type (the stem of a J)."""
    # Pillow's own box begins at the origin; only the drawn letters tell where their ink begins. A few are enough.
    return _begins(runs(text)[0].text[:3], runs(text)[0].family, weight, size) if text else (0, 0)


@lru_cache(maxsize=4096)
def _begins(letters: str, family: str, weight: Weight, size: int) -> tuple[int, int]:
    picture = Image.new("L", (size * 4, size * 3), 0)
    pen = ImageDraw.Draw(picture)
    pen.text((size, size * 2), letters, fill=255, font=load(family, weight, size), anchor="ls")
    ink, upper = picture.getbbox(), picture.crop((0, 0, size * 4, size * 2)).getbbox()
    left = ink[0] - size if ink else 0
    edge = upper[0] - size if upper else left
    # A hook is short; where the ink above begins far away (an underscore), the whole of the ink is the edge.
    return left, edge if edge - left < size * 0.25 else left
