"""Hundreds of tasks through a few connections, in the same memory: what Celery and Django do about them here."""

from __future__ import annotations

from pathlib import Path

import pytest

from renders.pipeline import duties
from tests.support import soundness
from tests.support.plant import Running
from tests.support.standing_plant import SIZES, StandingPlant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes

TASKS = 200
FILMS = 10
GROWTH_MB = 6.0
"""Of all processes of a worker together, over 200 tasks and 10 renders once it is warm."""
SESSIONS = """SELECT pid, backend_start FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'test'"""


@pytest.mark.parametrize("queue", ["cpu", "io"], ids=["prefork", "threads"])
def test_connections_are_kept_over_hundreds_of_tasks_and_memory_stays(quick: StandingPlant, queue: str) -> None:
    worker = quick.usual(queue)
    work_through(quick, queue)
    sessions, memory = set(quick.rows(SESSIONS)), resident_mb(worker)
    work_through(quick, queue)
    kept = set(quick.rows(SESSIONS))
    print(f"{queue}: {len(kept)} connections, {memory:.1f} MB, then {resident_mb(worker):.1f} MB")
    both = sum(SIZES.values())
    assert len(sessions & kept) >= both, "the connections of their processes and threads are still the same ones"
    # The desk opens one anew for each order; nobody else does. Each process may have one more, for its leases.
    assert len(sessions - kept) <= 1
    # The keeper has one for its sweep and one for each of its duties.
    assert len(kept) <= 2 * both + 1 + len(duties._duties)
    assert resident_mb(worker) - memory < GROWTH_MB


def work_through(plant: StandingPlant, queue: str) -> None:
    """Bells for which nothing is due, and renders among them."""
    films = []
    for number in range(TASKS):
        plant.order("ring", stage="tts", queue=queue)
        if number % (TASKS // FILMS) == 0:
            films.append(plant.submit())
    plant.completed(*films)
    wait_until(lambda: plant.broker.llen(queue) == 0, 60, "every bell heard")
    soundness.check(plant, *films)


def resident_mb(worker: Running) -> float:
    """Private memory of all its processes."""
    return sum(_private_kb(pid) for pid in worker.family()) / 1024


def _private_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
