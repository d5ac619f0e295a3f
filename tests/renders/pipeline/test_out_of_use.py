"""An operator takes a service out of use and back: all workers go by it (R10, R39)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from renderhub.lib import clock
from renders.domain.steering import Begin, Skip, Wait
from renders.models import CircuitRow, Render, RenderLog, Service, Step
from renders.pipeline import circuits, out_of_use, readiness, recovery, steering
from tests.renders.pipeline.test_circuits import alone, asked, fail, later, narrate, opened, services, work  # noqa: F401
from tests.support import pipeline

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("services")]


def take_out(reason: str = "") -> None:
    assert out_of_use.take_out("service", "anna", reason)
    circuits.board.forget()


def take_back() -> None:
    assert out_of_use.take_back("service")
    circuits.board.forget()


def waiting() -> Any:
    return Step.objects.filter(status="sleeping").exclude(waits_for="")


class TestOut:
    def test_its_fallback_does_the_work_at_once_and_the_log_says_who_and_why(self) -> None:
        take_out("a new  data\ncentre")
        claimed = narrate()
        pipeline.run(claimed)
        step = Step.objects.get(pk=claimed.step_id)
        assert (step.status, step.provider, step.attempt, asked()) == ("due", "local", 0, 0)
        since = CircuitRow.objects.get().out_since
        told = f"service: skipped: it is out of use since {since:%d %b %H:%M} UTC, by anna: a new data centre"
        assert step.degraded == told
        assert RenderLog.objects.get(step_name="tts", status="skipped").error_message == told

    def test_who_knew_it_as_in_use_goes_by_it_after_the_next_look(self) -> None:
        claimed = narrate()
        assert steering.before_call(claimed) == Begin()
        out_of_use.take_out("service", "anna")
        assert circuits.REMEMBERED <= 2.0
        circuits.board.forget()
        assert isinstance(steering.before_call(claimed), Skip)

    def test_as_a_fallback_it_is_passed_by(self, settings: Any) -> None:
        settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["other", "service", "local"]}
        take_out()
        Service.objects.create(
            name="other", status="down", since=clock.now(), checked_at=clock.now(), error="connection refused"
        )
        turn = steering.before_call(narrate())
        assert isinstance(turn, Skip)
        assert turn.provider == "local"

    def test_where_nobody_else_is_there_renders_wait_unspent_and_are_made_when_it_is_back(self, settings: Any) -> None:
        alone(settings)
        take_out("maintenance")
        pipeline.ask()
        work()
        assert asked() == 0
        assert set(waiting().values_list("attempt", flat=True)) == {0}
        assert "service: it is out of use since" in waiting()[0].waits_for
        assert Render.objects.get().status == "processing"
        take_back()
        with later(out_of_use.KNOWN_BY_ALL.total_seconds() + 0.1):
            recovery.tick()
            work()
        assert Render.objects.get().status == "completed"
        assert Render.objects.get().retry_count == 0

    def test_what_it_answers_does_not_take_it_back(self) -> None:
        claimed = narrate()
        take_out()
        circuits.answered(claimed, probe=True)
        for _ in range(5):
            fail(claimed)
        with later(61):
            assert isinstance(steering.before_call(claimed), Skip)
            circuits.answered(claimed, probe=True)
            circuits.board.forget()
            turn = steering.before_call(claimed)
        assert isinstance(turn, Skip)
        assert "out of use" in turn.reason

    def test_it_is_taken_out_once_and_the_first_word_stays(self) -> None:
        take_out("mine")
        assert not out_of_use.take_out("service", "boris", "no, mine")
        assert CircuitRow.objects.values_list("out_by", "out_reason").get() == ("anna", "mine")

    def test_a_reason_is_bounded_and_can_always_be_stored(self) -> None:
        take_out("x\x00" * 2000)
        assert len(CircuitRow.objects.get().out_reason) <= 1000

    def test_a_run_that_begins_says_so(self) -> None:
        take_out()
        note = readiness.note()
        assert "Out of use: service (tts)." in note.text
        assert note.status == "degraded"

    def test_nobody_is_out_without_a_name(self) -> None:
        with pytest.raises(IntegrityError):
            CircuitRow.objects.create(provider="service", out_since=clock.now())


class TestBack:
    def test_it_is_called_again(self) -> None:
        take_out()
        take_back()
        assert steering.before_call(narrate()) == Begin()
        assert CircuitRow.objects.values_list("out_since", "out_by", "out_reason").get() == (None, "", "")

    def test_one_that_is_left_alone_is_tried_by_one_call_at_once(self) -> None:
        first = opened()
        take_back()
        second = narrate()
        assert steering.before_call(first) == Begin()
        assert isinstance(steering.before_call(second), Skip)
        fail(first)
        assert CircuitRow.objects.get().cool_down == 120

    def test_one_that_was_found_down_is_called_and_told_once_when_it_is_up(self) -> None:
        service = Service.objects.create(name="service", status="down", since=clock.now(), checked_at=clock.now())
        circuits.board.forget()
        assert isinstance(steering.before_call(narrate()), Skip)
        take_back()
        assert steering.before_call(narrate()) == Begin()
        service.refresh_from_db()
        assert service.status == "down"

    def test_a_pause_that_it_asked_for_is_over(self, settings: Any) -> None:
        alone(settings)
        CircuitRow.objects.create(provider="service", limited_until=clock.now() + timedelta(days=2))
        claimed = narrate()
        assert isinstance(steering.before_call(claimed), Wait)
        take_back()
        assert steering.before_call(claimed) == Begin()

    def test_who_waits_for_others_sleeps_on(self, settings: Any) -> None:
        alone(settings)
        take_out()
        claimed = narrate()
        pipeline.run(claimed)
        retried = narrate()
        Step.objects.filter(pk=retried.step_id).update(
            status="sleeping", lease_until=None, wake_at=clock.now() + timedelta(seconds=40)
        )
        take_back()
        soon = clock.now() + out_of_use.KNOWN_BY_ALL
        assert Step.objects.get(pk=claimed.step_id).wake_at <= soon
        assert Step.objects.get(pk=retried.step_id).wake_at > soon

    def test_what_is_in_use_is_left_as_it_is(self) -> None:
        Service.objects.create(name="service", status="up", since=clock.now(), checked_at=clock.now())
        CircuitRow.objects.create(provider="service")
        assert not out_of_use.take_back("service")
        assert not out_of_use.take_back("unheard of")
