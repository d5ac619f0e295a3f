"""A whole run of the supervisor, with tiny programs in the place of workers and beat."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from renderhub.drills.looking import alive, below, kill, marked
from renderhub.embedded.home import current_urls
from tests.support.other_user import python_of_another_user
from tests.support.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[3]
Start = Callable[..., subprocess.Popen[str]]
NO_SERVERS = {"DATABASE_URL": "postgresql://elsewhere/db", "BROKER_URL": "redis://elsewhere"}
READY = 60.0
STOPPED = (0, 130)
"""Exit codes of a run that was stopped: while it waited, or while its job was not quite done."""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def start(tmp_path: Path, scratch: Path) -> Iterator[Start]:
    """Starts a supervisor in `home` (a folder of the test's own), with or without embedded servers."""
    started: list[subprocess.Popen[str]] = []

    def go(*words: str, home: Path = tmp_path / "home", env: Mapping[str, str] = NO_SERVERS) -> subprocess.Popen[str]:
        clean = {k: v for k, v in os.environ.items() if k not in NO_SERVERS}
        output = (tmp_path / f"output-{len(started)}").open("w")
        with output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.small_plan", str(home), str(scratch), *words],
                cwd=PROJECT,
                env={**clean, **env},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        started.append(process)
        return process

    yield go
    for process in started:
        process.kill()
        process.wait()
    wait_until(lambda: not marked(str(scratch)), 10, "the test leaves nothing behind")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database is made by the first who starts servers in it."""
    return tmp_path_factory.mktemp("home") / ("very long " * 15) / "home"


def said(tmp_path: Path, number: int = 0) -> str:
    return (tmp_path / f"output-{number}").read_text()


def lines(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1] if path.exists() else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestARun:
    def test_it_prepares_starts_does_the_job_and_waits(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        port = free_port()
        step = "import sys; from pathlib import Path; Path(sys.argv[1], 'prepared').touch()"
        run = start("--process", "worker:2:5", "--port", str(port), "--step", step)
        wait_until(lambda: "console:" in said(tmp_path), READY, "the console is announced")
        wait_until(lambda: lines(scratch / "started"), READY, "the worker has started")
        output = said(tmp_path).split("\n")
        assert "video: /a/path" in output
        assert f"console: http://127.0.0.1:{port}/" in output
        assert output.index("video: /a/path") < output.index(f"console: http://127.0.0.1:{port}/")
        assert (scratch / "prepared").exists()
        assert run.poll() is None
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 0
        assert lines(scratch / "stopped") == ["worker"]

    def test_once_it_ends_with_the_jobs_code(self, start: Start, scratch: Path) -> None:
        run = start("--once", "--process", "worker:2:5", "--job", "import sys; sys.exit(5)")
        assert run.wait(READY) == 5
        assert not marked(str(scratch))

    def test_once_it_gives_up_when_a_process_cannot_run(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        run = start("--once", "--broken", "--job", "import time; time.sleep(600)")
        assert run.wait(READY) == 1
        assert "broken ends right after each start" in said(tmp_path)

    def test_a_failed_job_leaves_the_rest_running(self, start: Start, tmp_path: Path) -> None:
        port = free_port()
        run = start("--port", str(port), "--job", "import sys; sys.exit(5)")
        wait_until(lambda: "console:" in said(tmp_path), READY, "the console is announced")
        assert "job ended with code 5" in said(tmp_path)
        assert run.poll() is None

    def test_a_failed_step_is_shown_and_nothing_is_started(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        run = start("--process", "worker:2:5", "--step", "raise SystemExit('no such table')")
        assert run.wait(READY) == 1
        assert "A step failed" in said(tmp_path)
        assert "no such table" in said(tmp_path)
        assert not (scratch / "started").exists()

    def test_stopped_in_its_job_it_says_so_by_its_code(self, start: Start, scratch: Path) -> None:
        job = "import sys, time; from pathlib import Path; Path(sys.argv[1], 'job').touch(); time.sleep(600)"
        run = start("--once", "--process", "worker:2:5", "--job", job)
        wait_until((scratch / "job").exists, READY, "the job runs")
        run.send_signal(signal.SIGTERM)
        assert run.wait(20) == 130
        assert not marked(str(scratch))

    def test_processes_stop_in_their_order(self, start: Start, scratch: Path) -> None:
        names = ["late:3:9", "worker:2:9", "beat:1:9"]
        run = start(*(word for name in names for word in ("--process", name)))
        wait_until(lambda: len(lines(scratch / "started")) == 3, READY, "all have started")
        run.send_signal(signal.SIGTERM)
        assert run.wait(20) in STOPPED
        assert lines(scratch / "stopped") == ["beat", "worker", "late"]

    def test_one_that_will_not_stop_is_killed_after_its_grace(self, start: Start, scratch: Path) -> None:
        run = start("--process", "stubborn:2:0.3", "--process", "worker:2:5")
        wait_until(lambda: len(lines(scratch / "started")) == 2, READY, "all have started")
        run.send_signal(signal.SIGTERM)
        assert run.wait(20) in STOPPED
        assert not marked(str(scratch))

    def test_a_second_interrupt_stops_at_once(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        run = start("--process", "stubborn:2:600")
        wait_until(lambda: lines(scratch / "started"), READY, "it has started")
        run.send_signal(signal.SIGINT)
        wait_until(lambda: "Stopping:" in said(tmp_path), READY, "it is stopping")
        run.send_signal(signal.SIGINT)
        assert run.wait(20) in STOPPED

    def test_a_killed_process_is_started_again(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        start("--process", "worker:2:5")
        first = int(wait_until(lambda: lines(scratch / "started"), READY, "it has started")[0].split()[1])
        family = [first, *below(first)]
        kill(first)
        wait_until(lambda: len(lines(scratch / "started")) == 2, READY, "it has started again")
        assert not any(map(alive, family))
        assert "worker was ended by SIGKILL" in said(tmp_path)


class TestWithServers:
    def test_processes_are_told_where_the_servers_are(self, start: Start, home: Path, scratch: Path) -> None:
        run = start("--process", "worker:2:5", home=home, env={})
        wait_until((scratch / "worker.env").exists, READY, "the worker has started")
        urls = wait_until(lambda: current_urls(home), READY, "the servers are known")
        wait_until(lambda: (scratch / "worker.env").read_text() == urls.database + urls.broker, 5, "the worker knows")
        run.send_signal(signal.SIGINT)
        assert run.wait(30) in STOPPED
        assert current_urls(home) is None

    def test_killed_it_leaves_nothing_running_and_can_start_again(
        self, start: Start, home: Path, scratch: Path
    ) -> None:
        run = start("--process", "worker:2:5", "--process", "stubborn:2:5", home=home, env={})
        wait_until(lambda: len(lines(scratch / "started")) == 2, READY, "all have started")
        family = below(run.pid)
        assert len(family) > 10
        run.kill()
        run.wait()
        wait_until(lambda: not any(map(alive, family)), 5, "nothing of it is left")
        assert not marked(str(scratch))
        assert start("--once", home=home, env={}).wait(READY) == 0

    def test_a_second_one_in_the_same_home_is_refused(self, start: Start, tmp_path: Path, scratch: Path) -> None:
        first = start("--process", "worker:2:5")
        wait_until(lambda: lines(scratch / "started"), READY, "the first one runs")
        assert start().wait(READY) == 1
        assert f"(process {first.pid})" in said(tmp_path, 1)
        assert first.poll() is None

    def test_another_user_than_root_leaves_nothing_either(self, scratch: Path) -> None:
        other = python_of_another_user()
        if isinstance(other, str):
            pytest.skip(other)
        (uid, gid), python, env = other
        base = Path("/tmp") / f"rh-other-run-{os.getpid()}"
        base.mkdir()
        os.chown(base, uid, gid)
        command = [python, "-m", "tests.support.small_plan", str(base / "home"), str(base), "--process", "worker:2:5"]
        env = {**env, "PATH": os.environ["PATH"], "DATABASE_URL": NO_SERVERS["DATABASE_URL"]}
        try:
            with subprocess.Popen(
                command,
                cwd=PROJECT,
                env=env,
                user=uid,
                group=gid,
                extra_groups=[],
                stdout=subprocess.DEVNULL,
            ) as run:
                wait_until(lambda: lines(base / "started"), READY, "the worker has started")
                family = below(run.pid)
                run.kill()
            wait_until(lambda: not any(map(alive, family)), 5, "nothing of it is left")
        finally:
            subprocess.run(["rm", "-rf", base], check=True)


class TestExec:
    def supervised(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if k not in (*NO_SERVERS, "RENDERHUB_HOME")}
        command = [sys.executable, "-m", "renderhub.supervisor", "exec", "--not-durable", "--", *words]
        return subprocess.run(command, cwd=PROJECT, env={**clean, **env}, capture_output=True, text=True, timeout=READY)

    def test_a_command_gets_servers_of_its_own_and_gives_its_code(self) -> None:
        code = (
            "import os, sys, psycopg2; psycopg2.connect(os.environ['DATABASE_URL']).close()\n"
            "print(os.environ['BROKER_URL'], os.environ['RENDERHUB_HOME'], sys.stdin.read()); sys.exit(7)"
        )
        finished = self.supervised(sys.executable, "-c", code)
        assert finished.returncode == 7, finished.stderr
        broker, home = finished.stdout.split()
        assert broker.startswith("redis+socket://")
        assert not Path(home).exists()

    def test_a_home_that_is_named_is_kept(self, tmp_path: Path) -> None:
        named = {"RENDERHUB_HOME": str(tmp_path / "home"), "DATABASE_URL": NO_SERVERS["DATABASE_URL"]}
        assert self.supervised("true", **named).returncode == 0
        assert (tmp_path / "home" / "log" / "valkey.log").exists()

    def test_a_command_that_is_missing_is_named(self) -> None:
        finished = self.supervised("no-such-command", **NO_SERVERS)
        assert finished.returncode == 1
        assert "no-such-command" in finished.stderr
        assert "Traceback" not in finished.stderr
