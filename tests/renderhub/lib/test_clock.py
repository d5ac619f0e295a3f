from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from renderhub.lib import clock

MOMENT = datetime(2026, 3, 1, 4, tzinfo=UTC)


def test_it_tells_the_time_aware_and_in_utc() -> None:
    told = clock.now()
    assert told.tzinfo is UTC
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)


def test_it_can_be_stopped_and_goes_on_afterwards() -> None:
    with clock.frozen(MOMENT):
        assert clock.now() == clock.now() == MOMENT
        with clock.frozen(MOMENT + timedelta(hours=1)):
            assert clock.now() == MOMENT + timedelta(hours=1)
        assert clock.now() == MOMENT
    assert clock.now() != MOMENT


def test_it_goes_on_after_a_failure_too() -> None:
    with pytest.raises(ValueError), clock.frozen(MOMENT):
        raise ValueError
    assert clock.now() != MOMENT
