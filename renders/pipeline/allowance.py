"""The limits of a provider, kept across all workers (R39): so many calls at once, and so many in a while.

A provider without limits costs nothing here. One with a limit costs a statement a call, and no lock is held while the
call is under way: a slot belongs to a step for as long as that is running under its claim (`models/circuit.py`), so
that nobody gives it back and nobody can forget to. Who gets none sleeps; the end of a call wakes the next one, and
the keeper does where nobody was there to do it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error, connection

from renders.domain.limits import Limit, Rate, read
from renders.models import Slot
from renders.pipeline import bell
from renders.pipeline.transitions.claim import Claimed
from renders.pipeline.transitions.slots import FREE, WAITING, wake_for_slots
from renders.pipeline.transitions.steps import Freed

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks of the keeper."""
LONGEST = 60.0
"""Seconds after which whoever got nothing looks again at the latest."""

# The slots that are free first belong to those who wait and come before this one (R44).
_TAKE_SLOT = f"""
UPDATE renders_slot SET step = %(step)s, claim_no = %(claim)s, taken_at = clock_timestamp()
 WHERE id = (SELECT l.id FROM renders_slot l
              WHERE {FREE}
              ORDER BY l.number
             OFFSET (SELECT count(*) FROM renders_step w
                      WHERE {WAITING} AND (w.rank, w.id) < (%(rank)s, %(step)s))
              LIMIT 1 FOR UPDATE OF l SKIP LOCKED)
"""
_QUEUE = f"""
SELECT (SELECT count(*) FROM renders_slot l WHERE l.provider = %(provider)s),
       (SELECT count(*) FROM renders_step w WHERE {WAITING} AND (w.rank, w.id) < (%(rank)s, %(step)s))
"""
_NEW = "INSERT INTO renders_circuitrow AS c (provider, calls, cool_down, code, message, remedy, {more})"
# `limits.taken` and `limits.next_turn`, where all workers meet.
_TAKE_CALL = f"""
{_NEW.format(more="full_at")}
VALUES (%(provider)s, '[]', 0, '', '', '', %(now)s + %(interval)s * interval '1 second')
    ON CONFLICT (provider) DO UPDATE
   SET full_at = GREATEST(COALESCE(c.full_at, %(now)s), %(now)s) + %(interval)s * interval '1 second'
 WHERE GREATEST(COALESCE(c.full_at, %(now)s), %(now)s) + %(interval)s * interval '1 second'
       <= %(now)s + %(burst)s * interval '1 second'
"""
_TAKE_TURN = f"""
{_NEW.format(more="told_until")}
VALUES (%(provider)s, '[]', 0, '', '', '',
        LEAST(%(now)s + %(spacing)s * interval '1 second', %(now)s + %(longest)s * interval '1 second'))
    ON CONFLICT (provider) DO UPDATE
   SET told_until = LEAST(GREATEST(COALESCE(c.told_until, %(now)s), %(now)s) + %(spacing)s * interval '1 second',
                          %(now)s + %(longest)s * interval '1 second')
RETURNING told_until
"""
_IN_USE = """
SELECT l.provider, count(*) FROM renders_slot l JOIN renders_step s ON s.id = l.step AND s.provider = l.provider
 WHERE s.status = 'running' AND s.claim_no = l.claim_no OR s.job_id <> '' AND s.status IN ('running', 'sleeping', 'due')
 GROUP BY l.provider
"""


@dataclass(frozen=True)
class Refused:
    """No call is to be had now."""

    look_again: datetime
    why: str
    for_slot: bool = False
    """It is woken before then when a call ends."""


def limit_of(provider: str) -> Limit | None:
    return limits().get(provider)


def limits() -> Mapping[str, Limit]:
    """Raises `LimitMalformed`; a system check says so at start (renders/checks.py)."""
    return _limits(tuple(settings.RENDERHUB_PROVIDER_LIMITS))


def take(claimed: Claimed, limit: Limit, now: datetime, expected: float) -> Refused | None:
    """Take a slot and a call off the rate. `expected`: seconds that a call takes, by which slots come free."""
    if limit.at_once is not None:
        ahead = _take_slot(claimed, limit.at_once)
        if ahead is not None:
            wait = min((ahead + 1) * max(expected / limit.at_once, 0.1), LONGEST)
            told = f"{limit.at_once} of its calls are under way, its limit"
            return Refused(now + timedelta(seconds=wait), told, for_slot=True)
    if limit.rate is not None and not _take_call(claimed.provider, limit.rate, now):
        told = f"{limit.rate.calls} calls in {limit.rate.seconds:g} s are its limit"
        return Refused(_turn(claimed.provider, now, limit.rate.interval), told)
    return None


def in_use() -> dict[str, int]:
    """Calls under way, of the providers that may have so many at once."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        return {provider: int(count) for provider, count in cursor.fetchall()}


def call_next(provider: str) -> list[Freed]:
    """A call of `provider` has ended: whoever waits for its slot is due now, and is answered. Costs nothing where the
    provider has no such limit; it never fails who has just finished, for the keeper calls them within a second."""
    limit = limit_of(provider)
    if limit is None or limit.at_once is None:
        return []
    try:
        return wake_for_slots(provider, limit.at_once)
    except Error as error:
        if connection.in_atomic_block:
            raise
        logger.warning("Nobody was called for the free slot of %s: %s", provider, str(error).strip())
        connection.close()
        return []


def attend() -> None:
    """The keeper's duty: slots of workers that died, of renders that were cancelled, of a limit that was raised."""
    for provider, limit in limits().items():
        if limit.at_once is not None:
            bell.ring(wake_for_slots(provider, limit.at_once))


def _take_slot(claimed: Claimed, at_once: int) -> int | None:
    """None where it got one; else how many are before it."""
    _make_slots(claimed.provider, at_once)
    values: dict[str, Any] = {
        "step": claimed.step_id,
        "claim": claimed.claim_no,
        "rank": claimed.rank,
        "provider": claimed.provider,
        "at_once": at_once,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SLOT, values)
        if cursor.rowcount:
            return None
        cursor.execute(_QUEUE, values)
        slots, ahead = cursor.fetchone()
        if slots >= at_once:
            return int(ahead)
        # The rows that this process knew of are gone: a database that was set back, or made anew.
        _make_slots.cache_clear()
        _make_slots(claimed.provider, at_once)
        cursor.execute(_TAKE_SLOT, values)
        return None if cursor.rowcount else int(ahead)


@lru_cache(maxsize=256)
def _make_slots(provider: str, at_once: int) -> None:
    """The rows, once a process."""
    rows = [Slot(provider=provider, number=number) for number in range(1, at_once + 1)]
    Slot.objects.bulk_create(rows, ignore_conflicts=True)


def _take_call(provider: str, rate: Rate, now: datetime) -> bool:
    values: dict[str, Any] = {"provider": provider, "now": now, "interval": rate.interval}
    values["burst"] = rate.burst * rate.interval
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_CALL, values)
        return bool(cursor.rowcount)


def _turn(provider: str, now: datetime, spacing: float) -> datetime:
    """The next place among those who wait: each looks again when, by then, his call should be there."""
    values: dict[str, Any] = {"provider": provider, "now": now, "spacing": spacing, "longest": LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, values)
        turn: datetime = cursor.fetchone()[0]
    return turn


@lru_cache(maxsize=8)
def _limits(entries: tuple[str, ...]) -> Mapping[str, Limit]:
    return read(list(entries))
