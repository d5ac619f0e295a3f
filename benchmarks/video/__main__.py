"""`make bench-video`: a daily video of 60 s, 1080p, animated, from the feed to the file, through the real pipeline.

Real servers, a real worker of two processes, a real keeper; the sample day, or the FEED that is named. The last line is
JSON: `video_s, wall_s, cpu_s, ratio` (wall to video; the budget is 1) and `cores_busy`: the share of all cores that was
busy between the start of the first Manim process and the end of the last scene.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from benchmarks.control.measure import cpu_seconds
from renderhub.embedded import servers

ROOT = Path(__file__).resolve().parents[2]
ENGINE = "renders.providers.manim.engine"
WORKER = ("-m", "celery", "-A", "renderhub", "worker", "-Q", "cpu", "-n", "cpu@%h", "-P", "prefork", "-c", "2")
QUIET = ("-O", "fair", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
CHAIN = {"MANIM_CHAIN": "manim,still"}
POLL = 0.1


class Cores:
    """Watches which processes of Manim there are, and how busy all cores of the machine are meanwhile."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self.first: tuple[float, float] | None = None
        self.last: tuple[float, float] | None = None
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def stop(self) -> float:
        """Share of the time between the first Manim process and the last work of any in which cores were busy."""
        self.over.set()
        self.thread.join()
        if not self.first or not self.last:
            return 0.0
        whole, idle = (after - before for before, after in zip(self.first, self.last, strict=True))
        return 1 - idle / whole if whole else 0.0

    def _watch(self) -> None:
        used: dict[int, float] = {}
        while not self.over.wait(POLL):
            engines = _engines()
            if engines and self.first is None:
                self.first = _ticks()
            now = {pid: cpu_seconds([pid]) for pid in engines}
            # A warm engine that waits for the next video uses no time: its last scene is over.
            if any(spent > used.get(pid, 0.0) for pid, spent in now.items()):
                self.last = _ticks()
            used = now


def _engines() -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if ENGINE.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def _ticks() -> tuple[float, float]:
    """All and idle ticks of all cores since the machine started."""
    fields = [float(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields), fields[3] + fields[4]


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="rh-bench-video-"))
    log = (home / "bench.log").open("wb")
    try:
        with servers.start(home) as running:
            env = {**os.environ, **running.urls.environment(), "REDIS_URL": running.urls.redis}
            line = measure(CHAIN | env | {"RENDERHUB_HOME": str(home)}, log)
    finally:
        log.close()
    shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(line))


def measure(env: dict[str, str], log: object) -> dict[str, float]:
    """Ask for the day and wait for it. Returns the figures."""
    _run(env, "migrate", "-v0")
    with ExitStack() as stack:
        worker = _start(stack, env, log, *WORKER, *QUIET)
        keeper = _start(stack, env, log, "manage.py", "keeper")
        time.sleep(4)
        pids = [worker.pid, keeper.pid]
        spent, cores, began = cpu_seconds(pids), Cores(worker.pid), time.monotonic()
        feed = ("--feed", os.environ["FEED"]) if os.environ.get("FEED") else ()
        said = _run(env, "daily_run", "--wait", *feed)
        wall, busy = time.monotonic() - began, cores.stop()
        spent = cpu_seconds(pids) - spent
        print(said, file=sys.stderr)
    video, scenes = _look(env)
    print("\n".join(scenes))
    print(f"{video:.1f} s of video in {wall:.1f} s, {spent:.1f} CPU s of the worker and its children")
    return {
        "video_s": round(video, 2),
        "wall_s": round(wall, 2),
        "cpu_s": round(spent, 2),
        "ratio": round(wall / video, 3),
        "cores_busy": round(busy, 3),
    }


LOOK = """
import json
from renders.models import Asset, Render, Step
render = Render.objects.get()
steps = Step.objects.filter(render=render).order_by("started_at")
rows = [f"{s.stage:<10} {s.segment or '':<4} {s.provider or '-':<12} {s.status}" for s in steps]
print("FIGURES " + json.dumps([float(render.duration or 0), str(render.status), rows]))
"""


def _look(env: dict[str, str]) -> tuple[float, list[str]]:
    """Seconds of the video, and each step with the provider that made it."""
    said = _run(env, "shell", "-v0", "-c", LOOK)
    duration, status, rows = json.loads(said.rpartition("FIGURES ")[2])
    if status != "completed":
        raise SystemExit(f"The video is {status}.\n" + "\n".join(rows))
    if not any(row.startswith("manim") and " manim " in row for row in rows):
        raise SystemExit("No scene was animated: is Manim installed?\n" + "\n".join(rows))
    return float(duration), [str(row) for row in rows]


def _run(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"manage.py {words[0]} failed:\n{done.stdout}{done.stderr}"[-3000:])
    return done.stdout.strip()


def _start(stack: ExitStack, env: dict[str, str], log: object, *argv: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, *argv], cwd=ROOT, env=env, stdout=log, stderr=log)  # type: ignore[call-overload]

    def end() -> None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)
    return process


if __name__ == "__main__":
    main()
