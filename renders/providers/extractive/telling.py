"""From stories to a script: what is said, within the length asked for, and what is seen meanwhile (R11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from renders.domain.job import AspectRatio
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.providers.extractive.choosing import Option, fit, pieces_of, story_options
from renders.providers.extractive.material import Story
from renders.providers.extractive.phrases import closing_heading
from renders.providers.extractive.scenes import Scene, Seen, Telling, choose_scene, headline_of
from renders.providers.extractive.takeaways import Takeaways, takeaways
from renders.scripting import fits
from renders.text import speech_rate
from renders.text.typography import on_screen

_ROUNDS = 3
"""The lines to remember depend on what is told, and its length on them: this many times they are matched."""
_SHORTEST, _HASTY = 5.0, 0.8
"""A card that is seen for fewer seconds is hardly read; worth lost by it."""
_LEAST_STORIES = 3
"""A day shows at least so many items where it has them, even if that makes it a little long (R3)."""
_AIM = 1.01
"""Of the length asked for: the air between segments counts for the video and not for the voice, and both should fit."""
TOLERANCE = 0.1
"""Share by which the narration may be off the length asked for (R11)."""


@dataclass(frozen=True)
class Frame:
    """What surrounds the stories; it differs between a day and a topic."""

    title: Callable[[Sequence[Story]], str]
    openings: Callable[[Sequence[Story]], list[tuple[str, float]]]
    """Ways to open, each with its worth."""
    closings: Callable[[Takeaways, Sequence[str]], list[tuple[str, float]]]
    """Ways to close with what is to be remembered of the stories of these names."""
    link: Callable[[int, int], str]
    """What leads over to the story at this place of so many."""
    title_link: Callable[[int, int, str], str]
    """The same, naming its title."""
    card: Callable[[Sequence[Story]], dict[str, str]]
    """Data of the opening card."""


@dataclass(frozen=True)
class Told:
    """What was chosen to be said."""

    stories: tuple[Story, ...]
    opening: Option
    parts: tuple[Option, ...]
    closing: Option
    remember: Takeaways

    @property
    def seconds(self) -> float:
        """Estimated length of the narration, air included."""
        return self.opening.seconds + sum(part.seconds for part in self.parts) + self.closing.seconds

    def sentences(self, place: int) -> list[str]:
        """Lines of the story at `place` that are told."""
        return [self.stories[place].lines[index].text for index in self.parts[place].lines]


def tell(stories: Sequence[Story], frame: Frame, seconds: float, language: str) -> Told:
    """The choice of what is said about `stories` in `seconds`. Stories that do not fit are left out, the last first."""
    told = _fitted(stories, frame, seconds, language, may_skip=True)
    kept = tuple(story for story, part in zip(told.stories, told.parts, strict=True) if part.text)
    if len(kept) == len(stories):
        return told
    # Without the stories left out, the opening must not name them, and what leads over changes.
    return _fitted(kept, frame, seconds, language, may_skip=False)


def _fitted(stories: Sequence[Story], frame: Frame, seconds: float, language: str, *, may_skip: bool) -> Told:
    def spoken(text: str, worth: float) -> Option:
        seconds = _seconds(text, language) + speech_rate.AIR_SECONDS
        return Option(text, seconds, worth - _HASTY * (seconds < _SHORTEST))

    count, names = len(stories), [story.headline for story in stories]
    openings = [spoken(text, worth) for text, worth in frame.openings(stories)]
    ways = [
        [
            replace(option, seconds=option.seconds + speech_rate.AIR_SECONDS) if option.text else option
            for option in story_options(
                story,
                frame.link(place, count),
                frame.title_link(place, count, story.headline),
                lambda text: _seconds(text, language),
                may_skip=may_skip and place >= _LEAST_STORIES,
            )
        ]
        for place, story in enumerate(stories)
    ]
    remember = takeaways(stories, [_weightiest(story, range(2)) for story in stories], _all_lines(stories), language)
    told: Told | None = None
    for _ in range(_ROUNDS):
        closings = [spoken(text, worth) for text, worth in frame.closings(remember, names)]
        opening, *parts, closing = fit([openings, *ways, closings], seconds * _AIM)
        told = Told(tuple(stories), opening, tuple(parts), closing, remember)
        remember = _takeaways_of(told, language)
        if remember == told.remember:
            return told
    assert told is not None
    # They do not settle: keep what is told, and close with what was really told.
    closings = [spoken(text, worth) for text, worth in frame.closings(remember, names)]
    rest = seconds - told.seconds + told.closing.seconds
    closing = min(closings, key=lambda option: abs(option.seconds - rest))
    return replace(told, closing=closing, remember=remember)


def _takeaways_of(told: Told, language: str) -> Takeaways:
    texts = [told.opening.text, *(part.text for part in told.parts)]
    named = [story.headline for story in told.stories if any(story.headline in text for text in texts)]
    heard = [text for place in range(len(told.stories)) for text in told.sentences(place)]
    weighed = [_weightiest(story, part.lines) for story, part in zip(told.stories, told.parts, strict=True)]
    return takeaways(told.stories, weighed, [*named, *heard], language)


def _weightiest(story: Story, indexes: Iterable[int]) -> list[str]:
    lines = [story.lines[index] for index in indexes if index < len(story.lines)]
    return [line.text for line in sorted(lines, key=lambda line: (-line.weight, line.place))]


def _all_lines(stories: Sequence[Story]) -> list[str]:
    return [line.text for story in stories for line in story.lines]


def _seconds(text: str, language: str) -> float:
    return speech_rate.seconds(text, language)


def script_of(told: Told, frame: Frame, language: str, aspect: AspectRatio) -> Script:
    """The script: hook, a segment or more for each story, closing."""
    headline = frame.card(told.stories)["headline"]
    opening = _opening(told, frame.card(told.stories), lambda scene: fits(scene.kind, scene.data, aspect, language))
    segments = [_segment(1, Role.HOOK, told.opening.text, headline, opening)]
    seen = Seen([opening.kind])
    for story, part in zip(told.stories, told.parts, strict=True):
        pieces = pieces_of(story, part)
        name, kicker = headline_of(story, [story.lines[index].text for index in pieces[0].lines], language)
        for piece in pieces:
            sentences = [story.lines[index].text for index in piece.lines]
            telling = Telling(story, sentences, language, name, kicker)
            scene = choose_scene(telling, seen, lambda scene: fits(scene.kind, scene.data, aspect, language))
            segments.append(_segment(len(segments) + 1, Role.ITEM, piece.text, on_screen(name), scene))
    heading = closing_heading(language, tell=told.remember.tell)
    closing = {"headline": heading, "points": [on_screen(line) for line in told.remember.shown]}
    segments.append(
        _segment(len(segments) + 1, Role.CLOSING, told.closing.text, heading, Scene(SceneKind.CLOSING, closing))
    )
    return Script(frame.title(told.stories), language, tuple(segments))


def _opening(told: Told, card: Mapping[str, str], fits_in: Callable[[Scene], bool]) -> Scene:
    """The opening card; where the stories are named as well, their names, which come in as they are said."""
    said = told.opening.text.casefold()
    named = [on_screen(story.headline) for story in told.stories if story.headline.casefold() in said]
    agenda = Scene(SceneKind.BULLETS, {**card, "source": card.get("footer", ""), "points": named})
    return agenda if 2 <= len(named) <= 3 and fits_in(agenda) else Scene(SceneKind.TITLE_CARD, dict(card))


def _segment(number: int, role: Role, narration: str, headline: str, scene: Scene) -> Segment:
    prompt = f"Editorial illustration, no lettering: {headline}"
    return Segment(f"s{number}", role, narration, headline, scene.kind, scene.data, prompt)


def notes_on(told: Told, asked: Sequence[Story], seconds: float) -> list[str]:
    """What an operator should know of this script: stories left out, a length that the material did not allow."""
    notes = []
    kept = {story.headline for story in told.stories}
    left_out = [story.headline for story in asked if story.headline not in kept]
    if left_out:
        notes.append(f"Left out, because the length asked for has no room for more: {'; '.join(left_out)}.")
    if told.seconds < (1 - TOLERANCE) * seconds:
        notes.append(f"The input holds about {told.seconds:.0f} s of narration; {seconds:.0f} s were asked for.")
    elif told.seconds > (1 + TOLERANCE) * seconds:
        notes.append(f"The shortest sound telling takes about {told.seconds:.0f} s; {seconds:.0f} s were asked for.")
    return notes
