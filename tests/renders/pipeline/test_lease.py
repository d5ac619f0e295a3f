"""The leases that a process holds (R42, I2): renewed while they are ours, given up when they are not."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from renders.models import Step
from renders.pipeline import lease, recovery
from renders.pipeline.lease import LeaseKeeper
from renders.pipeline.transitions import renders, steps
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> LeaseKeeper:
    """One without its thread: the tests make its rounds."""
    made = LeaseKeeper()
    monkeypatch.setattr(made, "_start", lambda: None)
    return made


def test_what_is_held_is_renewed_and_what_is_not_is_not(keeper: LeaseKeeper) -> None:
    pipeline.ask()
    claimed = take()
    with keeper.holding(claimed, 60) as held:
        let_pass(7)
        keeper._renew(list(keeper._held.values()))
        assert (Step.objects.get(pk=claimed.step_id).lease_until - timezone.now()).total_seconds() > 7
        assert not held.cancelled.is_set()
    assert keeper._held == {}


def test_it_is_given_back_when_the_work_fails(keeper: LeaseKeeper) -> None:
    pipeline.ask()
    with pytest.raises(ValueError), keeper.holding(take(), 60):
        raise ValueError
    assert keeper._held == {}


@pytest.mark.parametrize("how", ["cancelled", "lost", "taken by another"])
def test_a_provider_is_stopped_when_its_step_is_not_ours_any_more(how: str, keeper: LeaseKeeper) -> None:
    render = pipeline.ask()
    claimed = take()
    with keeper.holding(claimed, 60) as held:
        if how == "cancelled":
            renders.cancel(render.pk)
        else:
            let_pass(9)
            recovery.tick()
        if how == "taken by another":
            take()
        keeper._renew([held])
        assert held.cancelled.is_set()


def test_one_lost_step_does_not_stop_the_others(keeper: LeaseKeeper) -> None:
    pipeline.ask()
    pipeline.run_one()
    mine, lost = take(), take()
    with keeper.holding(mine, 60) as mine_held, keeper.holding(lost, 60) as lost_held:
        steps.hand_back(lost)
        keeper._renew([mine_held, lost_held])
        assert (mine_held.cancelled.is_set(), lost_held.cancelled.is_set()) == (False, True)


def test_a_call_that_does_not_end_at_its_time_limit_is_no_longer_believed(keeper: LeaseKeeper) -> None:
    """R19: its lease is left to run out, so that the step is not this worker's for ever."""
    pipeline.ask()
    claimed = take()
    with keeper.holding(claimed, -lease._GRACE - 1) as held:
        let_pass(7)
        keeper._renew([held])
        assert held.cancelled.is_set()
        let_pass(2)
        assert recovery.tick() == [steps.Freed("script_gen", "cpu")]


def test_a_database_that_is_away_for_a_moment_stops_nothing(keeper: LeaseKeeper, monkeypatch: Any) -> None:
    def away(*_: Any) -> set[int]:
        raise OperationalError("gone")

    closed: list[int] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(1))
    pipeline.ask()
    with keeper.holding(take(), 60) as held:
        with monkeypatch.context() as patch:
            patch.setattr(steps, "renew", away)
            keeper._renew([held])
        assert not held.cancelled.is_set()
        assert closed == [1], "the next round asks on a new connection"
        keeper._renew([held])
        assert not held.cancelled.is_set()


def test_a_worker_that_stops_stops_all_it_has_in_hand_and_what_it_took_just_before(keeper: LeaseKeeper) -> None:
    pipeline.ask()
    pipeline.run_one()
    with keeper.holding(take(), 60) as one:
        assert not keeper.stopping
        keeper.hand_back_all()
        with keeper.holding(take(), 60) as other:
            assert (one.cancelled.is_set(), one.handed_back) == (True, True)
            assert (other.cancelled.is_set(), other.handed_back) == (True, True)
    assert keeper.stopping


def test_two_claims_of_one_step_are_told_apart(keeper: LeaseKeeper) -> None:
    """A zombie's and its successor's, in one process."""
    pipeline.ask()
    zombie = take()
    let_pass(9)
    recovery.tick()
    successor = take()
    with keeper.holding(zombie, 60) as old, keeper.holding(successor, 60) as new:
        keeper._renew([old])
        keeper._renew([new])
        assert (old.cancelled.is_set(), new.cancelled.is_set()) == (True, False)


class Ended(Exception):
    pass


class EndsWithItsTest(LeaseKeeper):
    """Its thread can be told to end, and gives its connection back then."""

    thread: threading.Thread
    over = False

    def _renew(self, held: list[lease.Held]) -> None:
        if self.over:
            raise Ended
        super()._renew(held)

    def _renew_for_ever(self) -> None:
        self.thread = threading.current_thread()
        with suppress(Ended):
            super()._renew_for_ever()
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_its_thread_renews_by_itself_and_rests_when_nothing_is_held(settings: Any) -> None:
    settings.RENDERHUB_LEASE_RENEWAL_SECONDS = 0.01
    pipeline.ask()
    claimed = take()
    keeper = EndsWithItsTest()
    with keeper.holding(claimed, 60) as held:
        let_pass(5)
        short = Step.objects.get(pk=claimed.step_id).lease_until
        wait_until(lambda: Step.objects.get(pk=claimed.step_id).lease_until > short, 10, "a renewal")
        renders.cancel(claimed.render_id)
        wait_until(held.cancelled.is_set, 10, "the thread to tell of the cancel")
    wait_until(lambda: not keeper._wanted.is_set(), 10, "the thread to rest")
    keeper.over = True
    with keeper.holding(claimed, 60):
        keeper.thread.join(10)
    assert not keeper.thread.is_alive()
