"""The script of a topic, out of a text about it: themes by paragraphs, told by their weightiest sentences (R8, R11)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.domain.job import Job
from renders.providers.extractive import phrases
from renders.providers.extractive.material import Line, Story, lines_of, sentences_of
from renders.providers.extractive.takeaways import Takeaways
from renders.providers.extractive.telling import Frame
from renders.scripting import NeedsChat
from renders.text import speech_rate
from renders.text.characters import one_line
from renders.text.clauses import short_forms
from renders.text.headlines import headline
from renders.text.languages import NAMES, is_written_in, without_full_stop
from renders.text.markdown import Block
from renders.text.words import stems

_LEAST_WORDS, _LEAST_SENTENCES = 40, 3
_SECONDS_A_THEME = 17.0
_MOST_THEMES = 10
_SPARE = 1.2
"""Share of the length asked for that the themes should hold, so that there is something to choose from."""
_TOGETHER = 0.8
"""Weight that a theme gains by a timeline or a chart that can be made of it."""
_HEADLINE_WORDS = {"en": 10, "ru": 9, "hi": 12}
_FILE_NAME = re.compile(r"\.\w{2,5}$")


@dataclass
class _Theme:
    heading: str
    sentences: list[str]


def topic_title(job: Job, blocks: Sequence[Block]) -> str:
    """The text's own title, else the job's name, else the shortest sound wording of its first sentence."""
    if blocks and blocks[0].is_heading:
        return without_full_stop(blocks[0].text)
    name = one_line(job.name)
    if (
        name
        and not _FILE_NAME.search(name)
        and is_written_in(name, job.language)
        and not job.input_text.startswith(name[:40])
    ):
        return without_full_stop(name)
    sentences = [sentence for block in blocks for sentence in sentences_of(block.text, job.language) if sentence]
    forms = (form for sentence in sentences[:3] for form in short_forms(sentence, job.language))
    return next(forms, headline(sentences[0], job.language) if sentences else name)


def topic_stories(job: Job, blocks: Sequence[Block]) -> list[Story]:
    """The themes of the text as stories. Raises NeedsChat where it is too short to make a video of."""
    language = job.language
    if not is_written_in(job.input_text, language):
        name = NAMES[language]
        raise NeedsChat(
            f"The text is not written in {name}.",
            f"Give a text in {name}, choose the text's language, or set up a chat provider: it can translate.",
        )
    title = topic_title(job, blocks)
    themes = _joined(_themes(blocks, title, language))
    sentences = [sentence for theme in themes for sentence in theme.sentences]
    if len(sentences) < _LEAST_SENTENCES or sum(len(s.split()) for s in sentences) < _LEAST_WORDS:
        raise NeedsChat(
            "The topic is too short to make a script of on this machine.",
            "Paste a text of a few hundred words about it, or set up a chat provider, which can write about a topic.",
        )
    titles = [theme.heading or title for theme in themes]
    found = lines_of([theme.sentences for theme in themes], titles, language, job.style)
    stories: list[Story] = []
    for theme, lines in zip(themes, found, strict=True):
        if lines:
            used = [story.headline for story in stories]
            name = theme.heading or _theme_name(lines, used, title, language)
            kicker = title if name != title else ""
            # A name taken from the theme's own words is shown, never said: it would be heard twice.
            stories.append(Story(theme.heading, headline(name, language), lines, language, kicker=kicker))
    return _main_themes(stories, job)


def _themes(blocks: Sequence[Block], title: str, language: str) -> list[_Theme]:
    """A theme for each paragraph, or for all paragraphs under a heading."""
    themes: list[_Theme] = []
    heading, under_heading = "", False
    for block in blocks:
        if block.is_heading:
            heading, under_heading = without_full_stop(block.text), False
            continue
        sentences = [sentence for sentence in sentences_of(block.text, language) if sentence]
        if not sentences:
            continue
        named = heading if heading and stems(heading, language) != stems(title, language) else ""
        if under_heading and named:
            themes[-1].sentences += sentences
        else:
            themes.append(_Theme(named, sentences))
        under_heading = bool(named)
    return themes


def _joined(themes: list[_Theme]) -> list[_Theme]:
    """Themes without the tiny ones: a paragraph of one sentence belongs to the one before, or opens the one after."""
    joined: list[_Theme] = []
    for theme in themes:
        before = joined[-1] if joined else None
        is_tiny = len(theme.sentences) == 1 or (before is not None and len(before.sentences) == 1)
        if before is not None and is_tiny and not (theme.heading and before.heading != theme.heading):
            joined[-1] = _Theme(before.heading, before.sentences + theme.sentences)
        else:
            joined.append(theme)
    return joined


def _main_themes(stories: Sequence[Story], job: Job) -> list[Story]:
    """The first theme and the weightiest others, in order: as many as the length has room for."""
    wanted = max(2, min(_MOST_THEMES, round(job.length / _SECONDS_A_THEME)))
    order = sorted(range(1, len(stories)), key=lambda place: (-_weight(stories[place]), place))
    kept = [0]
    for place in order:
        enough = available_seconds([stories[i] for i in kept], job.language) >= _SPARE * job.length
        if len(kept) == _MOST_THEMES or (len(kept) >= wanted and enough):
            break
        kept.append(place)
    return [stories[place] for place in sorted(kept)]


def _weight(story: Story) -> float:
    marks = [mark for line in story.lines for mark in line.marks]
    together = any(marks.count(mark) > 1 for mark in marks)
    return sum(sorted((line.weight for line in story.lines), reverse=True)[:3]) + _TOGETHER * together


def _theme_name(lines: Sequence[Line], used: Sequence[str], title: str, language: str) -> str:
    """A headline for a theme without one: a short wording of its first sentence, else of its weightiest."""
    most = _HEADLINE_WORDS[language]
    if lines[0].asks and len(lines[0].text.split()) <= most:
        return lines[0].text
    for line in (lines[0], *sorted(lines[1:], key=lambda line: -line.weight)):
        for form in short_forms(line.text, language, most):
            if form not in used:
                return form
    return title


def topic_frame(job: Job, title: str, available: float) -> Frame:
    """What surrounds a topic's stories. `available`: seconds that the whole text would take."""
    language = job.language
    named_length = job.length if available >= 0.8 * job.length else None

    def closings(remember: Takeaways, _: Sequence[str]) -> list[tuple[str, float]]:
        lines = remember.fresh
        if not lines:
            return [(phrases.topic_closing(title, language), 0.0)]
        return [(phrases.remember(lines[:count], language), 0.25 * count) for count in range(1, len(lines) + 1)]

    return Frame(
        title=lambda _: title,
        openings=lambda _: [(phrases.topic_opening(title, named_length, language), 0.0)],
        closings=closings,
        link=lambda _place, _count: "",
        title_link=lambda _place, _count, name: phrases.title_link(0, 1, name, language),
        card=lambda _: {"headline": headline(title, language), "kicker": "", "footer": ""},
    )


def available_seconds(stories: Sequence[Story], language: str) -> float:
    """Seconds that all lines of the stories would take."""
    return sum(speech_rate.seconds(line.text, language) for story in stories for line in story.lines)
