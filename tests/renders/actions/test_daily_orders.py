"""A day's video that is ordered out of turn is made by beat's daily task (R120)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

from renderhub.celery import app
from renders import periodic
from renders.actions import daily, daily_orders
from renders.management import ordering
from renders.models import DailyOrder, DailyRun, Render
from tests.renders.actions.test_daily import DAY, feed
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture(autouse=True)
def _inside_the_tests_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task looks after its thread's connection; here it is the test's."""
    monkeypatch.setattr(periodic.connection, "close_if_unusable_or_obsolete", lambda: None)


def order(folder: Path, **wanted: object) -> DailyOrder:
    return daily_orders.order(pipeline.workspace(), feed(folder), **{"day": DAY, **wanted})


def test_an_order_is_a_row_until_beats_task_makes_its_run(tmp_path: Path) -> None:
    made = order(tmp_path, length=120)
    assert not Render.objects.exists()
    assert periodic.daily() == 1
    made.refresh_from_db()
    assert made.run is not None
    assert made.run.render is not None
    assert (made.run.render.length, made.run.date) == (120, DAY)


def test_an_order_that_was_made_is_not_made_again(tmp_path: Path) -> None:
    order(tmp_path)
    assert [periodic.daily(), periodic.daily()] == [1, 0]
    assert order(tmp_path).pk
    assert periodic.daily() == 0
    assert {one.run for one in DailyOrder.objects.all()} == {DailyRun.objects.get()}


def test_a_maker_that_died_before_it_noted_the_run_leaves_it_to_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = order(tmp_path)
    with monkeypatch.context() as dying:
        dying.setattr(daily_orders, "_settle", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            periodic.daily()
    assert periodic.daily() == 0
    made.refresh_from_db()
    assert made.run == DailyRun.objects.get()


def test_one_that_cannot_be_made_says_why_and_the_others_are_made(tmp_path: Path) -> None:
    broken = daily_orders.order(pipeline.workspace(), str(tmp_path / "nothing.xml"))
    good = order(tmp_path)
    assert periodic.daily() == 1
    broken.refresh_from_db()
    good.refresh_from_db()
    assert "nothing.xml" in broken.refused
    assert good.run is not None


def test_a_fault_of_ours_ends_the_order_and_not_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = order(tmp_path)
    monkeypatch.setattr(daily, "daily_run", lambda *_, **__: 1 / 0)
    assert periodic.daily() == 0
    made.refresh_from_db()
    assert "ZeroDivisionError" in made.refused


def test_an_order_is_either_made_or_refused(tmp_path: Path) -> None:
    order(tmp_path)
    periodic.daily()
    with pytest.raises(IntegrityError, match="daily_order_made_or_refused"), transaction.atomic():
        DailyOrder.objects.update(refused="no")


def test_beat_looks_at_once_and_once_for_every_order(tmp_path: Path) -> None:
    order(tmp_path)
    entry = ModelEntry(PeriodicTask.objects.get(name=daily_orders.LOOK_NOW), app=app)
    assert (entry.task, entry.options["queue"]) == ("renders.daily", "control")
    assert entry.is_due().next <= 1
    ran = PeriodicTask.objects.get(name=daily_orders.LOOK_NOW)
    ran.total_run_count = 1
    ran.save()
    assert not ModelEntry(ran, app=app).is_due().is_due
    assert not PeriodicTask.objects.get(name=daily_orders.LOOK_NOW).enabled
    order(tmp_path)
    assert PeriodicTask.objects.get(name=daily_orders.LOOK_NOW).enabled


class TestTheCommand:
    @pytest.fixture
    def beat(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """While the command waits, beat's task is run."""
        monkeypatch.setattr(ordering.time, "sleep", lambda _: periodic.daily())

    def told(self, *words: str) -> str:
        out = io.StringIO()
        call_command("daily_run", "--by-beat", *words, stdout=out)
        return out.getvalue()

    @pytest.mark.usefixtures("beat")
    def test_it_waits_for_the_run_and_tells_of_it(self, tmp_path: Path) -> None:
        told = self.told("--feed", feed(tmp_path), "--date", DAY.isoformat())
        assert "4 items: queued" in told
        assert "was asked for already" in self.told("--feed", feed(tmp_path), "--date", DAY.isoformat())
        assert Render.objects.count() == 1

    @pytest.mark.usefixtures("beat")
    def test_what_was_refused_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"nothing\.xml"):
            self.told("--feed", str(tmp_path / "nothing.xml"))

    def test_it_says_when_nobody_looks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ordering, "PATIENCE", 0.0)
        with pytest.raises(CommandError, match="beat or the control worker is not running"):
            self.told("--feed", feed(tmp_path))
        assert DailyOrder.objects.filter(run__isnull=True, refused="").exists()

    def test_subscriptions_are_not_ordered(self) -> None:
        with pytest.raises(CommandError, match="subscriptions by itself"):
            self.told()
