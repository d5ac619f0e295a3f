"""The rollup: which days have to be counted anew, and counting them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from monitoring import terms
from monitoring.figures.days import day_of
from monitoring.figures.histogram import GROWTH, SHORTEST
from monitoring.models import DailyStat, RunOutcome, Subject
from monitoring.rollup.measure import measure
from monitoring.rollup.statements import OF_RUNS, PROMISES
from renderhub.lib import clock

_LOCK = 0x52_48_44_53
"""Of the database's advisory locks: one rollup at a time; the second one has nothing left to do."""
_PRUNED_AT_ONCE = 5_000


def roll_up() -> int:
    """Count anew each day of which something has changed since the last time; how many days."""
    while measure():
        pass
    now = clock.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        days = _days_with_new_runs()
        _count(days, OF_RUNS, [Subject.RENDER, Subject.STAGE, Subject.CALL, Subject.FAILURE], now)
        promised = _days_with_new_promises(now)
        _count(promised, [PROMISES], [Subject.SLA], now)
    return len(days | promised)


def prune() -> int:
    """Drop outcomes older than `KEEP_DAYS`, in batches; how many. Their days' figures and the promises stay."""
    before = day_of(clock.now(), terms.zone()) - timedelta(days=settings.RENDERHUB_KEEP_DAYS)
    gone = 0
    while True:
        oldest = RunOutcome.objects.filter(date__lt=before).order_by("date").values("pk")[:_PRUNED_AT_ONCE]
        dropped, _ = RunOutcome.objects.filter(pk__in=oldest).delete()
        gone += dropped
        if dropped < _PRUNED_AT_ONCE:
            return gone


def _days_with_new_runs() -> set[date]:
    """Marks them as counted first: what ends meanwhile is counted now, and marked the next time."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE monitoring_runoutcome SET rolled = TRUE WHERE NOT rolled AND measured RETURNING date")
        return {row[0] for row in cursor.fetchall()}


def _days_with_new_promises(now: datetime) -> set[date]:
    """Days whose promises have changed, and those on which something may have become due with no event to tell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_slarecord SET rolled = TRUE WHERE NOT rolled AND due_at <= %s RETURNING date", [now]
        )
        return {row[0] for row in cursor.fetchall()}


def _count(days: set[date], statements: Sequence[str], subjects: Sequence[Subject], now: datetime) -> None:
    values: dict[str, float | datetime | date] = {"growth": GROWTH, "shortest": SHORTEST, "now": now}
    for day in sorted(days):
        DailyStat.objects.filter(date=day, subject__in=subjects).delete()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values | {"day": day})
