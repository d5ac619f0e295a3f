"""The steps of a worker that died on the keeper's machine are handed on before its lease has run out (R42)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from renders.models import Attempt, Step
from renders.pipeline import local_deaths, recovery
from renders.pipeline.local_deaths import Watch
from renders.pipeline.transitions.claim import claim
from tests.support import pipeline
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(local_deaths, "PROC", tmp_path)
    return tmp_path


def lives(proc: Path, pid: int, *, started: int = 500, state: str = "S", program: str = "celery") -> None:
    folder = proc / str(pid)
    folder.mkdir(exist_ok=True)
    before_start = " ".join("0" for _ in range(18))
    (folder / "stat").write_text(f"{pid} (python (x) y) {state} {before_start} {started} 0 0")
    (folder / "cmdline").write_text(f"python\0-m\0{program}\0worker")


def dies(proc: Path, pid: int) -> None:
    for file in (proc / str(pid)).iterdir():
        file.unlink()


def takes(worker: str) -> Step:
    pipeline.ask(f"{worker} " * 60)
    claimed = claim("cpu", None, worker, 60.0)
    assert claimed is not None
    return Step.objects.get(pk=claimed.step_id)


def status(step: Step) -> str:
    recovery.tick()
    return Step.objects.get(pk=step.pk).status


def test_what_a_dead_worker_held_is_due_again_at_the_next_tick_and_no_attempt_is_spent(proc: Path) -> None:
    watch, step = Watch("here"), takes("here/71")
    lives(proc, 71)
    watch.attend()
    assert status(step) == "running"
    dies(proc, 71)
    watch.attend()
    assert status(step) == "due"
    assert Step.objects.get(pk=step.pk).attempt == 0
    assert [attempt.outcome for attempt in Attempt.objects.filter(step=step)] == ["lost"]


def test_who_was_never_seen_alive_is_not_judged(proc: Path) -> None:
    """Another container of the same name, with a process table of its own."""
    watch, step = Watch("here"), takes("here/71")
    for _ in range(2):
        watch.attend()
    assert status(step) == "running"


def test_a_process_that_is_no_worker_is_not_taken_for_one(proc: Path) -> None:
    watch, step = Watch("here"), takes("here/71")
    lives(proc, 71, program="bash")
    watch.attend()
    dies(proc, 71)
    watch.attend()
    assert status(step) == "running"


def test_workers_of_other_machines_are_left_to_their_leases(proc: Path) -> None:
    watch, step = Watch("here"), takes("there/71")
    lives(proc, 71)
    watch.attend()
    dies(proc, 71)
    watch.attend()
    assert status(step) == "running"


@pytest.mark.parametrize("now", [{"started": 900}, {"state": "Z"}])
def test_a_process_id_that_is_used_again_and_a_zombie_are_no_sign_of_life(proc: Path, now: dict[str, object]) -> None:
    watch, step = Watch("here"), takes("here/71")
    lives(proc, 71)
    watch.attend()
    lives(proc, 71, **now)  # type: ignore[arg-type]
    watch.attend()
    assert status(step) == "due"


def test_the_kernel_is_read_right() -> None:
    sleeper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60) # celery"])
    try:
        assert int(local_deaths.started_at(str(sleeper.pid))) > 0
        assert local_deaths.started_at(str(sleeper.pid)) == local_deaths.started_at(str(sleeper.pid))
        # The fork is there a moment before the program's words are.
        assert wait_until(lambda: local_deaths.is_worker(str(sleeper.pid)), 5, "its command line")
    finally:
        sleeper.kill()
        sleeper.wait()
    assert local_deaths.started_at(str(sleeper.pid)) == ""
