"""`make bench-control`: RenderHub's control plane and others', interleaved, in one run. See README.md beside this."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.control.measure import cpu_seconds
from renderhub.drills.looking import below, kill
from renderhub.embedded import servers

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
TURNS = 6
"""Of each system in a round: the machine may be half as fast a minute later, and all of them are to meet the same."""
FIRST, WARM, BATCH, ONES = 30, 5, 35, 10
"""Workflows: when a system has started; then of each turn, to be warm, at once, and one after the other."""
STAGES = ("SCRIPT_GEN", "MANIM", "TTS", "REVIDEO", "UPLOAD")
CELERY = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR")
PROVIDERS = "noop=benchmarks.control.noop.Noop@cpu,noop_io=benchmarks.control.noop.NoopIo@io"


@dataclass(frozen=True)
class System:
    name: str
    driver: str
    workers: tuple[tuple[str, ...], ...]
    python: str = sys.executable
    env: dict[str, str] = field(default_factory=dict)
    prepare: tuple[str, ...] = ()
    settle: float = 4.0


@dataclass
class Turns:
    """What the turns of a round came to: seconds, but for `took`, which are milliseconds of each workflow by itself."""

    cpu: float = 0.0
    server: float = 0.0
    whole: float = 0.0
    took: list[float] = field(default_factory=list)


@dataclass
class Figures:
    cpu_ms: list[float] = field(default_factory=list)
    server_ms: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p95_ms: list[float] = field(default_factory=list)
    per_s: list[float] = field(default_factory=list)


def _celery(app: str, queue: str, processes: int = 2) -> tuple[str, ...]:
    pool = ("-P", "prefork", "-c", str(processes), "-O", "fair")
    return ("-m", "celery", "-A", app, "worker", "-Q", queue, "-n", f"{queue}@%h", *pool, *CELERY)


def systems(others_python: str) -> list[System]:
    one = {f"{stage}_CHAIN": "noop" for stage in STAGES}
    two = one | {"MANIM_CHAIN": "noop_io", "TTS_CHAIN": "noop_io", "UPLOAD_CHAIN": "noop_io"}
    ours = {"PROVIDERS": PROVIDERS, "MUSIC_CHAIN": "", "LOG_LEVEL": "WARNING"}
    return [
        System("ours", "ours", (_celery("renderhub", "cpu"),), env=ours | one),
        System("celery", "celery_chain", (_celery("benchmarks.control.celery_chain", "bare"),)),
        System(
            "ours, two queues",
            "ours",
            (_celery("renderhub", "cpu", 1), _celery("renderhub", "io", 1)),
            env=ours | two,
        ),
        System("naive", "celery_orm", (_celery("benchmarks.control.celery_orm", "orm"),)),
        System(
            "dbos",
            "dbos_flow",
            tuple(("-m", "benchmarks.control.dbos_flow", name) for name in ("one", "two")),
            python=others_python,
        ),
        System(
            "procrastinate",
            "procrastinate_flow",
            (("-m", "benchmarks.control.procrastinate_flow", "run"),) * 2,
            python=others_python,
        ),
    ]


Round = dict[str, Turns]


class Session:
    """One system, up and running: its workers, and a driver that submits. It stands still while others have a turn."""

    def __init__(self, system: System, env: dict[str, str], log: Path) -> None:
        self.tag = system.name.replace(" ", "_").replace(",", "")
        self.turns = Turns()
        self._output = log.open("ab")
        whole = {**env, **system.env}
        start = [system.python]
        self.workers = [self._start([*start, *argv], whole) for argv in system.workers]
        self.driver = self._start([*start, "-m", "benchmarks.control.driver", system.driver], whole, pipe=True)
        assert self.driver.stdout is not None
        if self.driver.stdout.readline().strip() != b"ready":
            raise SystemExit(f"{system.name}: its driver did not start; see {log}")
        time.sleep(system.settle)

    def _start(self, argv: list[str], env: dict[str, str], pipe: bool = False) -> subprocess.Popen[bytes]:
        ends = subprocess.PIPE if pipe else self._output
        return subprocess.Popen(
            argv, cwd=ROOT, env=env, stdin=subprocess.PIPE if pipe else None, stdout=ends, stderr=self._output
        )

    def tell(self, mode: str, name: str, count: int) -> dict[str, object]:
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(f"{mode} {name} {count}\n".encode())
        self.driver.stdin.flush()
        return dict(json.loads(self.driver.stdout.readline()))

    def signal(self, number: int) -> None:
        for process in (*self.workers, self.driver):
            for pid in (process.pid, *below(process.pid)):
                kill(pid, number)

    def stop(self) -> None:
        self.signal(signal.SIGCONT)
        for process in (*self.workers, self.driver):
            process.terminate()
        for process in (*self.workers, self.driver):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        self._output.close()


def take_turn(session: Session, name: str, server_pids: list[int]) -> None:
    turns, workers = session.turns, [process.pid for process in session.workers]
    session.tell("batch", f"{name}-warm", WARM)
    before, servers_before = cpu_seconds(workers), cpu_seconds(server_pids)
    turns.whole += float(str(session.tell("batch", f"{name}-batch", BATCH)["whole"]))
    turns.cpu += cpu_seconds(workers) - before
    turns.server += cpu_seconds(server_pids) - servers_before
    took: Any = session.tell("one", f"{name}-one", ONES)["took"]
    turns.took += [1000 * float(value) for value in took]


def measure_round(number: int, wanted: list[System], env: dict[str, str], server_pids: list[int], log: Path) -> Round:
    sessions: dict[str, Session] = {}
    try:
        for system in wanted:
            print(f"round {number} of {ROUNDS}: {system.name} starts", file=sys.stderr, flush=True)
            session = sessions[system.name] = Session(system, env, log)
            session.tell("batch", f"{session.tag}-{number}-first", FIRST)
            session.signal(signal.SIGSTOP)
        for turn in range(TURNS):
            print(f"round {number} of {ROUNDS}: turn {turn + 1} of {TURNS}", file=sys.stderr, flush=True)
            for session in sessions.values():
                session.signal(signal.SIGCONT)
                take_turn(session, f"{session.tag}-{number}-{turn}", server_pids)
                session.signal(signal.SIGSTOP)
    finally:
        for session in sessions.values():
            session.stop()
    return {name: session.turns for name, session in sessions.items()}


def add(round_: Round, figures: dict[str, Figures]) -> None:
    for name, turns in round_.items():
        into, workflows = figures.setdefault(name, Figures()), TURNS * BATCH
        took = sorted(turns.took)
        into.cpu_ms.append(1000 * turns.cpu / workflows)
        into.server_ms.append(1000 * turns.server / workflows)
        into.per_s.append(workflows / turns.whole)
        into.p50_ms.append(took[len(took) // 2])
        into.p95_ms.append(took[int(len(took) * 0.95)])


def main() -> None:
    others = os.environ.get("BENCH_PYTHON", sys.executable)
    home = Path(tempfile.mkdtemp(prefix="rh-bench-"))
    log = home / "bench.log"
    figures: dict[str, Figures] = {}
    only = set(sys.argv[1:])
    with servers.start(home) as running:
        env = {**os.environ, **running.urls.environment(), "REDIS_URL": running.urls.redis}
        env |= {"RENDERHUB_HOME": str(home), "PYTHONWARNINGS": "ignore"}
        _prepare(env, others)
        pids = [server.pid for server in running.running.values()]
        wanted = [system for system in systems(others) if not only or system.name in only]
        for number in range(1, ROUNDS + 1):
            add(measure_round(number, wanted, env, pids, log), figures)
    report(figures)
    shutil.rmtree(home, ignore_errors=True)


def _prepare(env: dict[str, str], others: str) -> None:
    def run(*argv: str) -> None:
        subprocess.run(argv, cwd=ROOT, env=env, check=True)

    run(sys.executable, "manage.py", "migrate", "-v0")
    run(sys.executable, "-c", "from benchmarks.control import celery_orm; celery_orm.prepare()")
    run(sys.executable, "-m", "benchmarks.control.measure", "dbos", "procrastinate")
    run(others, "-m", "benchmarks.control.procrastinate_flow", "prepare")


def report(figures: dict[str, Figures]) -> None:
    def cell(values: list[float], digits: int = 1) -> str:
        return f"{statistics.median(values):7.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"

    names = ("cpu_ms", "server_ms", "p50_ms", "p95_ms", "per_s")
    print(f"{'system':<18}" + "".join(f"{name:>24}" for name in names))
    for system, one in figures.items():
        print(f"{system:<18}" + "".join(f"{cell(getattr(one, name)):>24}" for name in names))
    line: dict[str, float] = {}
    for key, name, other in (("p50_ratio", "p50_ms", "celery"), ("cpu_ratio", "cpu_ms", "celery")):
        if {"ours", other} <= figures.keys():
            pairs = zip(getattr(figures["ours"], name), getattr(figures[other], name), strict=True)
            ratios = [ours / theirs for ours, theirs in pairs]
            print(f"{name} of ours to {other}'s, round by round:{cell(ratios, 2)}")
            line[key] = round(statistics.median(ratios), 3)
    for key, system, name in (
        ("cpu_ms", "ours", "cpu_ms"),
        ("p50_ms", "ours", "p50_ms"),
        ("p95_ms", "ours", "p95_ms"),
        ("per_s", "ours", "per_s"),
        ("two_queues_cpu_ms", "ours, two queues", "cpu_ms"),
        ("two_queues_p50_ms", "ours, two queues", "p50_ms"),
        ("celery_cpu_ms", "celery", "cpu_ms"),
        ("celery_p50_ms", "celery", "p50_ms"),
        ("naive_cpu_ms", "naive", "cpu_ms"),
        ("dbos_cpu_ms", "dbos", "cpu_ms"),
        ("procrastinate_cpu_ms", "procrastinate", "cpu_ms"),
    ):
        if system in figures:
            line[key] = round(statistics.median(getattr(figures[system], name)), 2)
    print(json.dumps(line))


if __name__ == "__main__":
    main()
