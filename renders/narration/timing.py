"""When each sentence of a recording is heard, where nobody tells: where the pauses are, as near as may be to where they
should be."""

from __future__ import annotations

from collections.abc import Sequence

from renders.text import speech_rate

Span = tuple[float, float]
_LENGTH_COUNTS = 1.5
"""By how much farther away a pause may be that is longer by as much: between sentences voices pause longer."""


def spans(sentences: Sequence[str], language: str, seconds: float, pauses: Sequence[Span]) -> list[Span]:
    """Start and end of each sentence in a recording of `seconds`; `pauses` are its silences, in order.

    Of the pauses as many are chosen as there are boundaries, so that together they are nearest to where the sentences
    would end at an even pace; long ones are preferred. With too few of them the pace alone decides.
    """
    expected = _boundaries(sentences, language, seconds)
    cuts: Sequence[Span] = [(place, place) for place in expected]
    if 0 < len(expected) <= len(pauses):
        cuts = _chosen(expected, pauses)
    starts = [0.0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), seconds]
    return list(zip(starts, ends, strict=True))


def _boundaries(sentences: Sequence[str], language: str, seconds: float) -> list[float]:
    weights = [max(speech_rate.seconds(sentence, language), 0.1) for sentence in sentences]
    passed, found = 0.0, []
    for weight in weights[:-1]:
        passed += weight
        found.append(seconds * passed / sum(weights))
    return found


def _chosen(expected: Sequence[float], pauses: Sequence[Span]) -> list[Span]:
    """A pause for each boundary, in order, at the least cost: dynamic programming over boundaries and pauses."""
    count = len(pauses)
    best = [0.0] * (count + 1)
    back: list[list[int]] = []
    for place in expected:
        fresh, chosen = [float("inf")] * (count + 1), [0] * (count + 1)
        for number, pause in enumerate(pauses, start=1):
            taken = best[number - 1] + _cost(place, pause)
            fresh[number], chosen[number] = fresh[number - 1], chosen[number - 1]
            if taken < fresh[number]:
                fresh[number], chosen[number] = taken, number
        best = fresh
        back.append(chosen)
    found: list[Span] = []
    number = count
    for chosen in reversed(back):
        number = chosen[number]
        found.append(pauses[number - 1])
        number -= 1
    return found[::-1]


def _cost(place: float, pause: Span) -> float:
    start, end = pause
    return abs((start + end) / 2 - place) - _LENGTH_COUNTS * (end - start)
