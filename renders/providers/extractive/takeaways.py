"""What to remember of the stories: the lines of the closing card (LOOK)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from renders.providers.extractive.material import Story
from renders.providers.extractive.points import MOST_POINTS
from renders.text.clauses import short_forms
from renders.text.words import stems

_CONDENSED, _LONG_SENTENCE = 0.65, 11
"""A wording is worth hearing after its sentence if it has this share of its words, and those were more than so many."""


@dataclass(frozen=True)
class Takeaways:
    """Lines for the end, each of another story, in the order of the stories."""

    fresh: tuple[str, ...]
    """Worth saying again: none was said before word for word."""
    shown: tuple[str, ...]
    """The same and others for the screen, three where there are so many stories."""
    tell: bool
    """Whether most of `shown` say something; otherwise they only name the stories."""


def takeaways(
    stories: Sequence[Story], told: Sequence[Sequence[str]], spoken: Sequence[str], language: str
) -> Takeaways:
    """What to remember of the stories: titles that say what their stories say, and short wordings of what was told.

    `told` holds the told sentences of each story, the weightiest first; `spoken` is all that the viewer has heard.
    Titles not among it come first.
    """
    heard = [stems(text, language) for text in spoken]
    ranked: list[tuple[int, int, str]] = []
    for place, (story, sentences) in enumerate(zip(stories, told, strict=True)):
        forms = [(form, sentence) for sentence in sentences for form in short_forms(sentence, language)]
        titles = [story.headline] if story.has_telling_title else []
        condensed = [form for form, sentence in forms if _is_condensed(form, sentence)]
        candidates = titles + [form for form, _ in forms]
        fresh = next((form for form in titles + condensed if stems(form, language) not in heard), None)
        if fresh is not None:
            ranked.append((0 if fresh == story.headline else 1, place, fresh))
        else:
            ranked.append((2 if candidates else 3, place, candidates[0] if candidates else story.headline))
    best = sorted(sorted(ranked)[:MOST_POINTS], key=lambda entry: entry[1])
    return Takeaways(
        fresh=tuple(line for rank, _, line in best if rank < 2),
        shown=tuple(line for _, _, line in best),
        tell=2 * sum(rank < 3 for rank, _, _ in best) > len(best),
    )


def _is_condensed(form: str, sentence: str) -> bool:
    words = len(sentence.split())
    return words > _LONG_SENTENCE and len(form.split()) <= _CONDENSED * words
