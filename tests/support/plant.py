"""A whole RenderHub of real processes in a folder of its own: PostgreSQL that syncs to disk, Valkey, Celery workers,
keeper, beat and web as the supervisor starts them. Tests hold its work at gates and kill what they like.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Self

from renderhub.drills.looking import below, kill, marked
from renderhub.embedded import postgres, servers, valkey
from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from renderhub.supervisor.processes import Process
from tests.support.plant_view import PATIENCE, PlantView
from tests.support.running import Running
from tests.support.waiting import wait_until

PROVIDERS = {
    "gated": "tests.support.slow_providers.Gated@cpu",
    "gated_io": "tests.support.slow_providers.GatedIo@io",
    "engine": "tests.support.slow_providers.Engine@cpu",
}
STAGES = ("script_gen", "manim", "tts", "revideo", "upload")
QUICK = {"LEASE_SECONDS": "3", "LEASE_RENEWAL_SECONDS": "1", "SWEEP_SECONDS": "2"}
"""Shorter leases for tests that measure nothing: what is lost is found sooner."""
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_names = itertools.count(1)


class Plant(PlantView):
    """Use as a context manager; whatever it started is gone afterwards."""

    def __init__(
        self,
        folder: Path,
        *,
        like: Path | None = None,
        durable: bool = True,
        chains: Mapping[str, str] | None = None,
        **environment: str,
    ) -> None:
        """`like`: the folder of a plant that was stopped, whose database is taken over. `durable`: the database syncs
        to disk, for tests that end it. `chains`: providers by stage. `environment`: settings, beside those of the
        production default."""
        self.folder = folder.resolve()
        self._like, self._durable = like, durable
        self.media = self.folder / "media"
        (self.folder / "gates").mkdir(parents=True)
        wanted = dict.fromkeys(STAGES, "gated") | {"music": ""} | dict(chains or {})
        self._settings = {f"{stage.upper()}_CHAIN": chain for stage, chain in wanted.items()} | environment
        self.running: list[Running] = []
        self._desk: subprocess.Popen[bytes] | None = None
        self._undo = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            if self._like is not None:
                shutil.copytree(self._like / "postgres", self.folder / "postgres")
            self.servers = undo.enter_context(servers.start(self.folder, durable=self._durable))
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
        self._forget_database()
        for server in self.servers.running.values():
            server.stop()

    # Processes

    def start(self, process: Process, name: str = "") -> Running:
        """Start one of the supervisor's processes as a bare one: nobody cleans up after it but its own watchdogs."""
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
                preexec_fn=_die_with_the_test,
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
        """A keeper; the one of this name where it runs already."""
        for one in self.running:
            if one.name == name:
                return one
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
        """Kill all processes but the usual keeper and forget all work, for the next test."""
        self.open_all()
        for one in [*self.running]:
            one.signal_all(signal.SIGCONT)
            if one.name != "keeper":
                self.kill(one)
        wait_until(lambda: not self.left_over(), 10, "no process left")
        self.rows("TRUNCATE renders_render, renders_presence, django_celery_beat_periodictask CASCADE; SELECT 1")
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
        ours = [one.pid for one in self.running]
        ours += [server.child.watchdog_pid for server in self.servers.running.values()]
        mine = {*ours, *below(*ours)} | ({self._desk.pid} if self._desk else set())
        return [pid for pid in marked(f"{self.folder}/") if pid not in mine]

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


def _die_with_the_test() -> None:
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


__all__ = ["PATIENCE", "PROVIDERS", "QUICK", "STAGES", "Plant", "Running"]
