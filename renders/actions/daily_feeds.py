"""Reads the feeds of the daily runs into rows, and notes how each feed is (R3).

A feed is fetched outside of any transaction, by a child process with a deadline; whoever reads it has claimed it by a
row, so that two beats, two ticks or an operator's click ask its publisher once.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from renderhub.lib import clock
from renders import feeds
from renders.feeds import FeedEntry, FeedError
from renders.feeds.reading import SECONDS
from renders.models import Feed, FeedItem
from renders.pipeline import outbox

logger = logging.getLogger(__name__)

AGAIN = timedelta(minutes=5)
"""A feed is asked again after so long, while a run waits for what it gives."""
AT_ONCE = 4
"""Readers side by side; each is a process."""
BEGINS_WITHIN = 45.0
"""Seconds of one round in which readings are begun; what is left then is the next round's: the control queue has other
work, too."""
_LONGEST_GUID = 500
_QUERY = re.compile(r"(?<=[^\s?])\?[^\s?]+=\S*")
_KEPT = ("title", "text", "url", "source", "language", "published", "offset_minutes", "seen_at")


def refresh(wanted: Iterable[Feed]) -> None:
    """Read those of the feeds that nobody is reading. Those that were well come first: whoever hangs, hangs last."""
    begun = time.monotonic()
    todo = sorted(wanted, key=lambda feed: (feed.broken_since is not None, feed.pk))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feed") as pool:
        while todo and time.monotonic() - begun < BEGINS_WITHIN:
            # A few at a time, claimed just before: a claim that waits for a thread would run out.
            some, todo = todo[:AT_ONCE], todo[AT_ONCE:]
            reading = {pool.submit(_fetched, feed.source, SECONDS): feed for feed in some if _claim(feed)}
            for done in as_completed(reading):
                _note(reading[done], done)


def read_now(feed: Feed, seconds: float = 20.0) -> bool:
    """Read one feed because somebody asks for it; False where somebody else is reading it. How it went is noted on the
    feed."""
    if not _claim(feed):
        return False
    answered: Future[list[FeedEntry]] = Future()
    try:
        answered.set_result(_fetched(feed.source, seconds))
    except FeedError as error:
        answered.set_exception(error)
    _note(feed, answered)
    return True


def shown_source(source: str) -> str:
    """The source without its query, which may hold a key: for events, mails and logs (R112)."""
    parts = urlsplit(source) if "://" in source else None
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts else source


def _fetched(source: str, seconds: float) -> list[FeedEntry]:
    return feeds.read(source, settings.RENDERHUB_FETCH_PRIVATE_HOSTS, seconds=seconds)


def _claim(feed: Feed) -> bool:
    free = Q(reading_until__isnull=True) | Q(reading_until__lt=Now())
    until = Now() + timedelta(seconds=SECONDS + 30)
    return bool(Feed.objects.filter(free, pk=feed.pk).update(reading_until=until))


def _note(feed: Feed, answered: Future[list[FeedEntry]]) -> None:
    try:
        _note_well(feed, answered.result())
    except FeedError as error:
        _note_broken(feed, error)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # A fault of ours must not stop the other feeds, nor hide.
        logger.exception("A feed could not be read: %s", shown_source(feed.source))
        what = f"The feed could not be taken in: {type(error).__name__}."
        _note_broken(feed, FeedError(what, "This is a fault of RenderHub, not of the feed.", "See the worker's log."))


def _note_well(feed: Feed, entries: Sequence[FeedEntry]) -> None:
    now = clock.now()
    with transaction.atomic():
        row = _locked(feed)
        if row is None:
            return
        FeedItem.objects.bulk_create(
            _items(row, entries, now),
            update_conflicts=True,
            unique_fields=["feed", "guid"],
            update_fields=_KEPT,
        )
        if row.broken_since is not None:
            outbox.tell("feed.recovered", **_about(row), broken_since=row.broken_since)
        row.read_at = row.tried_at = now
        row.broken_since = row.reading_until = None
        row.error = row.remedy = ""
        row.save(update_fields=["read_at", "tried_at", "broken_since", "reading_until", "error", "remedy"])


def _note_broken(feed: Feed, error: FeedError) -> None:
    now = clock.now()
    with transaction.atomic():
        row = _locked(feed)
        if row is None:
            return
        turned, row.broken_since = row.broken_since is None, row.broken_since or now
        row.error, row.remedy = _without_address(f"{error.what} {error.means}", row)[:2000], error.remedy[:1000]
        row.tried_at, row.reading_until = now, None
        row.save(update_fields=["tried_at", "broken_since", "reading_until", "error", "remedy"])
        if turned:
            outbox.tell("feed.broken", **_about(row), error=row.error, remedy=row.remedy)
    logger.warning("Feed %s is broken: %s", feed.title, row.error)


def _without_address(told: str, feed: Feed) -> str:
    """An address may hold a key in its query (R112), and whoever reads of a feed knows which one it is."""
    for source in (feed.source, feed.source[:200]):
        told = told.replace(source, "The feed")
    return _QUERY.sub("", told)


def _locked(feed: Feed) -> Feed | None:
    """None where it was deleted while it was read."""
    return Feed.objects.select_for_update(no_key=True).filter(pk=feed.pk).first()


def _about(feed: Feed) -> dict[str, object]:
    return {"feed_id": feed.pk, "title": feed.title, "url": shown_source(feed.source)}


def _items(feed: Feed, entries: Sequence[FeedEntry], now: datetime) -> list[FeedItem]:
    found: dict[str, FeedItem] = {}
    for entry in entries:  # in the feed's order, which is newest first: new rows get their numbers by it
        guid = _key(entry.guid)
        if guid not in found:
            found[guid] = _item(feed, guid, entry, now)
    return list(found.values())


def _item(feed: Feed, guid: str, entry: FeedEntry, now: datetime) -> FeedItem:
    published = entry.published
    offset = published.utcoffset() if published else None
    return FeedItem(
        feed=feed,
        guid=guid,
        title=entry.title,
        text=entry.text,
        url=entry.url,
        source=entry.source or feed.title,
        language=entry.language[:40],
        published=published.astimezone(UTC) if published else None,
        offset_minutes=int((offset or timedelta()).total_seconds() // 60),
        first_seen_at=now,
        seen_at=now,
    )


def _key(guid: str) -> str:
    return guid if len(guid) <= _LONGEST_GUID else "sha256:" + hashlib.sha256(guid.encode()).hexdigest()
