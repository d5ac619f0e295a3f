"""What a script can be made of: stories, and their sentences weighed and timed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from renders.domain.job import Style
from renders.providers.extractive.dated import dated_events
from renders.providers.extractive.figures import carrying_figure
from renders.providers.extractive.quotations import find_quotation
from renders.providers.extractive.ranking import text_rank
from renders.providers.extractive.series import find_change, find_series
from renders.text import speech_rate
from renders.text.clauses import short_forms
from renders.text.credits import without_credits
from renders.text.english_verbs import FINITE
from renders.text.languages import with_full_stop
from renders.text.leaning import leans_on_previous, may_point_back
from renders.text.sentences import split
from renders.text.spoken import compacted, sayable
from renders.text.word_lists import one_of
from renders.text.words import Print, stems

_EXAMPLE = re.compile(r"\b(?:for example|for instance|such as|например|к примеру)\b|उदाहरण|जैसे", re.IGNORECASE)
_QUESTION = re.compile(r"\?[”»\"')]*$")
_ASKING = re.compile(
    one_of("how where what why when who which как где что почему когда кто откуда куда зачем कैसे कहाँ क्या क्यों कब कौन")
    + r"(?=\s)",
    re.IGNORECASE,
)
"""A heading that begins so names a question, and tells nothing."""
_LONGEST_SENTENCE = 60
"""Words; what is longer is a list or a fault, and nobody can follow it by ear."""
_TELLING_WORDS = {"en": 4, "ru": 5, "hi": 5}
_TEASE_WORDS = {"en": 4, "ru": 3, "hi": 3}
_CHART, _FIGURE, _POINT = 1.0, 0.5, 0.12
"""Weight that a line gains by what can be shown of it: a chart, one number, a short wording."""


@dataclass(frozen=True)
class Line:
    """One sentence of a story."""

    text: str
    compact: str
    """The same without asides; equal to `text` where nothing can be spared."""
    weight: float
    """0.0 to about 1.5: how much it carries."""
    leans: bool
    """Begins with a word that points back: only ever said right after the line before it."""
    asks: bool
    """Is a question: only ever said with the line after it."""
    place: int
    """Its position in the story's own text, lines that were left out counted."""
    shows: bool = False
    """Whether there is a short wording of it for the screen."""
    marks: frozenset[str] = frozenset()
    """What it makes together with other lines: `dates` a timeline, `amounts` a chart; told alone it makes nothing."""


@dataclass(frozen=True)
class Story:
    """What becomes one segment."""

    title: str
    headline: str
    lines: tuple[Line, ...]
    language: str
    source: str = ""
    kicker: str = ""

    @property
    def says_title(self) -> bool:
        """Whether the first line tells what the title tells, so that saying the title would say it twice."""
        return bool(self.lines) and _covers(self.lines[0].text, self.title, self.language)

    @property
    def is_teased(self) -> bool:
        """Whether the item's title only teases ("The beauty of light"): what is told is about something else."""
        told = " ".join(line.text for line in self.lines)
        is_short = len(self.title.split()) <= _TEASE_WORDS[self.language]
        is_short = is_short and not (self.language == "en" and FINITE.search(self.title))
        is_item = bool(self.source and self.title and self.lines)
        return is_item and is_short and not _covers(told, self.title, self.language)

    @property
    def has_telling_title(self) -> bool:
        """Whether the title says what the story says ("Antarctica holds most of the ice"), not only teases it."""
        told = " ".join(line.text for line in self.lines)
        if _ASKING.match(self.title) or (self.language == "en" and FINITE.search(self.title) is None):
            return False
        return len(self.title.split()) >= _TELLING_WORDS[self.language] and _covers(told, self.title, self.language)


def sentences_of(text: str, language: str) -> list[str]:
    """Sentences of plain text as they can be said, credits gone, in order."""
    plain = without_credits(text, language)
    said = (sayable(sentence, language) for sentence in split(plain, language))
    return [with_full_stop(sentence, language) for sentence in said if len(sentence.split()) <= _LONGEST_SENTENCE]


def lines_of(
    groups: Sequence[Sequence[str]], titles: Sequence[str], language: str, style: Style
) -> list[tuple[Line, ...]]:
    """For each group of sentences (a story) its lines, weighed over all stories; doubles are left out."""
    kept: list[tuple[int, int, str]] = []
    prints: list[Print] = []
    for group, sentences in enumerate(groups):
        for place, sentence in enumerate(sentences):
            print_ = Print.of(sentence, language)
            if sentence and not any(print_.is_near(other) for other in prints):
                kept.append((group, place, sentence))
                prints.append(print_)
    bags = [print_.stems for print_ in prints]
    ranks = text_rank(bags)
    found: list[list[Line]] = [[] for _ in groups]
    for (group, place, sentence), bag, rank in zip(kept, bags, ranks, strict=True):
        title = stems(titles[group], language)
        shared = len(bag & title) / len(title) if title else 0.0
        weight = 0.55 * rank + 0.25 / (1 + place) + 0.35 * shared + _extra(sentence, style, language)
        compact = compacted(sentence, language)
        leans = leans_on_previous(sentence, language) or (place > 0 and may_point_back(sentence, language))
        asks = _QUESTION.search(sentence) is not None
        found[group].append(Line(sentence, compact, weight, leans, asks, place))
    return [_with_shown(lines, title, language) for lines, title in zip(found, titles, strict=True)]


def _with_shown(lines: Sequence[Line], title: str, language: str) -> tuple[Line, ...]:
    """The lines, heavier where they give the eye something: a timeline or a chart together, a figure, a short point."""
    texts = [line.text for line in lines]
    events, series = dated_events(texts, language, title), find_series(texts, language)
    change = find_change(texts, language)
    dates = {event.place for event in events} if len(events) > 1 else set()
    amounts = {member.place for member in series.members} if series else set()
    weighed = []
    for at, line in enumerate(lines):
        marks = frozenset(name for name, places in (("dates", dates), ("amounts", amounts)) if at in places)
        shows = bool(short_forms(line.text, language))
        # A chart of one sentence, a change or a number is there as soon as its line is told.
        chart = amounts == {at} or (change is not None and change[0] == at)
        figure = carrying_figure(title, [line.text], language) is not None
        gain = _CHART * chart + _FIGURE * figure + _POINT * shows
        weighed.append(replace(line, weight=line.weight + gain, shows=shows, marks=marks))
    return tuple(weighed)


def _extra(sentence: str, style: Style, language: str) -> float:
    extra = 0.1 if re.search(r"\d", sentence) else 0.0
    extra += 0.6 if find_quotation([sentence], language) else 0.0
    if _QUESTION.search(sentence):
        extra -= 0.3
    if style is Style.EXAMPLE_RICH and _EXAMPLE.search(sentence):
        extra += 0.4
    if style is Style.CONCISE:
        extra -= 0.02 * max(0.0, speech_rate.seconds(sentence, language) - 6)
    return extra


def _covers(text: str, title: str, language: str) -> bool:
    meaning = stems(title, language)
    return bool(meaning) and len(meaning & stems(text, language)) / len(meaning) >= 0.5
