"""What the leading keeper does beside its sweep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError

from renders.pipeline import duties
from tests.support.waiting import wait_until


class Keeper:
    def __init__(self) -> None:
        self.leading, self.stop = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, *works: Callable[[], object]) -> None:
        for number, work in enumerate(works):
            duties.register(f"duty {number}", 0.005, work)
        self.threads = duties.start(self.leading, self.stop)

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    monkeypatch.setattr(duties, "_duties", {})
    monkeypatch.setattr(duties.connection, "close", lambda: None)
    made = Keeper()
    yield made
    made.end()


def test_a_duty_is_done_again_and_again_by_the_one_that_leads(keeper: Keeper) -> None:
    done: list[int] = []
    rounds = threading.Semaphore(0)
    keeper.start(lambda: done.append(1), rounds.release)
    keeper.leading.set()
    wait_until(lambda: len(done) >= 3, 5, "three times")


def test_the_one_that_stands_by_does_nothing(keeper: Keeper) -> None:
    done: list[int] = []
    looked = threading.Event()
    real = keeper.leading.is_set
    keeper.leading.is_set = lambda: (looked.set(), real())[1]  # type: ignore[method-assign]
    keeper.start(lambda: done.append(1))
    assert looked.wait(5)
    keeper.end()
    assert done == []


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), OperationalError("the database is away")])
def test_a_duty_that_fails_is_tried_again(keeper: Keeper, error: Exception) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise error

    keeper.start(work)
    keeper.leading.set()
    wait_until(lambda: len(tries) >= 4, 5, "the tries after the failures")


def test_a_duty_that_hangs_holds_up_no_other(keeper: Keeper) -> None:
    free, done = threading.Event(), []
    keeper.start(free.wait, lambda: done.append(1))
    keeper.leading.set()
    wait_until(lambda: len(done) >= 3, 5, "the other duty")
    free.set()


def test_all_end_when_the_keeper_is_told_to_stop(keeper: Keeper) -> None:
    keeper.start(lambda: None)
    keeper.leading.set()
    keeper.end()
    assert not any(thread.is_alive() for thread in keeper.threads)
