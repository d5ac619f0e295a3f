"""What is seen while a story is told: the scene kind that fits it, and its data (LOOK, `domain/script.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renders.domain.script import SceneKind
from renders.providers.extractive.figures import carrying_figure
from renders.providers.extractive.material import Story
from renders.providers.extractive.quotations import find_quotation
from renders.text.clauses import MOST_CHARACTERS, short_forms
from renders.text.typography import on_screen
from renders.text.words import overlap, stems

MOST_POINTS = 3
_LONG_POINT, _LONG_POINT_CHARACTERS = 14, 96
"""Words and characters of the one point of a scene that has no shorter one."""
_SAME = 0.7
"""Share of common words from which two short texts say the same on a screen."""
_CONDENSED, _LONG_SENTENCE = 0.65, 11
"""A wording is worth hearing after its sentence if it has this share of its words, and those were more than so many."""


@dataclass(frozen=True)
class Scene:
    kind: SceneKind
    data: Mapping[str, Any]


def scene_of(story: Story, sentences: Sequence[str], language: str, *, figure_allowed: bool) -> Scene:
    """A quotation where the told sentences hold one; else the number that carries them; else up to three points."""
    common = {"source": on_screen(story.source), "kicker": on_screen(story.kicker)}
    quotation = find_quotation(sentences, language)
    if quotation is not None:
        data = {
            "quote": on_screen(quotation.quote),
            "speaker": quotation.speaker,
            "headline": on_screen(story.headline),
        }
        return Scene(SceneKind.QUOTE, {**data, **common})
    figure = carrying_figure(story.title, sentences, language) if figure_allowed else None
    if figure is not None:
        data = {"value": figure.value, "unit": figure.unit, "label": on_screen(figure.label)}
        return Scene(SceneKind.FIGURE, {"headline": on_screen(story.headline), **data, **common})
    points = points_of(sentences, story.headline, language)
    if points:
        shown = [on_screen(point) for point in points]
        return Scene(SceneKind.BULLETS, {"headline": on_screen(story.headline), "points": shown, **common})
    # Nothing can be shortened without cutting into the sense: the headline stands alone.
    return Scene(SceneKind.TITLE_CARD, {"headline": on_screen(story.headline), "footer": common["source"], **common})


def points_of(sentences: Sequence[str], headline: str, language: str) -> list[str]:
    """Up to three short points, in the order in which they are told; none repeats the headline or another.

    One of each sentence first, then more of the same; a single longer one where nothing is short.
    """
    title = stems(headline, language)
    found: list[tuple[int, str]] = []
    for most_words, wanted in ((None, MOST_POINTS), (None, 2), (_LONG_POINT, 1)):
        for place, sentence in enumerate(sentences):
            if len(found) >= wanted:
                break
            forms = short_forms(
                sentence, language, most_words, MOST_CHARACTERS if most_words is None else _LONG_POINT_CHARACTERS
            )
            new = next((form for form in forms if _is_new(form, title, [point for _, point in found], language)), None)
            if new is not None and (wanted < MOST_POINTS or all(place != other for other, _ in found)):
                found.append((place, new))
    return [point for _, point in sorted(found, key=lambda pair: pair[0])]


def _is_new(form: str, title: frozenset[str], points: Sequence[str], language: str) -> bool:
    """Whether a point adds two meaningful words to the headline and says something else than the other points."""
    point = stems(form, language)
    return len(point - title) >= 2 and all(overlap(point, stems(other, language)) < _SAME for other in points)


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
