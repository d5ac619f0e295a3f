from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

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


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has talked to no database yet."""
    monkeypatch.setattr(clock, "_ahead", None)
    monkeypatch.setattr(clock, "_told_at", -float("inf"))


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, which the test moves."""
    shown = [1000.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: shown[0])
    return shown


@pytest.mark.usefixtures("untold")
class TestWhatTheDatabaseTold:
    def test_before_that_it_is_the_machines_time(self) -> None:
        with time_machine.travel(MOMENT, tick=False):
            assert clock.now() == MOMENT
        assert clock.age() == float("inf")

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_it_goes_on_from_there_whatever_the_machine_shows(self, seconds: list[float], hours: int) -> None:
        clock.told(MOMENT, 1000.0)
        with time_machine.travel(MOMENT + timedelta(hours=hours), tick=False):
            assert clock.now() == MOMENT
            seconds[0] += 2.5
            assert clock.now() == MOMENT + timedelta(seconds=2.5)
        assert clock.age() == 2.5

    def test_what_the_database_has_written_by_now_is_not_still_to_come(self, seconds: list[float]) -> None:
        seconds[0] += 0.5
        clock.told(MOMENT, 1000.0)
        assert clock.now() == MOMENT + timedelta(seconds=0.5)

    def test_an_answer_that_was_long_on_its_way_changes_nothing_that_agrees_with_it(self, seconds: list[float]) -> None:
        clock.told(MOMENT, 1000.0)
        seconds[0] += 60
        clock.told(MOMENT + timedelta(seconds=1), 1000.0)
        assert clock.now() == MOMENT + timedelta(seconds=60)

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_a_clock_that_was_set_at_the_database_is_followed(self, seconds: list[float], hours: int) -> None:
        clock.told(MOMENT, 1000.0)
        seconds[0] += 1
        clock.told(MOMENT + timedelta(hours=hours), 1000.99)
        assert abs(clock.now() - MOMENT - timedelta(hours=hours)) < timedelta(seconds=0.02)


@pytest.mark.usefixtures("untold")
class TestWhatLooksOnTheMinute:
    def test_it_waits_for_a_minute_that_begins_in_a_moment(self) -> None:
        clock.told(MOMENT - timedelta(seconds=0.1), time.monotonic())
        assert clock.now() < MOMENT
        clock.let_the_minute_begin()
        assert clock.now() >= MOMENT

    @pytest.mark.parametrize("before", [0.0, 0.5, 30.0, 59.9])
    def test_it_waits_for_no_other(self, before: float, monkeypatch: pytest.MonkeyPatch) -> None:
        clock.told(MOMENT - timedelta(seconds=before), time.monotonic())
        monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"waits {seconds} s"))
        clock.let_the_minute_begin()

    def test_it_does_not_wait_for_a_clock_that_stands(self) -> None:
        with clock.frozen(MOMENT - timedelta(seconds=0.1)):
            clock.let_the_minute_begin()
