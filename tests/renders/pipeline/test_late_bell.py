"""Bells that wait a moment for the worker that may take the step itself."""

from __future__ import annotations

from renders.pipeline.late_bell import LateBell
from renders.pipeline.transitions.steps import Freed
from tests.support.waiting import wait_until

ONE, OTHER = Freed("tts", "cpu"), Freed("manim", "cpu")


def bells(moment: float) -> tuple[LateBell, list[Freed]]:
    rung: list[Freed] = []
    return LateBell(moment, rung.extend), rung


def test_what_nobody_takes_is_rung_for_after_the_moment() -> None:
    late, rung = bells(0.01)
    late.hold([ONE, OTHER])
    wait_until(lambda: rung == [ONE, OTHER], 5, "both bells")


def test_what_is_taken_needs_one_bell_less() -> None:
    late, rung = bells(60)
    late.hold([ONE, ONE, OTHER])
    late.withdraw(ONE)
    late.withdraw(Freed("upload", "cpu"))
    late.ring_now()
    assert rung == [ONE, OTHER]


def test_what_was_rung_is_not_rung_again() -> None:
    late, rung = bells(60)
    late.hold([ONE])
    late.ring_now()
    late.ring_now()
    assert rung == [ONE]


def test_those_held_later_wait_their_own_moment() -> None:
    late, rung = bells(0.01)
    late.hold([ONE])
    wait_until(lambda: rung == [ONE], 5, "the first bell")
    late.hold([OTHER])
    wait_until(lambda: rung == [ONE, OTHER], 5, "the second bell")
