"""The disk that videos lie on: said before it is full, and its end too (R17)."""

from __future__ import annotations

from datetime import UTC, datetime

from alerts import rules
from alerts.acts import Event, Raise, Recover
from alerts.vocabulary import AlertKind, Severity

AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


def event(kind: str, **data: object) -> Event:
    return Event(1, kind, AT, data)


def test_a_disk_that_fills_up_is_a_warning_that_says_how_much_is_left_and_what_waits_there() -> None:
    [act] = rules.acts_of(event("disk.filling", percent=84.3, free_mb=15_600, waiting=12))
    assert isinstance(act, Raise)
    assert (act.kind, act.severity) == (AlertKind.DISK, Severity.WARNING)
    assert act.title == "The media disk is 84 % full"
    assert act.details == "15.6 GB are free. 12 videos lie there and wait for the bucket."
    assert "bucket" in act.remedy


def test_where_nothing_waits_the_bucket_is_not_spoken_of() -> None:
    [act] = rules.acts_of(event("disk.filling", percent=90, free_mb=900, waiting=0))
    assert isinstance(act, Raise)
    assert "bucket" not in act.details + act.remedy


def test_its_end_is_told() -> None:
    [raised] = rules.acts_of(event("disk.filling", percent=84))
    [act] = rules.acts_of(event("disk.roomy", percent=60.2))
    assert isinstance(raised, Raise)
    assert isinstance(act, Recover)
    assert act.cause == raised.cause
