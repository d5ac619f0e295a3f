"""Beat or workers silent, queues over their limits: one alert a cause, closed by the return (R71, R72)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.acts import Event, Raise, Recover
from alerts.rules import acts_of
from alerts.vocabulary import AlertKind, Severity

NOW = datetime(2026, 11, 10, 6, 0, tzinfo=UTC)


def event(kind: str, **data: Any) -> Event:
    return Event(id=1, kind=kind, at=NOW, data=data)


@pytest.mark.parametrize("who", ["beat", "workers"])
def test_silence_is_critical_and_over_with_the_return(who: str) -> None:
    [raised] = acts_of(event(f"{who}.silent", seconds=190))
    assert isinstance(raised, Raise)
    assert (raised.kind, raised.severity, raised.cause) == (AlertKind.SILENT, Severity.CRITICAL, f"silent/{who}")
    assert "3 m 10 s" in raised.details
    assert raised.remedy
    [over] = acts_of(event(f"{who}.back", seconds=1))
    assert isinstance(over, Recover)
    assert over.cause == raised.cause


@pytest.mark.parametrize(
    ("measure", "value", "limit", "said"),
    [
        ("depth", 612, 500, "612 steps wait; 500 is the limit."),
        ("age", 2400, 1800, "40 m 00 s; 30 m 00 s is the limit."),
    ],
)
def test_a_queue_over_its_limit_says_by_how_much(measure: str, value: float, limit: float, said: str) -> None:
    data = {"what": f"queue/cpu/{measure}", "queue": "cpu", "measure": measure, "value": value, "limit": limit}
    [raised] = acts_of(event("queue.over_limit", **data))
    assert isinstance(raised, Raise)
    assert said in raised.details
    assert (raised.kind, raised.severity) == (AlertKind.QUEUE, Severity.WARNING)
    [over] = acts_of(event("queue.within_limit", **data))
    assert isinstance(over, Recover)
    assert over.cause == raised.cause == f"queue/cpu/{measure}"
