"""Choosing what is said so that the narration is as long as was asked (R11): a knapsack over seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from renders.providers.extractive.material import Story

_BIN_SECONDS = 0.5
_CANDIDATES = 8
"""Lines of one story that are weighed against each other: 255 combinations."""
_DECAY = 0.65
"""Each further line of the same story is worth this much of the one before: all stories get their share."""
_SKIPPED = -2.0
_TITLE_SAID, _TITLE_AGAIN = 0.12, -0.3
"""A title that says what the story says has been heard, in the opening or in the story."""
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
                worth = _worth(story, lines) + (title_worth if with_title else 0.0) - (0.05 if compact else 0.0)
                option = Option(" ".join(parts), seconds, worth, lines, with_title)
                place = round(seconds / _BIN_SECONDS)
                if place not in best or best[place].worth < worth:
                    best[place] = option
    options = [best[place] for place in sorted(best)]
    return [*options, Option("", 0.0, _SKIPPED)] if may_skip else options


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
    weighed = sorted(range(len(story.lines)), key=lambda index: (-story.lines[index].weight, index))[:_CANDIDATES]
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
    return worth + 0.1 * unbroken + (1.2 if lines and lines[0] == 0 else 0.0)


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
