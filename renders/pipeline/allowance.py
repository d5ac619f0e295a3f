"""The limits of a provider, kept across all workers (R39): so many calls at once, and so many in a while.

A provider without limits costs nothing here. One with a limit costs a statement a call, and no lock is held while the
call is under way: a slot belongs to a step for as long as that is running under its claim (`models/circuit.py`), so
that nobody gives it back and nobody can forget to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from renders.domain.limits import Limit, Rate, read
from renders.models import Slot
from renders.pipeline.transitions.claim import Claimed

LONGEST = 60.0
"""Seconds after which whoever got nothing looks again at the latest."""

# A slot that somebody took while this statement looked may hold a claim that is younger than what it sees: such a one
# is passed by (but for one from a future that a clock set back has left behind).
_TAKE_SLOT = """
UPDATE renders_slot SET step = %(step)s, claim_no = %(claim)s, taken_at = clock_timestamp()
 WHERE id = (SELECT l.id FROM renders_slot l
              WHERE l.provider = %(provider)s AND l.number <= %(at_once)s
                AND (l.taken_at IS NULL OR l.taken_at <= statement_timestamp()
                     OR l.taken_at > statement_timestamp() + interval '1 minute')
                AND NOT EXISTS (SELECT 1 FROM renders_step s
                                 WHERE s.id = l.step AND s.provider = l.provider
                                   AND (s.status = 'running' AND s.claim_no = l.claim_no
                                        OR s.job_id <> '' AND s.status IN ('running', 'sleeping', 'due')))
              ORDER BY l.number LIMIT 1 FOR UPDATE OF l SKIP LOCKED)
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


def limit_of(provider: str) -> Limit | None:
    return limits().get(provider)


def limits() -> Mapping[str, Limit]:
    """Raises `LimitMalformed`; a system check says so at start (renders/checks.py)."""
    return _limits(tuple(settings.RENDERHUB_PROVIDER_LIMITS))


def take(claimed: Claimed, limit: Limit, now: datetime, expected: float) -> Refused | None:
    """Take a slot and a call off the rate. `expected`: seconds that a call takes, by which slots come free."""
    if limit.at_once is not None and not _take_slot(claimed, limit.at_once):
        spacing = max(expected / limit.at_once, 0.1)
        return Refused(_turn(claimed.provider, now, spacing), f"{limit.at_once} of its calls are under way, its limit")
    if limit.rate is not None and not _take_call(claimed.provider, limit.rate, now):
        told = f"{limit.rate.calls} calls in {limit.rate.seconds:g} s are its limit"
        return Refused(_turn(claimed.provider, now, limit.rate.interval), told)
    return None


def in_use() -> dict[str, int]:
    """Calls under way, of the providers that may have so many at once."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE)
        return {provider: int(count) for provider, count in cursor.fetchall()}


def _take_slot(claimed: Claimed, at_once: int) -> bool:
    _make_slots(claimed.provider, at_once)
    values: dict[str, Any] = {
        "step": claimed.step_id,
        "claim": claimed.claim_no,
        "provider": claimed.provider,
        "at_once": at_once,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SLOT, values)
        if cursor.rowcount:
            return True
    if Slot.objects.filter(provider=claimed.provider).count() >= at_once:
        return False
    # The rows that this process knew of are gone: a database that was set back, or made anew.
    _make_slots.cache_clear()
    _make_slots(claimed.provider, at_once)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_SLOT, values)
        return bool(cursor.rowcount)


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
