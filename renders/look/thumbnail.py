"""The still by which a video is chosen: one headline, one big number, readable at 320 px wide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from renders.look.board import Board
from renders.look.drawing import render
from renders.look.fonts import Weight
from renders.look.frame import Frame
from renders.look.glyphs import clean
from renders.look.layout import Backdrop, Layout, Motif
from renders.look.text import Style
from renders.look.theme import Theme
from renders.look.words import hangs

MOST_WORDS = 6
_QUALITY = 88
_LONGEST_SIDE = 1280
_NUMBER = Style(520, 200, Weight.SEMIBOLD, lines=1, leading=1.0, tight=True)
_HEADLINE = Style(200, 96, Weight.SEMIBOLD, lines=5, leading=1.1)
_UNDER_NUMBER = Style(132, 84, Weight.SEMIBOLD, lines=3, leading=1.1)
_ENDS = ".,;:!?।—–"


def draw_thumbnail(title: str, number: str | None, theme: Theme, width: int, height: int, out: Path) -> None:
    """Draw a JPEG of `width` x `height` px to `out`. Raises OSError where it cannot be written."""
    render(thumbnail(title, number, theme, width, height)).save(out, format="JPEG", quality=_QUALITY, optimize=True)


def draw_beside(title: str, theme: Theme, size: tuple[int, int], out: Path) -> None:
    """Draw the thumbnail of a video of `size` (width, height in px): a JPEG of its shape. Raises OSError."""
    scale = _LONGEST_SIDE / max(size)
    width, height = (round(side * scale / 2) * 2 for side in size)
    draw_thumbnail(title, None, theme, width, height, out)


def thumbnail(title: str, number: str | None, theme: Theme, width: int, height: int) -> Layout:
    """The thumbnail as a layout: the headline cut to six words, under one number where there is one."""
    frame = Frame(width, height, captions=False)
    board = Board(frame, theme, "en")
    board.top = frame.safe[1]
    words, figure = shorten_headline(clean(title)), clean(number or "")[:12]
    gap = frame.px(84)
    hero = board.set(figure, board.width, board.height * 0.5, _NUMBER)
    if hero.shortened:
        hero = replace(hero, lines=(), baselines=(), height=0)
    beside = hero.height + gap if hero.lines else 0
    headline = board.set(words, board.width, board.height - beside, _UNDER_NUMBER if hero.lines else _HEADLINE)
    y = board.top + (board.height - beside - headline.height) * 0.5
    if hero.lines:
        y = board.put(hero, board.left, y, theme.accent) + gap
    else:
        _underline(board, y + headline.height)
    board.put(headline, board.left, y, theme.text)
    return board.finish(Backdrop(Motif.RINGS, len(words), (0.9, 0.2)), f"{figure} {words}".strip())


def shorten_headline(title: str) -> str:
    """The first clause where it has at most six words, else the first six words; never ending in a preposition."""
    words = title.split(" ")
    if len(words) <= MOST_WORDS:
        return title.rstrip(_ENDS.replace("!", "").replace("?", ""))
    kept = words[:MOST_WORDS]
    ends = [at for at, word in enumerate(kept) if at > 0 and word[-1:] in _ENDS]
    kept = kept[: ends[-1] + 1] if ends else kept
    while len(kept) > 1 and any(hangs(kept[-1], language) for language in ("en", "ru", "hi")):
        kept.pop()
    return " ".join(kept).rstrip(_ENDS)


def _underline(board: Board, y: float) -> None:
    """Without a number the accent is a thick line under the headline."""
    px = board.frame.px
    if y + px(72) < board.bottom:
        board.bar((board.left, y + px(44), board.left + px(220), y + px(64)), board.theme.accent)
