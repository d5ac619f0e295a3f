"""The day's video of a workspace and language, from a feed that somebody names: no subscription (R3)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from renderhub.lib import clock
from renders import feeds, sample
from renders.actions import daily_rows as rows
from renders.actions.daily_calendar import at_local, due_time, zone
from renders.actions.request import LANGUAGES, Wish, request
from renders.domain.job import JobType
from renders.feeds import Choice, FeedEntry, FeedError
from renders.models import DailyRun, Render, Workspace


@dataclass(frozen=True)
class DailyAnswer:
    run: DailyRun
    render: Render
    created: bool


def daily_run(
    workspace: Workspace, feed: str, *, language: str = "", day: date | None = None, length: int = 60
) -> DailyAnswer:
    """Create the day's render from a feed's file or URL; the one that is there already is answered as it is.

    Without `day` the feed's newest day is taken; without `language`, the one that the feed states. Raises
    `FeedError` where the feed cannot be used, `RequestRefused` where the render cannot be asked for.
    """
    entries = read(feed)
    language = language or _language_of(entries)
    run_at, day = _run_at(entries, day)
    known = rows.made(workspace, language, day)
    if known is not None:
        return DailyAnswer(known, rows.render_of(known), created=False)
    choice = _choose(entries, run_at, feed)
    with transaction.atomic():
        rows.lock(workspace)
        known = rows.made(workspace, language, day)
        if known is not None:
            return DailyAnswer(known, rows.render_of(known), created=False)
        answer = request(workspace, _wish(choice, feed, language, day, length))
        run = rows.note_made(workspace, language, day, answer.render, feed, choice.note)
    return DailyAnswer(run, answer.render, created=True)


def read(feed: str) -> list[FeedEntry]:
    """The entries of a feed's file or URL. Raises `FeedError`."""
    return feeds.read(feed, settings.RENDERHUB_FETCH_PRIVATE_HOSTS)


def workspace_of(feed: str | None) -> Workspace:
    """The workspace of a one-off run: `main` for the sample day, one of its own for a feed that somebody names, so
    that two feeds of the same day do not stand in each other's way."""
    if feed is None:
        return Workspace.objects.get_or_create(slug="main", defaults={"name": "Main"})[0]
    place = feed if "://" in feed else str(Path(feed).resolve())
    stem = Path(feed.split("?")[0]).stem or "feed"
    slug = f"{slugify(stem)[:30] or 'feed'}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
    return Workspace.objects.get_or_create(slug=slug, defaults={"name": stem.replace("_", " ")[:100]})[0]


def sample_feed(language: str) -> str:
    """The sample day in `language`."""
    return str(sample.path(language or "en"))


def _wish(choice: Choice, feed: str, language: str, day: date, length: int) -> Wish:
    due = due_time(day)
    source = next((entry.source for entry in choice.items if entry.source), Path(feed).stem)
    return Wish(
        job_type=JobType.DAILY_CA,
        name=f"{source}, {day.isoformat()}",
        items=tuple(entry.to_news_item() for entry in choice.items),
        language=language,
        length=length,
        target_date=day,
        # A day that is over has no deadline any more; its video is made all the same.
        due_at=due if due > clock.now() else None,
    )


def _choose(entries: Sequence[FeedEntry], run_at: datetime, feed: str) -> Choice:
    choice = feeds.choose(entries, run_at)
    if not choice.items:
        raise FeedError(
            f"{feed} has no entry of the 7 days before {run_at:%Y-%m-%d %H:%M}.",
            "There is nothing to make a video of.",
            "Name a day that the feed has entries for, or another feed.",
        )
    return choice


def _run_at(entries: Sequence[FeedEntry], day: date | None) -> tuple[datetime, date]:
    """When the run looks back from, and the day whose video it makes."""
    if day is not None:
        return at_local(day, time.fromisoformat(settings.RENDERHUB_DAILY_AT)), day
    newest = feeds.newest_day(entries)
    if newest is None:
        return clock.now(), clock.now().astimezone(zone()).date()
    return newest, newest.date()  # the publisher's calendar day


def _language_of(entries: Sequence[FeedEntry]) -> str:
    stated = next((entry.language for entry in entries if entry.language), "en")
    return stated if stated in LANGUAGES else "en"
