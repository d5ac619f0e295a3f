"""A recorded run is simulated with its own draws, and compared with what really became of it (R78)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitoring.simulation.replay import RecordMalformed, replay
from monitoring.simulation.world import World
from renders.domain.errors import ErrorCode, GenerationError

STAGES = ("script_gen", "manim", "tts", "revideo", "upload")
WORLD = World({}, {}, tick=1.0)


def call(stage: str, segment: str = "", attempt: int = 1, error: dict[str, Any] | None = None) -> dict[str, Any]:
    about = {"render": "film", "stage": stage, "segment": segment, "provider": "drill", "requeues": 0}
    return about | {"attempt": attempt, "seconds": 2.0, "error": error, "jitter": 0.5}


def recorded(**more: Any) -> dict[str, Any]:
    """One render of one segment whose upload failed once: five stages, manim and tts side by side."""
    failed = GenerationError(ErrorCode.API_ERROR, "drill", "down").to_json()
    told = {
        "seed": 1,
        "fail": 0.0,
        "workers": {"cpu": 4},
        "chains": {stage: [{"name": "drill", "queue": "cpu"}] for stage in STAGES} | {"music": []},
        "overhead": 0.0,
        "renders": [
            {
                "name": "film",
                "status": "completed",
                "degraded": False,
                "at": 0.0,
                "due": 100.0,
                "ready": 13.0,
                "segments": 1,
            }
        ],
        "calls": [
            call("script_gen"),
            call("manim", "s1"),
            call("tts", "s1"),
            call("revideo"),
            call("upload", error=failed),
            call("upload", attempt=2),
        ],
    }
    return told | more


def kept(folder: Path, told: object) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def test_its_faults_times_and_jitters_are_those_of_the_run(tmp_path: Path) -> None:
    result, comparison = replay(kept(tmp_path, recorded()), WORLD)
    # 2 + 2 + 2 + 2 s, 2.5 s of backoff, up to a second until the keeper looks, 2 s.
    assert 12.5 <= result.p95_s <= 13.5
    assert (result.renders, result.on_time, comparison.same_verdict, comparison.different) == (1, 1.0, 1.0, ())
    assert comparison.p95_off < 0.05


def test_another_verdict_is_told_by_name(tmp_path: Path) -> None:
    told = recorded()
    told["renders"][0] |= {"status": "failed", "ready": None}
    _, comparison = replay(kept(tmp_path, told), WORLD)
    assert (comparison.same_verdict, comparison.different) == (0.0, ("film",))


def test_a_call_that_the_run_did_not_make_takes_about_what_others_took(tmp_path: Path) -> None:
    told = recorded()
    told["calls"] = [one for one in told["calls"] if one["stage"] != "manim"]
    result, _ = replay(kept(tmp_path, told), WORLD)
    assert 11.5 <= result.p95_s <= 16.5


@pytest.mark.parametrize("told", [[], {}, {"renders": []}, recorded(chains={"no such stage": []}), "text"])
def test_what_is_no_record_is_refused(told: object, tmp_path: Path) -> None:
    with pytest.raises(RecordMalformed):
        replay(kept(tmp_path, told), WORLD)
