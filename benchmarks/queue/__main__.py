"""What a claim costs with 100,000 renders waiting, and how long one workspace's thousands keep another's one waiting.

`python -m benchmarks.queue` starts servers of its own. See README.md beside this.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from renderhub.embedded import servers

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WAITING = int(os.environ.get("WAITING", "100000"))
CLAIMS = 200
JOBS = 10_000
"""Of the workspace that asks for much."""
RATIO = 1.5


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="rh-queue-"))
    try:
        with servers.start(home) as running:
            env = {**os.environ, **running.urls.environment(), "RENDERHUB_HOME": str(home), "LOG_LEVEL": "ERROR"}
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
            argv = [sys.executable, "-m", "benchmarks.queue", "measure"]
            return subprocess.run(argv, cwd=ROOT, env=env).returncode
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()
    from benchmarks.queue import rows

    empty: list[float] = []
    full: list[float] = []
    read: dict[str, float] = {}
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        rows.clear()
        empty += _claims(rows, read, "empty")
        rows.fill(WAITING)
        full += _claims(rows, read, "full")
    rows.clear()
    place = rows.place_of_one_beside(JOBS)
    figures: dict[str, Any] = {
        "waiting": WAITING,
        "claim_p50_empty_ms": round(1000 * statistics.median(empty), 3),
        "claim_p50_full_ms": round(1000 * statistics.median(full), 3),
        "ratio": round(statistics.median(full) / statistics.median(empty), 2),
        "rows_read_empty": read["empty"],
        "rows_read_full": read["full"],
        "jobs_of_another": JOBS,
        "served_as_number": place,
    }
    for name, value in figures.items():
        print(f"{name:<22} {value}")
    print(json.dumps(figures))
    return 0 if figures["ratio"] <= RATIO and place <= 2 else 1


def _claims(rows: Any, read: dict[str, float], name: str) -> list[float]:
    """Seconds of each claim; of one render a time, which is served before all that wait."""
    took = []
    for number in range(CLAIMS):
        rows.ask(f"{name}-{number}-{time.time()}")
        began = time.perf_counter()
        taken = rows.take()
        took.append(time.perf_counter() - began)
        rows.finish(taken)
    read[name] = rows.read_by_one_claim()
    return took


if __name__ == "__main__":
    sys.exit(measure() if sys.argv[1:] == ["measure"] else main())
