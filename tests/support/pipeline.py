"""Drives the pipeline in the test's own process: claims and runs steps as a worker's task would."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F

from renders.actions.request import Wish, request
from renders.domain.stages import Stage
from renders.models import Asset, Attempt, Render, RenderEvent, RenderFailure, RenderLog, Step, Workspace
from renders.pipeline import enact, recovery, runner
from renders.pipeline.transitions.claim import Claimed, claim
from renders.pipeline.transitions.fence import StaleClaim
from renders.pipeline.transitions.finishing import Taking
from tests.support.providers import Misbehaving
from tests.support.waiting import wait_until

T = TypeVar("T")
TABLES = (Render, Step, Attempt, Asset, RenderLog, RenderFailure, RenderEvent)
"""Everything that a move may write."""

FAKES = {
    "fake": ("tests.support.providers.Fake", "cpu", 1),
    "second": ("tests.support.providers.Second", "cpu", 1),
    "slow": ("tests.support.providers.Slow", "cpu", 1),
}
FAKE_CHAINS = {
    "script_gen": ["fake"],
    "manim": ["fake"],
    "tts": ["fake"],
    "music": [],
    "revideo": ["fake"],
    "upload": ["fake"],
}


def workspace(slug: str = "test") -> Workspace:
    return Workspace.objects.get_or_create(slug=slug, defaults={"name": slug})[0]


def ask(text: str = "word " * 60, **more: Any) -> Render:
    wish = Wish(job_type="topic_short", input_text=text, **more)
    return request(workspace(), wish).render


def take(stage: Any = None, queue: str = "cpu", lease: float = 8.0) -> Claimed | None:
    return claim(queue, stage, "test-worker", lease)


def run_one(queue: str = "cpu") -> Claimed | None:
    """Claim the best due step and run it to its decision, as a task does; None where nothing is due."""
    claimed = take(queue=queue)
    if claimed is None:
        return None
    run(claimed)
    return claimed


def run(claimed: Claimed, losses_allowed: int = 5) -> Any:
    """Run a claimed step to its decision; the decision is answered, None where the provider delivered."""
    try:
        # Inside a test's own transaction a statement that fails must not take the rest of the test with it.
        with transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext():
            runner.run(claimed, losses_allowed)
    except enact.CallFailed as failure:
        with contextlib.suppress(StaleClaim):
            return enact.failed(failure.claimed, failure.error)[0]
    return None


def taking(queue: str = "cpu", seconds: float = 60.0) -> Taking:
    """A worker's leave to go on in place."""
    return Taking(queue, "test-worker", 8.0, time.monotonic() + seconds)


def run_in_place(claimed: Claimed | None) -> list[Claimed]:
    """Run a step and what the worker may go on with, until it has to ask for more."""
    done: list[Claimed] = []
    while claimed is not None:
        done.append(claimed)
        claimed = runner.run(claimed, 5, taking()).taken
    return done


def run_all(limit: int = 200) -> list[Claimed]:
    """Run until nothing is due."""
    done: list[Claimed] = []
    while (claimed := run_one()) is not None:
        done.append(claimed)
        assert len(done) < limit, "the pipeline does not come to rest"
    return done


def make(**more: Any) -> Render:
    """A render on both queues, until nothing of it is due or sleeping any more."""
    render = ask(**more)
    for _ in range(20):
        while run_one("cpu") or run_one("io"):
            pass
        render.refresh_from_db()
        if render.status != "processing":
            break
        let_pass(120)
        recovery.tick(believe_leases=True)
    return render


def take_at(stage: Stage) -> Claimed:
    """A claim of a step of `stage`, once everything before it has run."""
    while (claimed := take(stage)) is None:
        assert run_one() is not None, f"nothing leads to {stage}"
    return claimed


def calls(stage: Stage | str) -> int:
    """How often providers were asked for something of a stage."""
    return sum(call[0] == str(stage) for call in Misbehaving.calls)


def let_pass(seconds: float) -> None:
    """Let time pass: every row is back-dated."""
    back = timedelta(seconds=seconds)
    Step.objects.update(
        wake_at=F("wake_at") - back, lease_until=F("lease_until") - back, due_since=F("due_since") - back
    )
    Render.objects.update(wake_at=F("wake_at") - back, started_at=F("started_at") - back)
    Attempt.objects.update(started_at=F("started_at") - back)


def snapshot() -> dict[str, list[str]]:
    """Every row of every table that a move may write, to be compared with a later one."""
    rows = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            rows[table] = [row[0] for row in cursor.fetchall()]
    return rows


def in_threads(*tasks: Callable[[], T]) -> list[T | BaseException]:
    """Run the tasks at once, each with a connection of its own; what each answered or raised."""
    start = threading.Barrier(len(tasks))
    answers: list[Any] = [None] * len(tasks)

    def work(number: int, task: Callable[[], T]) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            answers[number] = task()
        except BaseException as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a thread hangs"
    return answers


def cut(pid: int) -> None:
    """End a connection of the database from outside, as a restart does."""

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    in_threads(kill)


def wait_for_a_lock() -> None:
    """Until some other connection waits for a lock that this test's open transaction holds."""

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw before
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return bool(cursor.fetchone()[0])

    wait_until(somebody_waits, 10, "somebody to wait for a lock")


def my_pid() -> int:
    """The process that serves this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def check_care() -> None:
    """I1 and what belongs to it, looked at in the rows: whatever is unfinished has somebody or some time that moves
    it on, and what is finished has nobody."""
    for render in Render.objects.all():
        steps = list(Step.objects.filter(render=render, run=render.run))
        told = f"{render.status}: {[(s.stage, s.segment, s.status, s.waits) for s in steps]}"
        under_way = [s for s in steps if s.status in ("running", "due", "sleeping")]
        assert all(s.lease_until for s in under_way if s.status == "running"), told
        assert all(s.wake_at for s in under_way if s.status == "sleeping"), told
        assert all(s.due_since for s in under_way if s.status == "due"), f"no bell would be rung for it: {told}"
        if render.status in ("queued", "processing"):
            assert under_way, f"nothing moves it on: {told}"
        elif render.status == "failed" and not render.final:
            assert render.wake_at, told
            assert any(s.status == "failed" for s in steps), f"a requeue would find nothing: {told}"
        elif render.status == "held":
            assert render.wake_at or render.due_at is None, told
            assert not under_way, told
        else:
            assert not under_way, f"finished, and still worked at: {told}"
        _check_counts(steps, render, told)
    assert not Step.objects.exclude(run=F("render__run")).filter(status__in=("running", "due", "sleeping")).exists()
    assert not Attempt.objects.filter(outcome="under_way", step__status__in=("done", "cancelled", "failed")).exists()


def _check_counts(steps: list[Step], render: Render, told: str) -> None:
    """Fan-in: a waiting step waits for as many as are unfinished before it."""
    order = {"script_gen": 0, "manim": 1, "tts": 1, "music": 1, "revideo": 2, "upload": 3}
    for step in steps:
        if step.status != "waiting":
            continue
        before = [s for s in steps if order[s.stage] < order[step.stage]]
        if step.stage == "upload":
            before = [s for s in before if s.stage == "revideo"]
        unfinished = sum(s.status not in ("done", "placeholder") for s in before)
        if render.status != "cancelled":
            assert step.waits == unfinished + (render.status == "held"), told
