"""The supervisor's small parts: delays, logs, ports, static files, the command line, the table."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from renderhub.embedded.home import Home
from renderhub.supervisor import cli, crew, login, ports, processes, static
from renderhub.supervisor.crew import Crew, Post
from renderhub.supervisor.processes import Process
from tests.support.waiting import wait_until


def test_delays_grow_to_five_seconds() -> None:
    assert [crew.delay(deaths) for deaths in range(1, 8)] == [0.25, 0.5, 1, 2, 4, 5, 5]


def test_a_process_that_keeps_dying_waits_longer_each_time_and_a_healthy_one_starts_afresh(tmp_path: Path) -> None:
    post = Post(Process("dying", (sys.executable, "-c", "raise SystemExit(3)")), {}, tmp_path, tmp_path / "log")
    now = 1000.0
    post.start(now)
    for deaths in (1, 2, 3):
        assert post.child
        post.child.wait(20)
        post.look(now)
        assert post.deaths == deaths
        post.look(post.due - 0.01)
        assert post.child is None
        now = post.due
        post.look(now)
    assert post.child
    post.child.wait(20)
    post.look(now + crew.HEALTHY_SECONDS)
    assert post.deaths == 1


def test_one_that_keeps_dying_does_not_fill_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post = Post(Process("dying", ("true",)), {}, tmp_path, tmp_path / "log")
    for second in range(100):
        post.started = second
        post.count_death(second, "ended with code 1")
    told = capsys.readouterr().err
    assert told.count("starting it again") == crew.TOLD_AFTER + 1
    assert told.count("Its log ends with") == 2


def test_a_crew_with_a_process_that_cannot_run_is_hopeless(tmp_path: Path) -> None:
    people = Crew([Process("dying", ("true",))], {}, tmp_path, tmp_path)
    for _ in range(crew.HOPELESS_AFTER):
        people.give_up_if_hopeless()
        people.posts[0].count_death(0, "ended with code 1")
    with pytest.raises(crew.Hopeless, match="dying ends right after each start"):
        people.give_up_if_hopeless()


def test_one_that_cannot_be_started_again_is_tried_again(tmp_path: Path) -> None:
    post = Post(Process("missing", (str(tmp_path / "program"),)), {}, tmp_path, tmp_path / "log")
    post.look(1.0)
    assert (post.child, post.deaths) == (None, 1)
    assert post.due > 1.0


def test_every_process_has_its_log(tmp_path: Path) -> None:
    table = [Process(name, (sys.executable, "-c", f"print('I am {name}')")) for name in ("one", "two")]
    people = Crew(table, {}, tmp_path, tmp_path)
    people.start()
    for post in people.posts:
        assert post.child
        post.child.wait(20)
    assert (tmp_path / "one.log").read_text() == "I am one\n"
    assert (tmp_path / "two.log").read_text() == "I am two\n"


def test_a_large_log_is_moved_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("x" * 11)
    crew.rotate(log, limit=11)
    assert log.exists()
    crew.rotate(log, limit=10)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text() == "x" * 11


class TestPorts:
    def test_the_first_free_one_is_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORT", raising=False)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            monkeypatch.setattr(ports, "FIRST", taken.getsockname()[1])
            assert ports.choose("127.0.0.1") > ports.FIRST

    def test_a_named_one_that_is_taken_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            monkeypatch.setenv("PORT", str(port))
            with pytest.raises(ports.PortTaken, match=f"PORT={port}: another program"):
                ports.choose("127.0.0.1")
        assert ports.choose("127.0.0.1") == port

    @pytest.mark.parametrize("named", ["http", "0", "70000", "-1"])
    def test_one_that_is_no_port_is_refused(self, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
        monkeypatch.setenv("PORT", named)
        with pytest.raises(ports.PortTaken, match="1 to 65535"):
            ports.choose("127.0.0.1")


class TestStaticFiles:
    def test_they_are_collected_again_only_when_something_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project, home = tmp_path / "project", Home(tmp_path / "project" / "var")
        (project / "static").mkdir(parents=True)
        (home.folder / "static").mkdir(parents=True)
        (project / "static" / "a.css").write_text("a")
        monkeypatch.setattr(static.fingerprint, "__defaults__", (project,))
        assert static.is_stale(home)
        static.note_collected(home)
        (home.folder / "static" / "collected.css").touch()
        assert not static.is_stale(home)
        (project / "static" / "a.css").write_text("other")
        assert static.is_stale(home)
        static.note_collected(home)
        (project / "requirements.lock").write_text("django==6")
        assert static.is_stale(home)


class TestTheCommandLine:
    def options(self, *words: str) -> tuple[str, ...]:
        return cli.job_options(cli._parser().parse_args(["run", *words]))

    def test_the_jobs_options_are_passed_on(self) -> None:
        given = self.options("--feed", "https://a.example/feed", "--date", "2026-01-31", "--language", "hi")
        assert given == ("--feed", "https://a.example/feed", "--date", "2026-01-31", "--language", "hi")
        assert self.options() == ("--sample",)

    def test_a_relative_feed_is_one_of_the_callers_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        called_from, here = tmp_path / "called from", tmp_path / "here"
        for folder in (called_from, here):
            folder.mkdir()
            (folder / "feed.xml").touch()
        (here / "only-here.xml").touch()
        monkeypatch.chdir(here)
        monkeypatch.setenv("CALLED_FROM", str(called_from))
        assert self.options("--feed", "feed.xml") == ("--feed", str(called_from / "feed.xml"))
        assert self.options("--feed", "only-here.xml") == ("--feed", str(here / "only-here.xml"))
        with pytest.raises(cli.FeedMissing, match="neither an address nor a file"):
            self.options("--feed", "nowhere.xml")

    def test_what_goes_wrong_at_the_start_is_said_in_plain_words(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PORT", "none")
        assert cli.main(["run"]) == 1
        assert capsys.readouterr().err.startswith("RenderHub: PORT=none")


class TestTheTable:
    def test_work_makers_stop_before_workers_and_the_web_last(self) -> None:
        order = {process.name: process.stops for process in processes.processes("127.0.0.1", 8000, 2)}
        assert order["beat"] == order["keeper"] < order["worker-io"] == order["worker-cpu"] == order["worker-control"]
        assert order["web"] > order["worker-io"]

    def test_every_queue_has_a_worker_and_the_cpu_queue_one_process_a_core(self) -> None:
        table = {process.name: process.argv for process in processes.processes("127.0.0.1", 8000, 3)}
        assert {name for name in table if name.startswith("worker-")} == {"worker-io", "worker-cpu", "worker-control"}
        assert table["worker-cpu"][table["worker-cpu"].index("-c") + 1] == "3"
        assert "prefork" in table["worker-cpu"]
        assert "127.0.0.1:8000" in table["web"]


class TestTheLogin:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        home = Home(tmp_path)
        home.prepare()
        return home

    def test_it_is_for_the_operators_eyes_only(self, home: Home) -> None:
        login.keep(home, b'a warning\n{"username": "operator", "password": "word"}\n')
        assert stat.S_IMODE(login.file(home).stat().st_mode) == 0o600
        assert login.lines(home) == ["login: operator", "password: word"]

    def test_a_later_start_that_cannot_know_the_password_keeps_it(self, home: Home) -> None:
        login.keep(home, b'{"username": "operator", "password": "word"}')
        login.keep(home, b'{"username": "operator", "password": ""}')
        assert login.lines(home) == ["login: operator", "password: word"]

    def test_a_new_password_replaces_the_old_one(self, home: Home) -> None:
        login.keep(home, b'{"username": "operator", "password": "old"}')
        login.keep(home, b'{"username": "operator", "password": "new"}')
        assert login.lines(home) == ["login: operator", "password: new"]

    def test_one_that_was_never_known_is_said_so(self, home: Home) -> None:
        assert login.lines(home) == []
        login.keep(home, b'{"username": "operator", "password": ""}')
        assert "changepassword operator" in login.lines(home)[1]


def test_stopping_a_crew_is_bounded_and_whole(tmp_path: Path) -> None:

    stubborn = (
        f"import signal; signal.signal(15, signal.SIG_IGN); open({str(tmp_path / 'ready')!r}, 'w'); signal.pause()"
    )
    people = Crew([Process("stubborn", (sys.executable, "-c", stubborn), grace=0.2)], {}, tmp_path, tmp_path)
    people.start()
    pid = people.pids()["stubborn"]
    wait_until((tmp_path / "ready").exists, 20, "it ignores the signal by now")
    began = time.monotonic()
    people.stop(threading.Event())
    assert 0.2 <= time.monotonic() - began < 8
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
