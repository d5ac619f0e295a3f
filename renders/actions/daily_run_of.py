"""The day's video of a subscription, from what its feeds gave (R3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from renders import feeds
from renders.actions import daily_rows as rows
from renders.actions.daily_calendar import Owed
from renders.actions.request import RequestRefused, Wish, request
from renders.domain.job import JobType, NewsItem
from renders.feeds import FeedEntry
from renders.models import DailyRun, Feed, FeedItem, FeedItemUse

WIDEST_DAYS = 7
_MOST_LOOKED_AT = 1_000


class NotMade(Exception):
    """The run cannot be made now; the message says why, in words for the operator."""


@dataclass(frozen=True)
class Made:
    run: DailyRun
    created: bool
    """False where the day's run was there already."""


def is_read(feed: Feed, owed: Owed) -> bool:
    """Whether it was read well for this run."""
    return feed.read_at is not None and feed.read_at >= owed.run_at


def make(owed: Owed, now: datetime, subscribed: Sequence[Feed]) -> Made:
    """Ask for the run's render, from the items of those of its feeds that were read for it. Raises `NotMade`.

    `subscribed`: the subscription's feeds as they are after the reading.
    """
    subscription = owed.subscription
    read = [feed for feed in subscribed if is_read(feed, owed)]
    unread = [_unread(feed) for feed in subscribed if not is_read(feed, owed)]
    workspace, language = subscription.workspace, subscription.language
    with transaction.atomic():
        rows.lock(workspace)
        known = rows.made(workspace, language, owed.day)
        if known is not None:
            return Made(known, created=False)
        items, note = _choose(owed, read, unread)
        wish = _wish(owed, items, now)
        try:
            answer = request(workspace, wish)
        except RequestRefused as refused:
            raise NotMade(f"The video was refused: {refused}") from refused
        sources = ", ".join(feed.title for feed in read if feed.pk in {item.feed_id for item in items})
        run = rows.note_made(workspace, language, owed.day, answer.render, sources, _sentences(note, *unread))
        FeedItemUse.objects.bulk_create(
            FeedItemUse(item=item, run=run, workspace=workspace, language=language) for item in items
        )
    return Made(run, created=True)


def _choose(owed: Owed, read: Sequence[Feed], unread: Sequence[str]) -> tuple[list[FeedItem], str]:
    candidates = list(_candidates(owed.run_at, read)[:_MOST_LOOKED_AT])
    subscription = owed.subscription
    used = FeedItemUse.objects.filter(
        workspace=subscription.workspace_id, language=subscription.language, item__in=[item.pk for item in candidates]
    )
    choice = feeds.choose(
        [_entry(item, owed.run_at) for item in candidates],
        owed.run_at,
        widen_to_days=WIDEST_DAYS,
        used={str(pk) for pk in used.values_list("item_id", flat=True)},
    )
    if not choice.items:
        nothing = f"No feed has an unused entry of the {WIDEST_DAYS} days before the run." if read else ""
        raise NotMade(_sentences(nothing, *unread) or "It has no feeds.")
    found = FeedItem.objects.in_bulk([int(entry.guid) for entry in choice.items])
    return [found[int(entry.guid)] for entry in choice.items], choice.note


def _candidates(run_at: datetime, read: Sequence[Feed]) -> QuerySet[FeedItem]:
    """Newest first, and of those without a date in the feed's own order. An item that says no date is as old as our
    knowledge of it."""
    earliest = run_at - timedelta(days=WIDEST_DAYS)
    dated = Q(published__gt=earliest, published__lte=run_at)
    undated = Q(published__isnull=True, first_seen_at__gt=earliest, first_seen_at__lte=run_at + timedelta(days=1))
    items = FeedItem.objects.filter(dated | undated, feed__in=read).defer("text", "url")
    return items.order_by(Coalesce("published", "first_seen_at").desc(), "id")


def _entry(item: FeedItem, run_at: datetime) -> FeedEntry:
    """For choosing only: its number is what tells it from the items of other feeds."""
    known = item.published or min(item.first_seen_at, run_at)
    return FeedEntry(str(item.pk), item.title, "", "", item.source, known, item.language)


def _news(item: FeedItem) -> NewsItem:
    published = ""
    if item.published is not None:
        published = item.published.astimezone(timezone(timedelta(minutes=item.offset_minutes))).isoformat()
    return NewsItem(item.title, item.text, item.source, item.url, published)


def _wish(owed: Owed, items: Sequence[FeedItem], now: datetime) -> Wish:
    subscription = owed.subscription
    sources = {item.source for item in items}
    title = sources.pop() if len(sources) == 1 else subscription.workspace.name
    wish = Wish(
        job_type=JobType.DAILY_CA,
        name=_name(title, owed.day),
        items=tuple(map(_news, items)),
        style=subscription.style,
        length=subscription.length,
        voice=subscription.voice,
        language=subscription.language,
        aspect_ratio=subscription.aspect_ratio,
        priority=subscription.priority,
        theme=subscription.theme,
        burn_captions=subscription.burn_captions,
        target_date=owed.day,
    )
    # One that is made up for in time is late at most; a day that is over has no deadline any more.
    return replace(wish, due_at=owed.due_at) if now <= owed.last_chance else wish


def _name(title: str, day: date) -> str:
    return f"{title[:180]}, {day.isoformat()}"


def _unread(feed: Feed) -> str:
    return f"{feed.title} could not be read: {feed.error or 'nobody has read it yet.'}"


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
