"""Everything that `make run` starts, in one table."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from renderhub.embedded.home import Home
from renderhub.supervisor import login
from renderhub.supervisor.static import is_stale, note_collected

Argv = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """Something done once before the processes start. Steps with the same `turn` run side by side.

    `needed` says whether to do it at all (None: always); `done` is called after it succeeded, with what it printed.
    """

    title: str
    argv: Argv
    turn: int = 1
    seconds: float = 300.0
    needed: Callable[[Home], bool] | None = None
    done: Callable[[Home, bytes], None] | None = None


@dataclass(frozen=True)
class Process:
    """A process that is kept running. Those with a lower `stops` are stopped before those with a higher one.

    `grace`: seconds between the stop signal and SIGKILL.
    """

    name: str
    argv: Argv
    stops: int = 2
    grace: float = 20.0
    stop_signal: int = signal.SIGTERM
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What a run consists of. `job` is the foreground command; without one the run only waits."""

    steps: tuple[Step, ...] = ()
    processes: tuple[Process, ...] = ()
    job: Argv | None = None
    address: tuple[str, int] | None = None
    """Where the console answers, or None when there is none."""


def python(*words: str) -> Argv:
    """A command of this same Python."""
    return (sys.executable, *words)


def manage(*words: str) -> Argv:
    """A command of `manage.py`."""
    return python("manage.py", *words)


def worker(queue: str, *words: str) -> Process:
    """A Celery worker for one queue (DESIGN.md section 7)."""
    quiet = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    argv = python("-m", "celery", "-A", "renderhub", "worker", "-Q", queue, "-n", f"{queue}@%h", *words, *quiet)
    return Process(f"worker-{queue}", argv)


def processes(host: str, port: int, cores: int) -> tuple[Process, ...]:
    """The processes of a whole RenderHub. Beat and the keeper stop first: they make new work."""
    gunicorn = ("-m", "gunicorn", "renderhub.wsgi:application", "--bind", f"{host}:{port}", "--no-control-socket")
    threads = ("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "5")
    return (
        Process("web", python(*gunicorn, *threads, "--access-logfile", "-"), stops=3, grace=8.0),
        worker("io", "--pool", "threads", "-c", "8"),
        worker("cpu", "--pool", "prefork", "-c", str(cores), "-O", "fair"),
        worker("control", "--pool", "threads", "-c", "2"),
        # No pid file: one that a killed beat left behind would keep the next from starting.
        Process(
            "beat",
            python("-m", "celery", "-A", "renderhub", "beat", "--pidfile=", "--loglevel", "INFO"),
            stops=1,
            grace=5.0,
        ),
        Process("keeper", manage("keeper"), stops=1, grace=5.0),
    )


def steps() -> tuple[Step, ...]:
    """What must be in place before the processes start."""
    return (
        Step("Preparing the database", manage("migrate", "--noinput", "--verbosity", "0")),
        Step(
            "Collecting the console's files",
            manage("collectstatic", "--noinput", "--verbosity", "0"),
            turn=2,
            needed=is_stale,
            done=note_collected,
        ),
        Step("Preparing your login", manage("ensure_operator"), turn=2, done=login.keep),
    )


def whole(host: str, port: int, job_options: Argv = ()) -> Plan:
    """The plan of `make run`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    job = manage("daily_run", "--by-beat", "--wait", "--progress", *job_options)
    return Plan(steps(), processes(host, port, cores), job, (host, port))
