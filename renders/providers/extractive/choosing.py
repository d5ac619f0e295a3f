"""Choosing what is said so that the narration is as long as was asked (R11): a knapsack over seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from renders.providers.extractive.material import Story
from renders.text.speech_rate import AIR_SECONDS

_BIN_SECONDS = 0.5
_CANDIDATES = 8
"""Lines of one story that are weighed against each other: 255 combinations."""
_DECAY = 0.65
"""Each further line of the same story is worth this much of the one before: all stories get their share."""
_OPENS = 0.8
"""Worth of the first line: it says what the story is about."""
_TOGETHER = 0.5
"""Worth of each of two or three lines that make a timeline or a chart together."""
_SKIPPED = -2.0
_TITLE_SAID, _TITLE_AGAIN = 0.12, -0.3
"""A title that says what the story says has been heard, in the opening or in the story."""
_SHORTEST, _HASTY = 4.5, 0.8
"""A picture that stands for fewer seconds than this is hardly read; worth lost by it."""
_LEAST_PIECE = 0.5
"""Length of a piece at least, as a share of what it would have if all were of one length."""
_TIRED = 0.3
"""Worth lost by each second that a picture stands longer than `LONGEST`."""
LONGEST = 19.0
"""Seconds after which the picture should change: what takes longer is told in more than one piece."""
_TIGHT = 0.02
"""Deviation from the length asked for that costs nothing, as a share."""
_OFF = 40.0
"""Worth lost per unit of further deviation: one per cent costs as much as half a good line."""


@dataclass(frozen=True)
class Option:
    """One way to tell a part of the script; no text: the part is left out."""

    text: str
    seconds: float
    """Air of its segment included."""
    worth: float
    lines: tuple[int, ...] = ()
    """Indexes into the story's lines."""
    says_title: bool = False
    parts: tuple[str, ...] = ()
    """`text` in pieces, one for each line at the end of it; what leads over comes before them."""


def story_options(
    story: Story, opening: str, title_opening: str, measure: Callable[[str], float], *, may_skip: bool
) -> list[Option]:
    """Ways to tell `story`, the worthiest for each length.

    `opening` is what leads over to it, `title_opening` does so by naming its title. A line that leans on the one
    before is only told with it, and nothing opens with such a line unless the title is said first.
    """
    best: dict[int, Option] = {}
    lengths: dict[str, float] = {"": 0.0}

    def timed(text: str) -> float:
        if text not in lengths:
            lengths[text] = measure(text)
        return lengths[text]

    title_worth = _TITLE_AGAIN if story.has_telling_title else _TITLE_SAID
    for lines in _combinations(story):
        for with_title in _with_title(story, lines):
            for compact in (False, True):
                texts = [_wording(story, index, compact) for index in lines]
                if compact and texts == [story.lines[index].text for index in lines]:
                    continue
                parts = [part for part in (title_opening if with_title else opening, *texts) if part]
                seconds = sum(timed(part) for part in parts)
                seconds += (pieces_wanted(seconds) - 1) * AIR_SECONDS
                worth = (
                    _worth(story, lines)
                    - _HASTY * (seconds < _SHORTEST)
                    + (title_worth if with_title else 0.0)
                    - (0.05 if compact else 0.0)
                )
                option = Option(" ".join(parts), seconds, worth, lines, with_title, tuple(parts))
                place = round(seconds / _BIN_SECONDS)
                option = _tired(story, option)
                if place not in best or best[place].worth < option.worth:
                    best[place] = option
    options = [best[place] for place in sorted(best)]
    return [*options, Option("", 0.0, _SKIPPED)] if may_skip else options


@dataclass(frozen=True)
class Piece:
    """A part of a story that stands under one picture."""

    text: str
    lines: tuple[int, ...]


def _tired(story: Story, option: Option) -> Option:
    """The option, worth less by what one of its pictures stands too long."""
    if option.seconds <= LONGEST:
        return option
    share = max(len(piece.text) for piece in pieces_of(story, option)) / len(option.text)
    return replace(option, worth=option.worth - _TIRED * max(0.0, share * option.seconds - LONGEST))


def pieces_wanted(seconds: float) -> int:
    """Under how many pictures something of this length is told."""
    return max(1, math.ceil(seconds / LONGEST))


def pieces_of(story: Story, option: Option) -> list[Piece]:
    """What is told of a story, in pieces of about the same length, none of which begins with a line that leans."""
    lead, told = option.parts[: len(option.parts) - len(option.lines)], option.parts[-len(option.lines) :]
    wanted = pieces_wanted(option.seconds - AIR_SECONDS)
    if wanted == 1 or not option.lines:
        return [Piece(option.text, option.lines)]
    starts = _best_breaks(story, option.lines, [len(text) for text in told], wanted)
    groups = [range(start, end) for start, end in pairwise([0, *starts, len(told)])]
    return [
        Piece(
            " ".join([*(lead if number == 0 else ()), *(told[at] for at in group)]),
            tuple(option.lines[at] for at in group),
        )
        for number, group in enumerate(groups)
    ]


def _best_breaks(story: Story, lines: Sequence[int], lengths: Sequence[int], wanted: int) -> tuple[int, ...]:
    """Where pieces after the first begin, so that the longest of them is as short as can be."""

    def may_begin(at: int) -> bool:
        line, before = story.lines[lines[at]], story.lines[lines[at - 1]]
        return not line.leans and not before.asks

    places = [at for at in range(1, len(lines)) if may_begin(at)]
    best: tuple[float, tuple[int, ...]] = (float(sum(lengths)), ())
    for count in range(1, wanted):
        for breaks in combinations(places, count):
            parts = list(pairwise([0, *breaks, len(lines)]))
            sizes = [sum(lengths[start:end]) for start, end in parts]
            shows = all(any(story.lines[lines[at]].shows for at in range(start, end)) for start, end in parts[1:])
            if shows and min(sizes) >= _LEAST_PIECE * sum(lengths) / wanted and max(sizes) < best[0]:
                best = (float(max(sizes)), breaks)
    return best[1]


def _with_title(story: Story, lines: tuple[int, ...]) -> tuple[bool, ...]:
    """Whether these lines are told without, with, or in either way after saying the title."""
    if not story.title:
        return (False,)
    if not lines or story.lines[lines[0]].leans:
        return (True,)
    return (False,) if story.says_title else (False, True)


def _wording(story: Story, index: int, compact: bool) -> str:
    line = story.lines[index]
    return line.compact if compact else line.text


def _combinations(story: Story) -> list[tuple[int, ...]]:
    """Sets of lines that can be told, in the order of the text; one empty set where there are no lines."""
    if not story.lines:
        return [()]
    weighed = sorted(range(len(story.lines)), key=lambda index: (-_promise(story, index), index))[:_CANDIDATES]
    chosen = sorted({0, *weighed})
    found = [
        lines
        for size in range(1, len(chosen) + 1)
        for lines in combinations(chosen, size)
        if all(_is_sound(story, lines, position) for position in range(size))
    ]
    opened = [lines for lines in found if not story.lines[lines[0]].leans]
    # A story whose every line leans is told after its title; one that only asks, as it is.
    return opened or found or [(0,)]


def _promise(story: Story, index: int) -> float:
    line = story.lines[index]
    return line.weight + _TOGETHER * bool(line.marks)


def _is_sound(story: Story, lines: tuple[int, ...], position: int) -> bool:
    """Whether the line at `position` has what it needs beside it: what it points back to, or its answer."""
    line = story.lines[lines[position]]
    before = story.lines[lines[position - 1]] if position else None
    after = story.lines[lines[position + 1]] if position + 1 < len(lines) else None
    if line.asks and (after is None or after.place != line.place + 1):
        return False
    return not line.leans or before is None or line.place == before.place + 1


def _worth(story: Story, lines: tuple[int, ...]) -> float:
    weights = sorted((story.lines[index].weight for index in lines), reverse=True)
    worth = sum(weight * _DECAY**rank for rank, weight in enumerate(weights))
    # Told from its beginning and without gaps, a story needs no context.
    places = [story.lines[index].place for index in lines]
    unbroken = sum(1 for before, after in pairwise(places) if after == before + 1)
    for mark in ("dates", "amounts"):
        count = sum(mark in story.lines[index].marks for index in lines)
        worth += _TOGETHER * min(count, 3) if count > 1 else 0.0
    return worth + 0.1 * unbroken + (_OPENS * (lines[0] == 0) if lines else 0.0)


def fit(parts: Sequence[Sequence[Option]], seconds: float) -> list[Option]:
    """One option of each part, so that together they are worth most and take as near to `seconds` as can be."""
    states: dict[int, tuple[float, float, tuple[int, ...]]] = {0: (0.0, 0.0, ())}
    for options in parts:
        following: dict[int, tuple[float, float, tuple[int, ...]]] = {}
        for worth, total, picks in states.values():
            for index, option in enumerate(options):
                longer, better = total + option.seconds, worth + option.worth
                place = round(longer / _BIN_SECONDS)
                if place not in following or following[place][0] < better:
                    following[place] = (better, longer, (*picks, index))
        states = following
    _, _, picks = max(states.values(), key=lambda state: _value(state[0], state[1], seconds))
    return [options[index] for options, index in zip(parts, picks, strict=True)]


def _value(worth: float, total: float, wanted: float) -> float:
    return worth - _OFF * max(0.0, abs(total - wanted) / wanted - _TIGHT)
