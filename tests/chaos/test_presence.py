"""Real workers and beats leave their marks, and take them away when they end in good order (R46, R71)."""

from __future__ import annotations

import pytest

from tests.support.plant import Plant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
MARKS = "SELECT kind, split_part(name, '@', 1), queues, size FROM renders_presence ORDER BY kind"


def test_a_worker_and_a_beat_are_seen_and_the_killed_one_leaves_its_mark_behind(quick: Plant) -> None:
    worker = quick.cpu_worker(3, "draws")
    beat = quick.named("beat")
    both = [("beat", "beat", [], 0), ("worker", "draws", ["cpu"], 3)]
    wait_until(lambda: quick.rows(MARKS) == both, 30, "both marks")
    quick.kill(beat)
    quick.stop(worker)
    assert quick.rows(MARKS) == both[:1]
