"""Whether a script is as long as was asked, and what can be done where it is not (R11)."""

from __future__ import annotations

from dataclasses import replace

from renders.domain.script import Role, Script
from renders.text import speech_rate
from renders.text.sentences import split

TOLERANCE = 0.1
"""Share by which the narration may be off the length asked for."""
TOO_SHORT = 0.6
"""A script of less than this share of the length is no answer to what was asked."""


def seconds(script: Script) -> float:
    """Estimated length of the narration, air included."""
    return sum(
        speech_rate.seconds(segment.narration, script.language) + speech_rate.AIR_SECONDS for segment in script.segments
    )


def words(script: Script) -> int:
    return sum(len(segment.narration.split()) for segment in script.segments)


def is_right(script: Script, length: float) -> bool:
    return abs(seconds(script) - length) <= TOLERANCE * length


def complaint(script: Script, length: float) -> str:
    """What the model is told: in words, which it can count, by the pace of what it wrote."""
    wanted = round(words(script) * length / max(seconds(script), 1.0))
    much = "long" if seconds(script) > length else "short"
    return (
        f"The narrations have {words(script)} words together, which is too {much}; they must have about {wanted}. "
        "Keep the form and the facts."
    )


def trimmed(script: Script, length: float) -> Script:
    """The script without so many whole sentences that it is short enough; each segment keeps its first one.

    From the end of the longest segment each time, and never from the closing before all others are at one sentence:
    what comes last in an explanation is what it can best do without.
    """
    segments = list(script.segments)
    while seconds(replace(script, segments=tuple(segments))) > length * (1 + TOLERANCE):
        sentences = [split(segment.narration, script.language) for segment in segments]
        able = [place for place, told in enumerate(sentences) if len(told) > 1]
        if not able:
            break
        place = max(able, key=lambda at: (segments[at].role is not Role.CLOSING, len(segments[at].narration)))
        segments[place] = replace(segments[place], narration=" ".join(sentences[place][:-1]))
    return replace(script, segments=tuple(segments))
