"""Which entries make up the day (R3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from renders.feeds.entry import FeedEntry
from renders.text.words import Print

_DAY_HOURS = 24


@dataclass(frozen=True)
class Choice:
    items: tuple[FeedEntry, ...]
    """Newest first, no two of them the same story."""
    window_hours: int
    """Hours before the run that had to be looked at."""
    note: str
    """In words for the log: where the window was widened, or why there are few; empty where all is as planned."""


def choose(
    entries: Sequence[FeedEntry],
    run_at: datetime,
    hours: int = 24,
    widen_to_days: int = 7,
    at_least: int = 3,
    at_most: int = 6,
    used: Collection[str] = (),
) -> Choice:
    """The newest entries of the `hours` before `run_at`, the window widened a day at a time until there are enough.

    An entry belongs to a window if it was published after its beginning and not after `run_at`. Of entries with the
    same guid or a nearly equal title, the newest counts. Entries without a date are used only if no entry has one:
    then the feed's own order counts as newest first, as feeds are written. Entries with a guid of `used`, and those
    that tell the same story, are left out. Raises ValueError for a naive `run_at`.
    """
    if run_at.tzinfo is None:
        raise ValueError("run_at must be aware")
    dated = [entry for entry in entries if entry.published is not None]
    if not dated:
        items = _without_doubles(entries, at_most, used)
        return Choice(
            tuple(items), hours, "No entry has a date: the first of the feed were taken." if items else _nothing(hours)
        )
    past = sorted((entry for entry in dated if _moment(entry) <= run_at), key=_moment, reverse=True)
    ordered = _without_doubles(past, at_most, used)
    widest = max(hours, widen_to_days * _DAY_HOURS)
    window = hours
    while True:
        begins = run_at - timedelta(hours=window)
        inside = [entry for entry in ordered if _moment(entry) > begins]
        if len(inside) >= at_least or window >= widest:
            return Choice(tuple(inside), window, _note(len(inside), hours, window, at_least))
        window = min(window + _DAY_HOURS, widest)


def newest_day(entries: Sequence[FeedEntry]) -> datetime | None:
    """The run that a feed's newest entry belongs to: a second after it, with its offset. None if none has a date."""
    moments = [entry.published for entry in entries if entry.published is not None]
    return max(moments) + timedelta(seconds=1) if moments else None


def _moment(entry: FeedEntry) -> datetime:
    return entry.published or datetime.min.replace(tzinfo=UTC)


def _without_doubles(entries: Sequence[FeedEntry], most: int, used: Collection[str]) -> list[FeedEntry]:
    """The first `most`: whoever has a thousand entries compares a handful of titles, not a million pairs."""
    kept: list[FeedEntry] = []
    guids: set[str] = set(used)
    titles = [Print.of(entry.title, entry.language or "en") for entry in entries if entry.guid in guids]
    for entry in entries:
        if len(kept) == most:
            break
        title = Print.of(entry.title, entry.language or "en")
        if entry.guid not in guids and not any(title.is_near(other) for other in titles):
            kept.append(entry)
            guids.add(entry.guid)
            titles.append(title)
    return kept


def _note(found: int, hours: int, window: int, at_least: int) -> str:
    if not found:
        return _nothing(window)
    days = f"the window was widened from {hours} to {window} hours"
    if found < at_least:
        return f"Only {found} of at least {at_least} entries found, although {days}."
    return f"Too few entries were new: {days}." if window > hours else ""


def _nothing(window: int) -> str:
    return f"No entry was published in the {window} hours before the run."
