"""The commands: what they print, and the exit code that goes with it (R66)."""

from __future__ import annotations

import io
import json
import signal
import threading
from datetime import UTC, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import OperationalError

from renderhub.lib import clock
from renders.domain.errors import ErrorCode
from renders.management import outcome, progress
from renders.management.commands import keeper
from renders.models import DailyRun, Feed, Membership, Render, User
from renders.pipeline import leader, recovery
from renders.pipeline.transitions import renders
from tests.support import news, pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def told(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "topic.txt"
    path.write_text("﻿A topic\n" + "word " * 60, encoding="utf-8")
    return str(path)


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a command waits, a worker is at it."""
    monkeypatch.setattr(progress.time, "sleep", lambda seconds: pipeline.run_all())


class TestSubmit:
    def test_it_queues_a_render_and_says_its_id(self, text: str) -> None:
        answer = json.loads(told("submit", text, "--json"))
        render = Render.objects.get(pk=answer["render_id"])
        assert (render.name, render.status, answer["created"]) == ("A topic", "queued", True)
        assert json.loads(told("submit", text, "--json")) == answer | {"created": False}
        assert "is being made already" in told("submit", text)

    @pytest.mark.usefixtures("working")
    def test_it_waits_and_names_the_video(self, text: str) -> None:
        lines = told("submit", text, "--wait").splitlines()
        assert lines[-1].startswith("video: /")
        assert any(line.startswith("took: ") for line in lines)

    @pytest.mark.usefixtures("working")
    def test_a_render_that_failed_for_good_is_an_error_with_its_remedy(self, text: str, fakes: Any) -> None:
        fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
        with pytest.raises(CommandError, match="failed for good at script_gen: told to answer INVALID_INPUT") as why:
            told("submit", text, "--wait")
        remedy = Render.objects.get().error_remedy
        assert remedy
        assert str(why.value).count(remedy) == 1

    @pytest.mark.usefixtures("working")
    def test_a_held_or_cancelled_render_is_an_error_too(self, text: str, fakes: Any) -> None:
        fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
        with pytest.raises(CommandError, match="held for an editor"):
            told("submit", text, "--wait")
        renders.cancel(Render.objects.get().pk)
        with pytest.raises(CommandError, match="is cancelled"):
            outcome.tell(Render.objects.get(), io.StringIO())

    @pytest.mark.parametrize(
        ("content", "why"),
        [(None, "cannot be read"), (b"\xff\xfe\x00", "not text in UTF-8"), (b"", "empty"), (b"x" * 20_001, "at most")],
    )
    def test_what_cannot_be_used_is_said_and_nothing_is_stored(
        self, content: bytes | None, why: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.txt"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(CommandError, match=why):
            told("submit", str(path))
        assert not Render.objects.exists()

    def test_an_unknown_workspace_is_said(self, text: str) -> None:
        with pytest.raises(CommandError, match="no workspace 'nobody'"):
            told("submit", text, "--workspace", "nobody")


class TestDailyRun:
    def test_the_sample_day_is_run_once(self) -> None:
        answer = json.loads(told("daily_run", "--json"))
        assert answer["created"]
        assert json.loads(told("daily_run", "--json")) == {"render_id": answer["render_id"], "created": False}
        assert "was asked for already (queued)" in told("daily_run")
        assert DailyRun.objects.get().workspace.slug == "main"

    @pytest.mark.parametrize("language", ["en", "ru", "hi"])
    def test_there_is_a_sample_day_in_each_language(self, language: str) -> None:
        told("daily_run", "--language", language)
        assert Render.objects.get().language == language

    def test_a_feed_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError):
            told("daily_run", "--feed", str(tmp_path / "nothing.xml"))
        assert not Render.objects.exists()

    def test_an_unknown_workspace_is_said(self) -> None:
        with pytest.raises(CommandError, match="no workspace"):
            told("daily_run", "--workspace", "nobody")


class TestDailyRunOfSubscriptions:
    @pytest.fixture(autouse=True)
    def _subscriptions(self, tmp_path: Path) -> None:
        now = clock.now()
        world = news.feed(tmp_path, "world", news.entries(now - timedelta(minutes=5)))
        for slug, language in (("one", "en"), ("one", "hi"), ("two", "en")):
            news.subscribe(world, since=now, slug=slug, language=language, at=time(0))
        news.subscribe(world, since=now, slug="off", enabled=False)

    def today(self) -> str:
        return clock.now().astimezone(UTC).date().isoformat()

    def test_all_of_the_day_are_made_once_and_told_as_json(self, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        with clock.frozen(clock.now().replace(hour=23, minute=59)):
            self._move_news()
            answer = json.loads(told("daily_run", "--json"))
            assert answer["date"] == self.today()
            runs = answer["runs"]
            assert [(run["workspace"], run["language"]) for run in runs] == [
                ("one", "en"),
                ("one", "hi"),
                ("two", "en"),
            ]
            assert all(run["created"] and run["why"] == "" for run in runs)
            again = json.loads(told("daily_run", "--json", "--date", self.today()))
            assert again["runs"] == [run | {"created": False} for run in runs]
            assert "was asked for already (queued)" in told("daily_run", "--workspace", "two")
        assert Render.objects.count() == 3
        assert LogEntry.objects.filter(user__username="command-line").count() == 3, "each is written down, once"

    def test_those_of_one_workspace_or_language(self, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        with clock.frozen(clock.now().replace(hour=23, minute=59)):
            self._move_news()
            told("daily_run", "--workspace", "one", "--language", "hi")
            assert [run.language for run in DailyRun.objects.all()] == ["hi"]
            told("daily_run", "--workspace", "one")
            assert set(DailyRun.objects.values_list("workspace__slug", flat=True)) == {"one"}

    def test_what_cannot_be_made_is_said_and_exits_with_an_error(self) -> None:
        Path(Feed.objects.get().source).write_text("no feed")
        out = io.StringIO()
        with pytest.raises(CommandError, match="world could not be read: The answer is no feed"):
            call_command("daily_run", "--json", stdout=out)
        [run, *_] = json.loads(out.getvalue())["runs"]
        assert (run["render_id"], run["created"]) == (None, False)
        assert "no feed" in run["why"]
        assert not Render.objects.exists()

    def test_a_day_that_has_not_begun_is_refused(self) -> None:
        tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
        with pytest.raises(CommandError, match="has not begun"):
            told("daily_run", "--date", tomorrow)

    def test_a_named_feed_and_the_sample_day_pass_them_by(self, tmp_path: Path) -> None:
        told("daily_run", "--sample")
        told("daily_run", "--feed", str(tmp_path / "world.json"))
        assert {run.workspace.slug for run in DailyRun.objects.all()}.isdisjoint({"one", "two"})
        assert DailyRun.objects.count() == 2

    def _move_news(self) -> None:
        """Published a little before midnight, when the day's runs began."""
        midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        news.rewrite(Feed.objects.get(), news.entries(midnight - timedelta(minutes=1), first=30))


class TestRerender:
    def test_it_queues_a_new_run(self) -> None:
        render = pipeline.ask()
        pipeline.run_all()
        answer = json.loads(told("rerender", str(render.pk), "--from-stage", "revideo", "--json"))
        assert (answer["render_id"], answer["run"], answer["refused"]) == (str(render.pk), 2, False)
        pipeline.run_all()
        assert "Run 3 queued." in told("rerender", str(render.pk))

    def test_what_cannot_be_made_anew_is_an_error(self) -> None:
        import uuid

        with pytest.raises(CommandError, match="no render"):
            told("rerender", str(uuid.uuid4()))
        with pytest.raises(CommandError, match="is queued already") as refusal:
            told("rerender", str(pipeline.ask().pk))
        assert refusal.value.returncode == 1


class TestEnsureOperator:
    def test_the_first_operator_owns_the_main_workspace_and_may_log_in(self) -> None:
        answer = json.loads(told("ensure_operator"))
        user = User.objects.get()
        assert user.is_superuser
        assert user.check_password(answer["password"])
        assert Membership.objects.get(user=user).role == "owner"

    def test_a_second_time_changes_no_password(self) -> None:
        first = json.loads(told("ensure_operator"))
        again = json.loads(told("ensure_operator"))
        assert again["password"] == ""
        assert User.objects.get().check_password(first["password"])
        told("ensure_operator", "--password", "another-one-12345")
        assert User.objects.get().check_password("another-one-12345")


class TestKeeper:
    @pytest.fixture
    def rounds(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Three rounds of the keeper; what it did in them."""
        done: list[str] = []
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        monkeypatch.setattr(
            recovery, "tick", lambda believe_leases=True: done.append("tick" if believe_leases else "careful tick")
        )
        monkeypatch.setattr(recovery, "sweep", lambda: done.append("sweep"))
        monkeypatch.setattr(leader, "try_to_lead", lambda: True)
        monkeypatch.setattr(leader, "leads", lambda: True)
        waits = iter(range(2))

        class Stop(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                if next(waits, None) is None:
                    self.set()
                return self.is_set()

        monkeypatch.setattr(keeper.threading, "Event", Stop)
        monkeypatch.setattr(
            keeper.duties, "start", lambda leading, stop: []
        )  # they have threads, and tests, of their own
        return done

    def test_the_leader_ticks_each_round_and_sweeps_now_and_then(self, rounds: list[str]) -> None:
        call_command("keeper")
        assert rounds == ["tick", "sweep", "tick", "tick"]

    def test_the_one_that_stands_by_does_nothing(self, rounds: list[str], monkeypatch: Any) -> None:
        monkeypatch.setattr(leader, "try_to_lead", lambda: False)
        call_command("keeper")
        assert rounds == []

    def test_a_leader_that_lost_its_lock_stands_by(self, rounds: list[str], monkeypatch: Any) -> None:
        monkeypatch.setattr(leader, "leads", lambda: False)
        call_command("keeper")
        assert rounds == ["tick", "sweep", "tick"]

    def test_a_database_that_is_away_ends_no_keeper(self, rounds: list[str], monkeypatch: Any) -> None:
        from django.db import connection

        tries = []

        def away() -> bool:
            tries.append(1)
            if len(tries) == 1:
                raise OperationalError("server closed the connection")
            return True

        monkeypatch.setattr(leader, "try_to_lead", away)
        monkeypatch.setattr(connection, "close", lambda: rounds.append("a new connection"))
        call_command("keeper")
        assert rounds == ["a new connection", "careful tick", "sweep", "careful tick"], "nobody could renew a lease"
