"""What is seen while a story is told: the scene kind that its content fits, and its data (R11, R12, LOOK).

Each kind has a maker that answers None where the told sentences do not hold what it needs. Of what they offer the
best is taken that is not what has just been seen, and that can be laid out without leaving anything away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from renders.domain.script import SceneKind
from renders.providers.extractive.contrasts import find_contrast
from renders.providers.extractive.dated import MOST_EVENTS, dated_events
from renders.providers.extractive.figures import carrying_figure
from renders.providers.extractive.material import Story
from renders.providers.extractive.places import PlaceKind, find_place, places_in
from renders.providers.extractive.points import circumstances, points_of, tells_of_picture
from renders.providers.extractive.quotations import find_quotation
from renders.providers.extractive.series import Series, find_change, find_series
from renders.providers.extractive.units import Quantity
from renders.text.clauses import short_forms
from renders.text.typography import grouped, on_screen
from renders.text.words import are_near_equal, stems

_MOST_BARS = 6
_MOST_VALUE = 14
"""Characters of one number on a screen."""
_LEAST_DATES = 3
"""Amounts from which a line is drawn; two are compared."""
_AGAIN, _EVER = 0.9, 0.3
"""Worth lost by a kind that has just been seen, and for each time that it was seen before."""
_BEFORE_AFTER = {"en": ("Before", "After"), "ru": ("Было", "Стало"), "hi": ("पहले", "बाद में")}


@dataclass(frozen=True)
class Scene:
    kind: SceneKind
    data: Mapping[str, Any]
    worth: float = 0.0

    @property
    def headline(self) -> str:
        return str(self.data.get("headline", ""))


@dataclass(frozen=True)
class Telling:
    """A part of a story as it is told: what a scene can be made of."""

    story: Story
    sentences: Sequence[str]
    language: str
    headline: str
    """As it is shown."""
    kicker: str

    @cached_property
    def common(self) -> dict[str, str]:
        return {
            "headline": on_screen(self.headline),
            "source": on_screen(self.story.source),
            "kicker": on_screen(self.kicker),
        }

    @cached_property
    def points(self) -> list[str]:
        return [on_screen(point) for point in points_of(self.sentences, self.headline, self.language)]

    @cached_property
    def series(self) -> Series | None:
        return find_series(self.sentences, self.language)


@dataclass
class Seen:
    """The kinds of the scenes before."""

    kinds: list[SceneKind] = field(default_factory=list)

    def cost(self, kind: SceneKind) -> float:
        plain = 0.3 if kind in (SceneKind.BULLETS, SceneKind.TITLE_CARD) else 1.0
        again = _AGAIN if self.kinds and self.kinds[-1] is kind else 0.0
        return plain * (again + _EVER * self.kinds.count(kind))


def choose_scene(telling: Telling, seen: Seen, fits: Callable[[Scene], bool]) -> Scene:
    """The worthiest scene of what is told that `fits`; its headline alone where nothing else does."""
    offers = sorted(offered(telling), key=lambda scene: scene.worth - seen.cost(scene.kind), reverse=True)
    chosen = next((scene for scene in offers if fits(scene)), offers[-1])
    seen.kinds.append(chosen.kind)
    return chosen


def offered(telling: Telling) -> Iterator[Scene]:
    """Every scene that the told sentences hold enough for; a title card is always among them."""
    for maker in (_quote, _chart, _change, _contrast, _timeline, _figure, _map_pin, _bullets):
        scene = maker(telling)
        if scene is not None:
            yield scene
    common = telling.common
    yield Scene(SceneKind.TITLE_CARD, {**common, "footer": common["source"]}, 0.4)


def _quote(telling: Telling) -> Scene | None:
    quotation = find_quotation(telling.sentences, telling.language)
    if quotation is None:
        return None
    data = {"quote": on_screen(quotation.quote), "speaker": quotation.speaker}
    return Scene(SceneKind.QUOTE, {**telling.common, **data}, 3.0)


def _chart(telling: Telling) -> Scene | None:
    series = telling.series
    if series is None or any(len(_number(member.amount)) > _MOST_VALUE for member in series.members):
        return None
    if len(series.members) == 2:
        one, other = series.members
        return _compared(telling, (one.label, one.amount), (other.label, other.amount))
    if len(series.members) > _MOST_BARS:
        return None
    rows = [{"label": on_screen(member.label), "value": _number(member.amount)} for member in series.members]
    kind = SceneKind.LINE_CHART if series.by_year and len(rows) >= _LEAST_DATES else SceneKind.BAR_CHART
    if kind is SceneKind.BAR_CHART and any(member.amount.number < 0 for member in series.members):
        return None
    return Scene(kind, {**telling.common, "unit": _unit(series.unit, series.about), "series": rows}, 2.9)


def _change(telling: Telling) -> Scene | None:
    found = find_change(telling.sentences, telling.language)
    if found is None:
        return None
    _, sides = found
    before, after = _BEFORE_AFTER[telling.language]
    (one_year, one), (other_year, other) = sides
    if one_year and other_year:
        before, after = one_year, other_year
    return _compared(telling, (before, one), (after, other))


def _compared(telling: Telling, one: tuple[str, Quantity], other: tuple[str, Quantity]) -> Scene:
    left, right = (
        {"label": on_screen(label), "value": _as_said(amount), "points": []} for label, amount in (one, other)
    )
    return Scene(SceneKind.COMPARISON, {**telling.common, "left": left, "right": right}, 2.4)


def _as_said(amount: Quantity) -> str:
    """The number with its unit, and with the word that makes it no exact one."""
    return on_screen(" ".join(part for part in (amount.about, _number(amount), amount.unit) if part))


def _contrast(telling: Telling) -> Scene | None:
    found = find_contrast(telling.sentences, telling.language)
    if found is None:
        return None
    left, right = (
        {"label": on_screen(label), "value": "", "points": [on_screen(said)]}
        for label, said in (found[1].left, found[1].right)
    )
    return Scene(SceneKind.COMPARISON, {**telling.common, "left": left, "right": right}, 1.9)


def _timeline(telling: Telling) -> Scene | None:
    events = dated_events(telling.sentences, telling.language, telling.story.title or telling.headline)
    if len(events) < 2:
        return None
    shown = events[:MOST_EVENTS]
    rows = [{"when": on_screen(event.when), "what": on_screen(event.what)} for event in shown]
    return Scene(SceneKind.TIMELINE, {**telling.common, "events": rows}, 1.2 + 0.4 * len(rows))


def _figure(telling: Telling) -> Scene | None:
    figure = carrying_figure(telling.story.title or telling.headline, telling.sentences, telling.language)
    if figure is None or len(figure.value) > _MOST_VALUE or telling.series is not None:
        return None
    label = "" if are_near_equal(figure.label, telling.headline, telling.language) else figure.label
    if figure.about and figure.about not in label:
        # The screen must not make an exact number of it.
        label = ": ".join(part for part in (label, f"{figure.about} {figure.value} {figure.unit}") if part)
    data = {"value": figure.value, "unit": figure.unit, "label": on_screen(label)}
    return Scene(SceneKind.FIGURE, {**telling.common, **data}, 1.0 + 0.3 * min(figure.weight, 3.0))


def _map_pin(telling: Telling) -> Scene | None:
    title = telling.story.title
    place = find_place(title, telling.sentences, telling.language)
    if place is None:
        return None
    is_the_matter = place.name in title or any(
        place.name == one.name for one in places_in(telling.sentences[0], telling.language)
    )
    if not is_the_matter:
        return None
    worth = {PlaceKind.SITE: 1.8, PlaceKind.CITY: 1.5, PlaceKind.COUNTRY: 1.2}[place.kind]
    name = place.name[0].upper() + place.name[1:]
    points = [point for point in telling.points if not stems(point, telling.language) & stems(name, telling.language)]
    if telling.language == "en" and len(telling.sentences) == 1:
        points += [on_screen(text) for text in circumstances(telling.sentences, [telling.headline, name, *points])]
    data = {"place": name, "lat": place.latitude, "lon": place.longitude, "points": points[:2]}
    return Scene(SceneKind.MAP_PIN, {**telling.common, **data}, worth)


def _bullets(telling: Telling) -> Scene | None:
    points = telling.points
    return Scene(SceneKind.BULLETS, {**telling.common, "points": points}, 0.55 + 0.3 * len(points)) if points else None


def _number(amount: Quantity) -> str:
    return ("\u2212" if amount.is_negative else "") + grouped(amount.value)


def _unit(unit: str, about: str) -> str:
    return f"{unit} ({about})" if about else unit


def headline_of(story: Story, sentences: Sequence[str], language: str) -> tuple[str, str]:
    """Headline and small line above it: of a title that only teases, what the story says, with the title above."""
    if story.is_teased:
        form = next(iter(short_forms(sentences[0], language)), "") if sentences else ""
        if form and not tells_of_picture(form):
            return form, " · ".join(part for part in (story.headline, story.kicker) if part)
    return story.headline, story.kicker
