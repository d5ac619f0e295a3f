"""I8: the database's clock decides. A worker or keeper whose machine's clock is an hour wrong loses nothing, ends
nothing, and lets nothing wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.core.signals import request_started
from django.db import OperationalError, close_old_connections, connection

from renderhub.lib import clock
from renders.domain.errors import ErrorCode
from renders.domain.job import Priority
from renders.domain.outcomes import Pending
from renders.domain.policy import Retry
from renders.domain.rank import HEAD_START
from renders.domain.steering import Wait
from renders.models import Outlook, PresenceKind, Render, Step
from renders.pipeline import database_clock, enact, handed_out, leader, outlook, presence, recovery, steering
from renders.pipeline.transitions import steps
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture(params=[3600, -3600], ids=["ahead", "behind"])
def wrong_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """This process's machine shows an hour more, or less."""
    connection.ensure_connection()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=request.param), tick=True):
        yield


def from_now(model: type[Step] | type[Render] | type[Outlook], column: str) -> float:
    """Seconds until the moment in the only row of the table that has one, as the database counts."""
    with connection.cursor() as cursor:
        sql = f"SELECT extract(epoch FROM {column} - clock_timestamp())::float8 FROM {model._meta.db_table}"
        cursor.execute(f"{sql} WHERE {column} IS NOT NULL")
        [(seconds,)] = cursor.fetchall()
    return float(seconds)


def the_databases() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [(moment,)] = cursor.fetchall()
    return moment


def about(wanted: float, seconds: float) -> bool:
    """The test's own time is in it."""
    return wanted - 20 < seconds < wanted + 5


@pytest.mark.usefixtures("wrong_clock")
class TestAnHourWrong:
    def test_a_retry_of_two_seconds_is_due_in_two_seconds(self, fakes: Any, settings: Any) -> None:
        settings.RENDERHUB_POLICY = {**settings.RENDERHUB_POLICY, "backoff_base": 0.0}
        pipeline.ask()
        fakes.plan["script_gen"] = [error(ErrorCode.RATE_LIMITED, retry_after=2.0)]
        claimed = take()
        assert isinstance(pipeline.run(claimed), Retry)
        assert about(2, from_now(Step, "wake_at"))
        let_pass(2)
        assert recovery.tick() == [Freed("script_gen", "cpu")]

    def test_a_requeue_is_due_when_it_was_said(self, fakes: Any) -> None:
        pipeline.ask()
        fakes.plan["script_gen"] = [error(ErrorCode.UNAUTHORIZED)]
        pipeline.run_one()
        assert about(300, from_now(Render, "wake_at"))
        assert recovery.tick() == []
        let_pass(300)
        assert recovery.tick() == [Freed("script_gen", "cpu")]

    def test_a_run_is_out_of_its_time_when_it_is(self, settings: Any) -> None:
        pipeline.ask()
        claimed = take()
        let_pass(settings.RENDERHUB_RUN_SECONDS - 60)
        steps.renew([(claimed.step_id, claimed.claim_no)], 8)
        recovery.sweep()
        assert Render.objects.get().status == "processing"
        let_pass(60)
        recovery.sweep()
        assert Render.objects.get().status == "failed"
        assert about(300, from_now(Render, "wake_at"))

    def test_work_elsewhere_is_looked_at_when_it_was_said(self) -> None:
        pipeline.ask()
        enact.left_pending(take(), Pending("job-1", 2.0))
        assert about(2, from_now(Step, "wake_at"))

    def test_a_wait_for_a_service_ends_when_it_was_said_and_takes_no_more_of_the_runs_time(self) -> None:
        pipeline.ask()
        claimed = take()
        began = Render.objects.get().started_at
        until = steering.situation_of(claimed, 0).now + timedelta(seconds=2)
        enact.turned(claimed, Wait(until, "Nobody is there."))
        assert about(2, from_now(Step, "wake_at"))
        assert about(0, (Render.objects.get().started_at - began).total_seconds())

    @pytest.mark.parametrize(("minutes", "hurries"), [(10, True), (-10, False)])
    def test_a_deadline_hurries_while_it_is_still_to_come(self, minutes: int, hurries: bool) -> None:
        pipeline.ask()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE renders_render SET due_at = clock_timestamp() + %s * interval '1 min'", [minutes])
        assert (steering.situation_of(take(), 0).deadline is not None) is hurries

    def test_what_is_expected_is_reckoned_from_now(self) -> None:
        pipeline.ask()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE renders_render SET due_at = clock_timestamp() + interval '30 min'")
        assert outlook.look() == 0
        assert about(0, from_now(Outlook, "updated_at"))

    def test_a_request_takes_its_turn_by_it(self) -> None:
        render = pipeline.ask()
        assert about(0, from_now(Render, "queued_at"))
        assert about(0, from_now(Render, "created_at"))
        assert about(-HEAD_START[Priority(render.priority)], from_now(Render, "to_timestamp(rank)"))

    def test_a_file_is_handed_out_for_an_hour(self, tmp_path: Any) -> None:
        signed = unquote(handed_out.address_of(tmp_path / "file.png").rpartition("/")[2])
        for minutes, key in ((59, "file.png"), (61, None)):
            with clock.frozen(the_databases() + timedelta(minutes=minutes)):
                assert handed_out.key_of(signed) == key

    def test_whoever_asks_the_one_clock_hears_it(self) -> None:
        assert about(0, (clock.now() - the_databases()).total_seconds())


def claim() -> None:
    pipeline.ask()
    assert take()


def renew() -> None:
    pipeline.ask()
    claimed = take()
    believe_a_day_more()
    assert steps.renew([(claimed.step_id, claimed.claim_no)], 8)


def lead() -> None:
    leader.leads()


def leave_a_mark() -> None:
    presence.leave(PresenceKind.WORKER, "one")


def connect() -> None:
    connection.close()
    connection.ensure_connection()


def begin_a_request() -> None:
    request_started.disconnect(close_old_connections)  # it would close the connection of the test's transaction
    request_started.send(sender=None)
    request_started.connect(close_old_connections)


def believe_a_day_more() -> None:
    """What a process believes that has not heard from the database while its clock was set."""
    clock.told(clock.now() + timedelta(days=1), clock.time.monotonic())
    clock._told_at -= database_clock.BELIEVED


@pytest.fixture
def belief(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process believes is given back to the tests after this one."""
    for name in ("_ahead", "_told_at"):
        monkeypatch.setattr(clock, name, getattr(clock, name))


@pytest.mark.usefixtures("belief")
@pytest.mark.parametrize("hear", [claim, renew, lead, leave_a_mark, begin_a_request])
def test_who_talks_to_the_database_hears_the_time(hear: Callable[[], None]) -> None:
    right = datetime.now(UTC)
    believe_a_day_more()
    assert clock.now() - right > timedelta(hours=23)
    hear()
    assert abs(clock.now() - right) < timedelta(seconds=30)


@pytest.mark.usefixtures("belief")
@pytest.mark.django_db(transaction=True)
def test_a_new_connection_tells_it_first() -> None:
    right = datetime.now(UTC)
    believe_a_day_more()
    connect()
    assert abs(clock.now() - right) < timedelta(seconds=30)


def test_it_is_not_asked_for_again_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    database_clock._hear_first(connection)
    monkeypatch.setattr(database_clock, "_hear", lambda connected: pytest.fail("asked"))
    begin_a_request()


@pytest.mark.usefixtures("belief")
def test_a_database_that_does_not_answer_stops_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(connected: object) -> None:
        raise OperationalError("gone")

    believe_a_day_more()
    monkeypatch.setattr(database_clock, "_hear", away)
    begin_a_request()
