"""What a command costs: its wall time, and the CPU time and peak memory of it and all its descendants together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    peak_mb: float
    output: str


def run(argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end. Raises SystemExit with its last words where it fails."""
    before, began = os.times(), time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in argv], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0.0]
    watching = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watching.start()
    output, complaint = process.communicate()
    wall = time.perf_counter() - began
    watching.join()
    after = os.times()
    if process.returncode:
        raise SystemExit(f"{argv[0]} failed: {complaint[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall, cpu, peak[0], output)


def _watch(pid: int, peak: list[float]) -> None:
    try:
        root = psutil.Process(pid)
        while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
            peak[0] = max(peak[0], sum(map(_resident, (root, *root.children(recursive=True)))) / 1e6)
            time.sleep(EVERY)
    except psutil.NoSuchProcess:
        return


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0.0
