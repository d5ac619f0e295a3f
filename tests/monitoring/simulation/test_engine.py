"""The simulator walks the production policy through drawn times and faults (R78)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.simulation.chances import Drawn
from monitoring.simulation.engine import simulate
from monitoring.simulation.result import result_of
from monitoring.simulation.world import Asked, Call, Service, Verdict, World
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import Priority
from renders.domain.policy import Limits
from renders.domain.stages import Stage

STAGES = (Stage.SCRIPT_GEN, Stage.MANIM, Stage.TTS, Stage.REVIDEO, Stage.UPLOAD)


def world(fallbacks: bool = True, cpu: int = 1, remote: bool = False, **more: object) -> World:
    def chain(stage: Stage) -> tuple[Service, ...]:
        first = Service(f"{stage}-1", "cpu", 1.0, remote=remote)
        return (first, Service(f"{stage}-2", "cpu", 1.0)) if fallbacks else (first,)

    chains = {stage: chain(stage) for stage in STAGES} | {Stage.MUSIC: ()}
    return World(chains, {"cpu": cpu}, tick=1.0, overhead=0.0, **more)  # type: ignore[arg-type]


class Told:
    """Calls fail as a function says, and each takes a second."""

    def __init__(self, fails: Callable[[Call], ErrorCode | None] = lambda call: None, seconds: float = 1.0) -> None:
        self.calls: list[Call] = []
        self._fails, self._seconds = fails, seconds

    def fault(self, call: Call) -> GenerationError | None:
        self.calls.append(call)
        code = self._fails(call)
        return GenerationError(code, call.provider, "told") if code else None

    def seconds(self, call: Call) -> float:
        return self._seconds

    def jitter(self, call: Call) -> float:
        return 0.5


def one(chance: Told, the_world: World | None = None, *, due: float | None = None, segments: int = 2) -> Verdict:
    return simulate(the_world or world(), chance, [Asked("r", 0.0, due, segments)])[0]


def failing(*providers: str, code: ErrorCode = ErrorCode.API_ERROR) -> Callable[[Call], ErrorCode | None]:
    return lambda call: code if call.provider in providers else None


def test_a_render_takes_its_stages_one_after_the_other_and_its_assets_side_by_side() -> None:
    verdict = one(Told(), world(cpu=1))
    assert (verdict.status, verdict.ready, verdict.calls) == ("completed", 7.0, 7)
    assert one(Told(), world(cpu=4)).ready == 4.0


def test_workers_are_as_many_as_they_are_and_the_first_asked_for_is_the_first_made() -> None:
    asked = [Asked(f"r{number}", 0.0, None, 1, workspace=f"w{number}") for number in range(3)]
    verdicts = simulate(world(cpu=1), Told(), asked)
    assert [verdict.ready for verdict in verdicts] == sorted(verdict.ready or 0 for verdict in verdicts)
    assert verdicts[-1].ready == 15.0


def test_a_high_one_overtakes() -> None:
    asked = [Asked(f"r{number}", 0.0, None, 1, workspace=f"w{number}") for number in range(3)]
    asked.append(Asked("high", 2.5, None, 1, priority=Priority.HIGH))
    verdicts = {verdict.asked.name: verdict for verdict in simulate(world(), Told(), asked)}
    assert verdicts["high"].ready == 8.0


def test_a_call_that_fails_is_made_again_after_its_backoff_at_the_keepers_next_look() -> None:
    verdict = one(Told(lambda call: ErrorCode.API_ERROR if call.attempt == 1 and call.stage == "upload" else None))
    # Failed at 7; half of 5 s; woken at 10.
    assert (verdict.ready, verdict.degraded, verdict.calls) == (11.0, False, 8)


def test_a_provider_used_up_is_followed_by_the_next_and_the_render_is_degraded() -> None:
    verdict = one(Told(failing("revideo-1")))
    assert (verdict.status, verdict.degraded, verdict.requeues) == ("completed", True, 0)


def test_a_stage_without_a_provider_left_is_requeued_and_then_has_failed_for_good() -> None:
    chance = Told(failing("upload-1", "upload-2"))
    verdict = one(chance)
    assert (verdict.status, verdict.requeues, verdict.ready) == ("failed", 3, None)
    assert len([call for call in chance.calls if call.stage == "upload"]) == 4 * 6
    assert len([call for call in chance.calls if call.stage == "revideo"]) == 1, "finished work is kept"


def test_a_requeue_waits_its_five_minutes() -> None:
    verdict = one(Told(lambda call: ErrorCode.API_ERROR if call.stage == "upload" and not call.requeues else None))
    assert verdict.status == "completed"
    assert 300 < (verdict.ready or 0) < 360


def test_a_missing_narration_holds_the_render_until_its_due_time_is_near() -> None:
    chance = failing("tts-1", "tts-2")
    verdict = one(Told(chance), due=7200.0)
    assert (verdict.status, verdict.held, verdict.on_time) == ("completed", True, True)
    assert verdict.ready == 7200 - 900 + 1
    assert one(Told(chance)).status == "held", "nobody lets it go without a due time"


def test_a_refused_script_fails_for_good_at_once() -> None:
    chance = Told(failing("script_gen-1", "script_gen-2", code=ErrorCode.INVALID_INPUT))
    verdict = one(chance)
    assert (verdict.status, verdict.requeues, len(chance.calls)) == ("failed", 0, 2)


def test_what_takes_longer_than_its_stage_may_is_a_timeout() -> None:
    verdict = one(Told(seconds=10.0), world(stage_seconds={Stage.UPLOAD: 4.0}))
    assert (verdict.status, verdict.requeues) == ("failed", 3)


def test_a_service_that_keeps_failing_is_left_alone_by_all_who_come_after() -> None:
    chance = Told(failing("manim-1"))
    asked = [Asked(f"r{number}", 5.0 * number, None, 2, workspace=f"w{number}") for number in range(20)]
    verdicts = simulate(world(cpu=4, remote=True), chance, asked)
    calls = [call for call in chance.calls if call.provider == "manim-1"]
    assert all(verdict.status == "completed" and verdict.degraded for verdict in verdicts)
    assert len(calls) < 20, "40 visuals wanted it"


@given(st.integers(0, 10_000), st.floats(0.0, 1.0), st.booleans(), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_every_render_comes_to_an_end_whatever_is_drawn(seed: int, fail: float, fallbacks: bool, cpu: int) -> None:
    the_world = world(fallbacks, cpu, remote=True)
    names = [one.name for chain in the_world.chains.values() for one in chain]
    chance = Drawn(seed, dict.fromkeys(names, fail), {}, dict.fromkeys(names, 3.0))
    asked = [Asked(f"r{number}", 10.0 * number, 3600.0, 3) for number in range(4)]
    verdicts = simulate(the_world, chance, asked)
    assert {verdict.status for verdict in verdicts} <= {"completed", "failed"}
    assert all(verdict.ready is not None for verdict in verdicts if verdict.status == "completed")
    assert all(verdict.requeues <= Limits().requeues for verdict in verdicts)


def drawn(renders: int, fail: float) -> Iterable[Verdict]:
    the_world = world(cpu=2)
    names = [one.name for chain in the_world.chains.values() for one in chain]
    asked = [
        Asked(f"r{number}", 40_000.0 * (number // 5), 40_000.0 * (number // 5) + 7200, 3) for number in range(renders)
    ]
    return simulate(the_world, Drawn(3, dict.fromkeys(names, fail), {}, dict.fromkeys(names, 3.0)), asked)


def test_with_one_call_in_five_failing_999_of_1000_are_on_time() -> None:
    result = result_of(list(drawn(1000, 0.2)))
    assert result.on_time >= 0.999
    assert 1.2 < result.calls_per_render / 9 < 1.3


def test_the_same_seed_gives_the_same_world() -> None:
    assert list(drawn(20, 0.3)) == list(drawn(20, 0.3))


def test_nothing_simulated_is_no_result() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        result_of([])
