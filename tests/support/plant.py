"""A whole RenderHub of real processes in a folder of its own: PostgreSQL that syncs to disk, Valkey, Celery workers,
keeper, beat and web as the supervisor starts them. Tests hold its work at gates and kill what they like.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import psycopg2
import redis

from renderhub.embedded import postgres, servers, valkey
from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from renderhub.supervisor.processes import Process
from tests.support.processes import alive, below, kill, marked
from tests.support.waiting import wait_until

PATIENCE = 60.0
"""Seconds within which everything must be on its way again, whatever was killed (R42)."""
PROVIDERS = {
    "gated": "tests.support.slow_providers.Gated@cpu",
    "gated_io": "tests.support.slow_providers.GatedIo@io",
    "engine": "tests.support.slow_providers.Engine@cpu",
}
STAGES = ("script_gen", "manim", "tts", "revideo", "upload")
QUICK = {"LEASE_SECONDS": "3", "LEASE_RENEWAL_SECONDS": "1", "SWEEP_SECONDS": "2"}
"""Shorter leases for tests that measure nothing: what is lost is found sooner."""
_names = itertools.count(1)


@dataclass
class Running:
    """One process of the plant, with all that it has started."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def family(self) -> list[int]:
        return [self.pid, *below(self.pid)]

    def pool(self) -> list[int]:
        """The processes of a prefork pool."""
        return children(self.pid)

    def signal_all(self, number: int) -> list[int]:
        """Signal the process and its descendants at one moment; the pids are answered."""
        family = self.family()
        for pid in family:
            kill(pid, number)
        return family

    def wait(self, within: float = 30.0) -> int:
        return self.popen.wait(within)


class Plant:
    """Use as a context manager; whatever it started is gone afterwards."""

    def __init__(
        self, folder: Path, *, like: Path | None = None, chains: Mapping[str, str] | None = None, **environment: str
    ) -> None:
        """`like`: the folder of a plant that was stopped, whose database is taken over. `chains`: providers by stage.
        `environment`: settings, beside those of the production default."""
        self.folder = folder.resolve()
        self._like = like
        self.media = self.folder / "media"
        (self.folder / "gates").mkdir(parents=True)
        wanted = dict.fromkeys(STAGES, "gated") | dict(chains or {})
        self._settings = {f"{stage.upper()}_CHAIN": chain for stage, chain in wanted.items()} | environment
        self.running: list[Running] = []
        self._desk: subprocess.Popen[bytes] | None = None
        self._database: Any = None
        self._undo = ExitStack()

    def __enter__(self) -> Plant:
        with ExitStack() as undo:
            if self._like is not None:
                shutil.copytree(self._like / "postgres", self.folder / "postgres")
            self.servers = undo.enter_context(servers.start(self.folder))
            undo.callback(self._stop_servers)
            undo.callback(self.stop_all)
            if self._like is None:
                subprocess.run(processes.manage("migrate", "-v0"), cwd=PROJECT, env=self.environment(), check=True)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            print(self.logs())
        self._undo.close()

    # Servers

    def environment(self) -> dict[str, str]:
        own = {
            "RENDERHUB_HOME": str(self.folder),
            "CHAOS_FOLDER": str(self.folder),
            "MEDIA_ROOT": str(self.media),
            "PROVIDERS": ",".join(f"{name}={place}" for name, place in PROVIDERS.items()),
            "LOG_FORMAT": "text",
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **own, **self.servers.urls.environment(), **self._settings}

    def stop_server(self, name: str, number: int | None = None) -> None:
        """End `postgres` or `valkey`: in good order, or by a signal to its main process."""
        server = self.servers.running[name]
        if number is not None:
            kill(server.pid, number)
        server.stop()

    def start_server(self, name: str) -> None:
        """Start it again with its data, at its old address."""
        place = self.servers.running[name].socket.parent
        start = {"postgres": postgres.start, "valkey": valkey.start}[name]
        self.servers.running[name] = start(self.servers.home, place)

    def _stop_servers(self) -> None:
        if self._database is not None:
            self._database.close()
        for server in self.servers.running.values():
            server.stop()

    @property
    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.servers.urls.redis)

    # Processes

    def start(self, process: Process, name: str = "") -> Running:
        """Start one of the supervisor's processes as a bare one: no watchdog cleans up after it but its own."""
        name = name or process.name
        log = self.folder / "log" / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                process.argv,
                cwd=PROJECT,
                env=self.environment() | dict(process.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = Running(name, popen, log)
        self.running.append(running)
        return running

    def worker(self, queue: str, pool: str, size: int, name: str, **env: str) -> Running:
        """A Celery worker as the supervisor starts them; two of one queue have different names."""
        words = ("--pool", pool, "-c", str(size), "-O", "fair", "-n", f"{name}@%h")
        return self.start(replace(processes.worker(queue, *words), env=env), name)

    def cpu_worker(self, children: int = 2, name: str = "cpu", **env: str) -> Running:
        return self.worker("cpu", "prefork", children, name, **env)

    def io_worker(self, threads: int = 4, name: str = "io") -> Running:
        return self.worker("io", "threads", threads, name)

    def keeper(self, name: str = "keeper", **env: str) -> Running:
        return self.start(processes.Process("keeper", processes.manage("keeper"), env=env), name)

    def named(self, process: str, name: str = "", port: int = 0) -> Running:
        """Any other process of the supervisor's table."""
        table = {entry.name: entry for entry in processes.processes("127.0.0.1", port, 2)}
        return self.start(table[process], name)

    def stop(self, *running: Running, within: float = 30.0) -> None:
        """SIGTERM, and wait."""
        for one in running:
            one.popen.terminate()
        for one in running:
            one.wait(within)
            self.running.remove(one)

    def kill(self, *running: Running) -> None:
        """SIGKILL for the process and its pool at one moment; the pool's children are their watchdogs' affair."""
        for one in running:
            for pid in (one.pid, *one.pool()):
                kill(pid)
            one.wait()
            self.running.remove(one)

    def clear(self) -> None:
        """Stop all processes and forget all work, for the next test."""
        self.open_all()
        for one in [*self.running]:
            one.signal_all(signal.SIGCONT)
            self.kill(one)
        wait_until(lambda: not self.left_over(), 10, "no process left")
        self.rows("TRUNCATE renders_render, django_celery_beat_periodictask CASCADE; SELECT 1")
        self.broker.flushall()
        (self.folder / "journal").unlink(missing_ok=True)
        shutil.rmtree(self.media, ignore_errors=True)

    def stop_all(self) -> None:
        self.open_all()
        if self._desk is not None:
            with self._desk as desk:
                desk.kill()
        for one in [*self.running]:
            one.signal_all(signal.SIGKILL)
            one.wait()
        self.running.clear()
        for pid in self.left_over():
            kill(pid)

    def left_over(self) -> list[int]:
        """Processes of this plant that no process of ours has any more: orphans."""
        mine = {pid for one in self.running for pid in one.family()}
        mine |= {pid for server in self.servers.running.values() for pid in self._guarded(server.child.watchdog_pid)}
        mine |= {self._desk.pid} if self._desk else set()
        return [pid for pid in marked(str(self.folder)) if pid not in mine]

    def _guarded(self, pid: int) -> list[int]:
        return [pid, *below(pid)]

    # Work

    def order(self, order: str, **more: Any) -> dict[str, Any]:
        """Tell the desk; its answer."""
        if self._desk is None:
            argv = processes.python("-m", "tests.support.plant_desk")
            pipe, log = subprocess.PIPE, (self.folder / "log" / "desk.log").open("ab")
            with log:
                self._desk = subprocess.Popen(
                    argv, cwd=PROJECT, env=self.environment(), stdin=pipe, stdout=pipe, stderr=log
                )
            self._answer()
        _pipe(self._desk.stdin).write(json.dumps({"order": order, **more}).encode() + b"\n")
        _pipe(self._desk.stdin).flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._desk is not None
        answer: dict[str, Any] = json.loads(_pipe(self._desk.stdout).readline())
        assert "error" not in answer, answer["error"]
        return answer

    def submit(self, *hold: str, **wish: Any) -> str:
        """Ask for a video that is held at these stages; its name."""
        film = f"film-{next(_names)}"
        for stage in hold:
            self.gate(film, stage).touch()
        self.order("submit", film=film, **wish)
        return film

    def gate(self, film: str, stage: str) -> Path:
        return self.folder / "gates" / f"{film}.{stage}"

    def open(self, *films: str) -> None:
        """Open every gate of these films."""
        for film in films:
            for gate in self.folder.glob(f"gates/{film}.*"):
                gate.unlink()

    def open_all(self) -> None:
        for gate in self.folder.glob("gates/*"):
            gate.unlink()

    # What can be seen

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._rows(sql, values)
        except psycopg2.DatabaseError as error:
            if isinstance(error, psycopg2.ProgrammingError | psycopg2.DataError):
                raise
            self._forget_database()  # it was restarted
            return self._rows(sql, values)

    def _forget_database(self) -> None:
        with suppress(psycopg2.Error):
            self._database.close()
        self._database = None

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._database is None:
            self._database = psycopg2.connect(self.servers.urls.database, application_name="test")
            self._database.autocommit = True
        with self._database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def value(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def now(self) -> Any:
        """The database's clock, which leases and attempts go by."""
        return self.value("SELECT clock_timestamp()")

    def leader(self) -> int:
        """Wait until a keeper leads; the pid of its database session."""
        sql = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
        return int(wait_until(lambda: self.rows(sql), 30, "a keeper leads")[0][0])

    def rings(self, wanted: int, queue: str = "counted") -> None:
        """Wait until beat has rung so often in a queue from which nobody takes any."""
        wait_until(lambda: self.broker.llen(queue) >= wanted, 30, f"{wanted} bells of beat")

    def held(self, film: str, stage: str, claims: int = 1, within: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait until `claims` calls in all have come to the stage's gate; the journal's lines of them."""

        def asked() -> list[dict[str, Any]] | None:
            lines = [line for line in self.journal(film, stage) if line["event"] == "asked"]
            return lines if len(lines) >= claims else None

        return wait_until(asked, within, f"{claims} call(s) of {stage} for {film}") or []

    def journal(self, film: str = "", stage: str = "") -> list[dict[str, Any]]:
        """What the providers noted, in order."""
        place = self.folder / "journal"
        written = place.read_text().splitlines(keepends=True) if place.exists() else []
        lines = [json.loads(line) for line in written if line.endswith("\n")]  # the last may be half written
        return [line for line in lines if film in ("", line["film"]) and stage in ("", line["stage"])]

    def completed(self, *films: str, within: float = PATIENCE) -> None:
        """Wait until all are completed; fails at once where one has failed."""

        def all_done() -> bool:
            states = dict(self.rows("SELECT name, status FROM renders_render WHERE name = ANY(%s)", list(films)))
            assert "failed" not in states.values(), states
            return all(states[film] == "completed" for film in films)

        wait_until(all_done, within, f"{len(films)} render(s) completed")

    def logs(self) -> str:
        """The end of every log, for a failed test."""
        told = []
        for log in sorted((self.folder / "log").glob("*.log")):
            told.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:]))
        return "\n".join(told)


def children(pid: int) -> list[int]:
    """Direct children of a process, whichever of its threads started them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return [child for child in found if alive(child)]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
