"""The script of a day: opening with date and names, a segment for each item, what to remember (R8, R11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from renders.domain.job import Job, NewsItem
from renders.providers.extractive import phrases
from renders.providers.extractive.material import Story, lines_of, sentences_of
from renders.providers.extractive.takeaways import Takeaways
from renders.providers.extractive.telling import Frame
from renders.scripting import BadJob, NeedsChat
from renders.text.characters import one_line
from renders.text.clauses import short_forms
from renders.text.dates import parse_date, short_date, weekday
from renders.text.headlines import headline
from renders.text.languages import NAMES, is_written_in
from renders.text.markup import plain_text

_NAMED = 3
"""Items that the opening names at most."""


def day_stories(job: Job) -> list[Story]:
    """The job's items as stories. Raises BadJob where none can be told in the job's language."""
    if not job.items:
        raise BadJob("The day has no items.", "Check the feeds: none had an entry in the window before the run.")
    items = [item for item in job.items if is_written_in(f"{item.title} {item.text}", job.language)]
    if not items:
        name = NAMES[job.language]
        raise NeedsChat(
            f"None of the day's items is written in {name}.",
            f"Subscribe to feeds in {name}, or set up a chat provider: only that one can translate.",
        )
    titles = [_title(item.title) for item in items]
    groups = [sentences_of(plain_text(item.text), job.language) for item in items]
    found = lines_of(groups, titles, job.language, job.style)
    stories = [
        Story(
            title=title,
            headline=_headline(title, [line.text for line in lines], job.language),
            lines=lines,
            language=job.language,
            source=one_line(item.source),
            kicker=_day(item, job),
        )
        for item, title, lines in zip(items, titles, found, strict=True)
        if title or lines
    ]
    if not stories:
        raise BadJob("The day's items hold no words.", "Check the feeds: their entries have neither title nor text.")
    return stories


def _title(told: str) -> str:
    """A title of marks alone is none: there would be nothing to show."""
    title = one_line(plain_text(told))
    return title if any(map(str.isalnum, title)) else ""


def _headline(title: str, lines: Sequence[str], language: str) -> str:
    if title:
        return headline(title, language)
    forms = (form for line in lines for form in short_forms(line, language))
    return next(forms, headline(lines[0], language))


def _day(item: NewsItem, job: Job) -> str:
    day = parse_date(item.published)
    return short_date(day, job.language) if day else ""


def day_frame(job: Job) -> Frame:
    """What surrounds a day's stories."""
    day, language = parse_date(job.target_date), job.language

    def card(stories: Sequence[Story]) -> dict[str, str]:
        sources = list(dict.fromkeys(story.source for story in stories if story.source))
        return {
            "headline": phrases.day_heading(len(stories), language),
            "kicker": _full_date(day, language),
            "footer": " · ".join(sources[:2]),
        }

    def title(stories: Sequence[Story]) -> str:
        return ": ".join(part for part in (phrases.day_heading(len(stories), language), _short(day, language)) if part)

    def openings(stories: Sequence[Story]) -> list[tuple[str, float]]:
        names = [story.headline for story in stories]
        if len(names) == 1:
            return [(phrases.day_opening(day, names, 1, language), 0.3)]
        # Names heard twice are worth less than one more thing said about them: they come in where time is left over.
        worth = 0.05 if job.length < 100 else 0.3
        counts = (0, *range(2, min(_NAMED, len(names)) + 1))
        return [(phrases.day_opening(day, names[:count], len(names), language), worth * count) for count in counts]

    def closings(remember: Takeaways, names: Sequence[str]) -> list[tuple[str, float]]:
        good_bye, lines = phrases.sign_off(day, language), remember.fresh
        recap = " ".join((phrases.remember(lines, language), good_bye)) if len(lines) > 1 else ""
        # Saying the lines again is worth it only where time is left over for them; the names, only where the day has
        # too little to say for its length.
        named = " ".join((phrases.named_again(names[:_NAMED], language), good_bye))
        return [(good_bye, 0.3), (named, 0.25), *([(recap, 0.3 if job.length < 100 else 0.7)] if recap else [])]

    return Frame(
        title=title,
        openings=openings,
        closings=closings,
        link=lambda place, count: phrases.link(place, count, language),
        title_link=lambda place, count, name: phrases.title_link(place, count, name, language),
        card=card,
    )


def _full_date(day: date | None, language: str) -> str:
    if day is None:
        return ""
    name = weekday(day, language)
    return f"{name[0].upper()}{name[1:]}, {short_date(day, language)}"


def _short(day: date | None, language: str) -> str:
    return short_date(day, language) if day else ""
