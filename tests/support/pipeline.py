"""Drives the pipeline in the test's own process: claims and runs steps as a worker's task would."""

from __future__ import annotations

from typing import Any

from renders.actions.request import Wish, request
from renders.models import Render, Workspace
from renders.pipeline import enact, runner
from renders.pipeline.transitions.claim import Claimed, claim
from renders.pipeline.transitions.fence import StaleClaim

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
    try:
        runner.run(claimed, losses_allowed=5)
    except enact.CallFailed as failure:
        try:
            enact.failed(failure.claimed, failure.error)
        except StaleClaim:
            pass
    return claimed


def run_all(limit: int = 200) -> list[Claimed]:
    """Run until nothing is due."""
    done: list[Claimed] = []
    while (claimed := run_one()) is not None:
        done.append(claimed)
        assert len(done) < limit, "the pipeline does not come to rest"
    return done
