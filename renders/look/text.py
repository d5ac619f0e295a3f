"""Text as a designer sets it: the largest size that fits, lines broken by meaning, no word left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from renders.look import fonts, glyphs, words
from renders.look.fonts import Weight

_REFERENCE = 64
"""Words are measured once at this size and scaled: widths are proportional but for hinting."""
_HINTING = 1.01
_SHARE_OF_GAP = 0.06
"""Least air between the ink of two lines, as a share of the size."""


@dataclass(frozen=True)
class Style:
    """How a kind of text may be set. Sizes in px for a short side of 1080."""

    largest: int
    smallest: int
    weight: Weight
    lines: int
    """Lines at most."""
    leading: float
    """Distance of baselines as a share of the size; Devanagari, with ink above and below, gets more."""
    tight: bool = False
    """The block is as high as its ink, for large numbers; else it has the room of a line of text."""


@dataclass(frozen=True)
class Setting:
    """A text that has been set: what stands in each line, and where."""

    lines: tuple[str, ...]
    size: int
    weight: Weight
    baselines: tuple[int, ...]
    """Of each line, in px below the top of the block."""
    width: float
    """Of the longest line, px."""
    height: int
    """From the top of the block to the lowest ink, px."""
    shortened: bool = False
    """Not all of the text is there: it ends with an ellipsis."""


def sizes(style: Style, scale: float) -> list[int]:
    """The sizes to try, in px, largest first."""
    largest, smallest = round(style.largest * scale), round(style.smallest * scale)
    step = max(2, round(4 * scale))
    return [*range(largest, smallest, -step), smallest]


def fit(text: str, width: float, height: float, style: Style, scale: float = 1.0, language: str = "en") -> Setting:
    """Set `text` (already clean) in a box of `width` x `height` px: the largest size of the style that fits.

    Where not even the smallest does, the text is shortened at a word boundary and ends with an ellipsis
    (`Setting.shortened`). An empty text gives no lines.
    """
    return fit_column([text], width, height, 0, style, scale, language)[0]


def fit_column(
    texts: Sequence[str],
    width: float,
    height: float,
    gap: float,
    style: Style,
    scale: float = 1.0,
    language: str = "en",
) -> list[Setting]:
    """Set texts one below the other, `gap` px apart, at one size, in a box of `width` x `height` px; else as `fit`."""
    glued = [words.glue(text) for text in texts]
    total = height - gap * (len(texts) - 1)
    second_best: list[Setting] | None = None
    tries = sizes(style, scale)
    for size in tries:
        settings = _set_all(glued, width, total, style, size, language)
        if settings is None:
            continue
        if not any(_leaves_a_word_over(setting) for setting in settings):
            return settings
        second_best = second_best or settings
    if second_best:
        return second_best
    share = total / max(1, len(texts))
    return [
        _set(text, width, share, style, tries[-1], language) or _shorten(text, width, share, style, tries[-1], language)
        for text in glued
    ]


def fit_row(
    texts: Sequence[str], width: float, height: float, style: Style, scale: float = 1.0, language: str = "en"
) -> list[Setting]:
    """Set texts side by side at one size, each in a box of its own of `width` x `height` px; else as `fit`."""
    smallest = min((fit(text, width, height, style, scale, language).size for text in texts), default=0)
    same = replace(style, largest=smallest, smallest=smallest)
    return [fit(text, width, height, same, 1.0, language) for text in texts]


def _set(text: str, width: float, height: float, style: Style, size: int, language: str) -> Setting | None:
    settings = _set_all([text], width, height, style, size, language)
    return settings[0] if settings else None


def _set_all(
    texts: Sequence[str], width: float, height: float, style: Style, size: int, language: str
) -> list[Setting] | None:
    """The texts one below the other; None where they do not fit. Ink is slow to measure: first what can be told
    without it."""
    broken: list[list[str]] = []
    for text in texts:
        lines = _break(text, width, style.lines, style.weight, size, language)
        if lines is None:
            return None
        broken.append(lines)
    if sum(_least_height(lines, style, size) for lines in broken) > height:
        return None
    settings = [_stack(lines, style, size) for lines in broken]
    fits = sum(setting.height for setting in settings) <= height and all(one.width <= width for one in settings)
    return settings if fits else None


def _room(lines: Sequence[str], style: Style, size: int) -> tuple[int, int, int]:
    """What a block has at least, px: above its first baseline, from one to the next, below its last."""
    indic = any(glyphs.is_devanagari(c) for line in lines for c in line)
    above, below = (0.0, 0.0) if style.tight else (0.86, 0.3) if indic else (0.76, 0.22)
    return round(size * above), round(size * (style.leading + (0.2 if indic else 0.0))), round(size * below)


def _least_height(lines: Sequence[str], style: Style, size: int) -> int:
    above, step, below = _room(lines, style, size)
    return above + step * (len(lines) - 1) + below if lines else 0


def _stack(lines: Sequence[str], style: Style, size: int, shortened: bool = False) -> Setting:
    """Give each line its baseline: an even step, widened where ink would come too near."""
    if not lines:
        return Setting((), size, style.weight, (), 0.0, 0)
    inks = [fonts.measure(line, style.weight, size) for line in lines]
    above, step, below = _room(lines, style, size)
    gap = round(size * _SHARE_OF_GAP)
    step = max([step, *(a.bottom + gap + b.top for a, b in pairwise(inks))])
    first = max(above, inks[0].top)
    baselines = tuple(first + step * number for number in range(len(lines)))
    bottom = max(baseline + ink.bottom for baseline, ink in zip(baselines, inks, strict=True))
    bottom = max(bottom, baselines[-1] + below)
    return Setting(
        tuple(lines), size, style.weight, baselines, max(ink.width for ink in inks), bottom, shortened=shortened
    )


def _break(text: str, width: float, most: int, weight: Weight, size: int, language: str) -> list[str] | None:
    """The fewest lines that hold the text, broken where it costs least; None where `most` lines do not hold it."""
    parts = [part for part in text.split(" ") if part]
    if not parts:
        return []
    widths = [_width(part, weight) * size / _REFERENCE for part in parts]
    space = _width(" ", weight) * size / _REFERENCE
    if max(widths) > width:
        return None
    count = _lines_needed(widths, space, width)
    costs = words.breaks(parts, language)
    for number in range(count, most + 1):
        ends = _best_ends(widths, space, width, number, costs)
        if ends is not None:
            starts = [0, *ends[:-1]]
            return [" ".join(parts[a:b]) for a, b in zip(starts, ends, strict=True)]
    return None


@lru_cache(maxsize=16384)
def _width(part: str, weight: Weight) -> float:
    return fonts.advance(part, weight, _REFERENCE) * _HINTING


def _lines_needed(widths: Sequence[float], space: float, width: float) -> int:
    count, used = 1, -space
    for each in widths:
        if used + space + each > width:
            count, used = count + 1, -space
        used += space + each
    return count


def _best_ends(
    widths: Sequence[float], space: float, width: float, number: int, costs: Sequence[float]
) -> list[int] | None:
    """Where `number` lines end (counts of words), so that they are even and break well; None where they do not fit."""
    total = len(widths)
    even = (sum(widths) + space * (total - number)) / number
    ahead = [0.0]
    for each in widths:
        ahead.append(ahead[-1] + each + space)
    infinite = float("inf")
    best: list[tuple[float, list[int]]] = [(infinite, [])] * (total + 1)
    best[0] = (0.0, [])
    for _ in range(number):
        following: list[tuple[float, list[int]]] = [(infinite, [])] * (total + 1)
        for start in range(total):
            if best[start][0] == infinite:
                continue
            for end in range(start + 1, total + 1):
                length = ahead[end] - ahead[start] - space
                if length > width:
                    break
                cost = best[start][0] + ((length - even) / width) ** 2
                cost += costs[end - 1] if end < total else 0.0
                # A word alone in the last line is what a reader stumbles over; elsewhere it is only ugly.
                if end - start == 1 and number > 1:
                    cost += 0.3 if end == total else 0.05
                if cost < following[end][0]:
                    following[end] = (cost, [*best[start][1], end])
        best = following
    return best[total][1] or None


def _leaves_a_word_over(setting: Setting) -> bool:
    """Whether the last line is one word though the lines before could have spared another."""
    return (
        len(setting.lines) > 1
        and " " not in setting.lines[-1]
        and any(line.count(" ") > 0 for line in setting.lines[:-1])
    )


def _shorten(text: str, width: float, height: float, style: Style, size: int, language: str) -> Setting:
    """As many words as fit, then an ellipsis; a word that alone is too wide is cut between letters."""
    parts = [piece for part in text.split(" ") for piece in _pieces(part, width, style.weight, size)]
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        if _set(_ellipsis(parts[:middle], language), width, height, style, size, language):
            low = middle
        else:
            high = middle - 1
    if low == len(parts) and parts:
        whole = _set(" ".join(parts), width, height, style, size, language)
        if whole:
            return whole
    lines = _break(_ellipsis(parts[:low], language), width, style.lines, style.weight, size, language)
    return _stack(lines or ["…"], style, size, shortened=True)


def _ellipsis(parts: Sequence[str], language: str) -> str:
    kept = list(parts)
    while len(kept) > 1 and words.ends_badly(kept[-1], language):
        kept.pop()
    return " ".join(kept).rstrip(" ,;:.!?।—–-\u00a0\u202f") + "…"


def _pieces(part: str, width: float, weight: Weight, size: int) -> list[str]:
    """A word that is wider than the box, cut between letters so that each piece fits."""
    if _width(part, weight) * size / _REFERENCE <= width:
        return [part]
    pieces, current = [], ""
    for cluster in words.clusters(part):
        if current and _width(current + cluster + "…", weight) * size / _REFERENCE > width:
            pieces.append(current + "-")
            current = ""
        current += cluster
    return [*pieces, current]
