"""A RenderHub of its own: servers that sync to disk, and processes as the supervisor starts them, in one folder."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import redis

from renderhub.drills.looking import below, children, kill, marked
from renderhub.drills.rows import Rows
from renderhub.embedded import postgres, servers, valkey
from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from renderhub.supervisor.processes import Process
from renders.drills.services import CHAINS, FILMS, PROVIDERS

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
WORKERS = ("cpu", "cpu", "cpu", "io", "io", "control")
"""The queues of the six workers of a drill, each of one process."""

_KEPT = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "MANIM_PYTHON"})
_KEPT_GROUPS = ("LC_", "PYTHON", "DRILL_")


@dataclass
class Post:
    """One process of the site; started again, it is another `popen`."""

    name: str
    process: Process
    popen: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.popen.pid

    def pool(self) -> list[int]:
        """The processes of a prefork pool."""
        return children(self.pid)


class Site:
    """Use as a context manager; whatever it started is gone afterwards."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str] | None = None, chains: Mapping[str, str] = CHAINS
    ) -> None:
        """`folder`: empty, on the disk that media are to lie on. `settings`: beside those of the production default.
        `chains`: of the drill's providers, by stage."""
        self.folder = folder.resolve()
        self.media = self.folder / "media"
        self._settings = {f"{stage.upper()}_CHAIN": chain for stage, chain in chains.items()} | dict(settings or {})
        self.posts: list[Post] = []
        self._desk: subprocess.Popen[bytes] | None = None
        self._undo = ExitStack()

    def __enter__(self) -> Site:
        for name in (FILMS, "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            self.servers = undo.enter_context(servers.start(self.folder))
            undo.callback(self._stop_servers)
            self.rows = Rows(self.servers.urls.database)
            undo.callback(self.rows.close)
            undo.callback(self._stop_processes)
            subprocess.run(processes.manage("migrate", "-v0"), cwd=PROJECT, env=self.environment(), check=True)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def environment(self) -> dict[str, str]:
        """What its processes are told: nothing of the operator's own settings, which name servers, keys and people."""
        kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_GROUPS)}
        own = {
            "RENDERHUB_HOME": str(self.folder),
            "DRILL_FOLDER": str(self.folder),
            "MEDIA_ROOT": str(self.media),
            "PROVIDERS": ",".join(f"{name}={path}@{queue}" for name, (path, queue) in PROVIDERS.items()),
            "LOG_FORMAT": "text",
            "PYTHONUNBUFFERED": "1",
        }
        return {**kept, **own, **self.servers.urls.environment(), **self._settings}

    # Processes

    def start(self, process: Process, name: str = "") -> Post:
        """Start a process bare: nobody cleans up after it but its own watchdogs, as after a real death."""
        name = name or process.name
        post = Post(name, process, self._popen(process, name))
        self.posts.append(post)
        return post

    def worker(self, queue: str, name: str) -> Post:
        """A Celery worker of one process for a queue."""
        words = ("--pool", "prefork", "-c", "1", "-O", "fair", "-n", f"{name}@%h")
        return self.start(replace(processes.worker(queue, *words), name=name))

    def staff(self, workers: Sequence[str] = WORKERS, beats: int = 1, keepers: int = 1) -> list[Post]:
        """Workers by queue, beats and keepers; the workers are answered."""
        beat = next(entry for entry in processes.processes("127.0.0.1", 0, 1) if entry.name == "beat")
        disturbed = processes.python("-m", "renders.drills.disturbed")
        beat = replace(beat, argv=(*disturbed, *beat.argv[2:]))
        keeper = Process("keeper", (*disturbed, "keeper"))
        for number in range(keepers):
            self.start(keeper, f"keeper-{number + 1}")
        for number in range(beats):
            self.start(beat, f"beat-{number + 1}")
        return [self.worker(queue, f"{queue}-{number + 1}") for number, queue in enumerate(workers)]

    def kill(self, post: Post) -> None:
        """SIGKILL for the process and its pool at one moment; what they started is their watchdogs' affair."""
        for pid in (post.pid, *post.pool()):
            kill(pid)
        post.popen.wait()

    def restart(self, post: Post) -> None:
        post.popen = self._popen(post.process, post.name)

    def left_over(self) -> list[int]:
        """Processes of this site that none of its own processes has any more: orphans."""
        ours = [post.pid for post in self.posts]
        ours += [server.child.watchdog_pid for server in self.servers.running.values()]
        mine = {*ours, *below(*ours)} | ({self._desk.pid} if self._desk else set())
        return [pid for pid in marked(f"{self.folder}/") if pid not in mine]

    def stop(self, *posts: Post, within: float = 30.0) -> None:
        """SIGTERM, and wait; SIGKILL for who does not end."""
        for post in posts:
            post.popen.terminate()
        for post in posts:
            try:
                post.popen.wait(within)
            except subprocess.TimeoutExpired:
                self.kill(post)
            self.posts.remove(post)

    def log(self, name: str) -> str:
        path = self.folder / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _popen(self, process: Process, name: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log" / f"{name}.log").open("ab") as output:
            return subprocess.Popen(
                process.argv,
                cwd=PROJECT,
                env=self.environment() | dict(process.env) | {"DRILL_POST": name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_drill,
            )

    def _stop_processes(self) -> None:
        if self._desk is not None:
            with self._desk as desk:
                desk.kill()
        for post in self.posts:
            for pid in (post.pid, *below(post.pid)):
                kill(pid)
            post.popen.wait()
        self.posts.clear()
        for pid in self.left_over():
            kill(pid)

    # Servers

    def flush_broker(self) -> None:
        redis.Redis.from_url(self.servers.urls.redis).flushall()

    def stop_database(self, number: int | None = None) -> None:
        """In good order, or by a signal to its main process."""
        server = self.servers.running["postgres"]
        if number is not None:
            kill(server.pid, number)
        server.stop()

    def start_database(self) -> None:
        self._start("postgres")

    def stop_broker(self) -> None:
        self.servers.running["valkey"].stop()

    def start_broker(self) -> None:
        self._start("valkey")

    def _start(self, name: str) -> None:
        place = self.servers.running[name].socket.parent
        start = {"postgres": postgres.start, "valkey": valkey.start}[name]
        self.servers.running[name] = start(self.servers.home, place)

    def _stop_servers(self) -> None:
        for server in self.servers.running.values():
            server.stop()

    # Work

    def submit(self, wishes: Sequence[Mapping[str, Any]]) -> list[str]:
        """Ask for videos: `{film, ...}` as `desk.submit` takes them; their ids. Raises RuntimeError."""
        if self._desk is None:
            pipe = subprocess.PIPE
            with (self.folder / "log" / "desk.log").open("ab") as log:
                self._desk = subprocess.Popen(
                    processes.python("-m", "renderhub.drills.desk"),
                    cwd=PROJECT,
                    env=self.environment(),
                    stdin=pipe,
                    stdout=pipe,
                    stderr=log,
                    preexec_fn=_die_with_the_drill,
                )
            self._answer()
        _pipe(self._desk.stdin).write(json.dumps(list(wishes)).encode() + b"\n")
        _pipe(self._desk.stdin).flush()
        ids: list[str] = self._answer()["ids"]
        return ids

    def _answer(self) -> dict[str, Any]:
        assert self._desk is not None
        line = _pipe(self._desk.stdout).readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": self.log("desk")[-1000:]}
        if "error" in answer:
            raise RuntimeError(f"The desk could not ask: {answer['error']}")
        return answer


def _die_with_the_drill() -> None:
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
