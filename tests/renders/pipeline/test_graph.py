"""What follows what (DESIGN section 1), and what of an older run fits into a new one (R20)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.job import AspectRatio, Job, JobType
from renders.domain.stages import NEXT, Stage
from renders.domain.states import StepStatus
from renders.pipeline.graph import Kept, Planned, plan_run, plan_segments
from tests.support.providers import script

JOB = Job(JobType.TOPIC_SHORT, "name", aspect_ratio=AspectRatio.TALL)


def primary(chain: str) -> str | None:
    return None if chain == Stage.MUSIC else "first"


def with_music(chain: str) -> str | None:
    return "first"


def everything(segments: int = 2) -> list[Kept]:
    """The finished steps of a whole run."""
    slots = [(Stage.SCRIPT_GEN, ""), (Stage.MUSIC, ""), (Stage.REVIDEO, ""), (Stage.UPLOAD, "")]
    slots += [(stage, f"s{n + 1}") for n in range(segments) for stage in (Stage.MANIM, Stage.TTS)]
    return [
        Kept(stage, segment, {"script": script(segments).to_json()} if stage is Stage.SCRIPT_GEN else {}, "old", "", 1)
        for stage, segment in slots
    ]


def waits_agree(plan: list[Planned]) -> None:
    for step in plan:
        before = [one for one in plan if NEXT[one.stage] is step.stage]
        unfinished = sum(one.status is not StepStatus.DONE for one in before)
        assert step.waits == unfinished
        assert (step.status is StepStatus.WAITING) is (unfinished > 0)


def test_a_first_run_begins_with_its_script_alone() -> None:
    plan = plan_run(JOB, [], primary)
    assert [(step.stage, step.status) for step in plan] == [
        (Stage.SCRIPT_GEN, StepStatus.DUE),
        (Stage.REVIDEO, StepStatus.WAITING),
        (Stage.UPLOAD, StepStatus.WAITING),
    ]
    waits_agree(plan)


def test_a_script_asks_for_a_visual_and_a_narration_a_segment_and_music_where_it_is_wanted() -> None:
    plan = plan_segments(JOB, script(3), {}, with_music)
    assert [(step.stage, step.segment) for step in plan] == [
        (stage, f"s{n}") for n in (1, 2, 3) for stage in (Stage.TTS, Stage.MANIM)
    ] + [(Stage.MUSIC, "")]
    assert {step.status for step in plan} == {StepStatus.DUE}
    visual, narration = plan[3].payload, plan[2].payload
    assert (visual["index"], visual["count"], visual["width"], visual["height"]) == (1, 3, 1080, 1920)
    assert (narration["text"], narration["segment_id"]) == ("Sentence number 2.", "s2")


def test_positions_are_the_order_of_locking_and_no_two_are_the_same() -> None:
    plan = plan_run(JOB, everything(40), with_music)
    positions = {(step.stage, step.segment): step.position for step in plan}
    assert len(set(positions.values())) == len(plan)
    assert positions[Stage.SCRIPT_GEN, ""] < min(p for (stage, _), p in positions.items() if stage is Stage.TTS)
    assert (
        positions[Stage.UPLOAD, ""]
        > positions[Stage.REVIDEO, ""]
        > positions[Stage.MUSIC, ""]
        > positions[Stage.TTS, "s40"]
    )


@given(st.sets(st.sampled_from([(kept.stage, kept.segment) for kept in everything()])))
def test_whatever_is_kept_the_counts_agree_and_only_what_is_missing_is_made(slots: set[tuple[Stage, str]]) -> None:
    kept = [one for one in everything() if (one.stage, one.segment) in slots]
    if (Stage.SCRIPT_GEN, "") not in slots:
        kept = []
    plan = plan_run(JOB, kept, with_music)
    waits_agree(plan)
    done = {(step.stage, step.segment) for step in plan if step.status is StepStatus.DONE}
    assert done <= {(one.stage, one.segment) for one in kept}
    if len(done) < len(plan):
        assert any(step.status is StepStatus.DUE for step in plan), "something moves it on (I1)"
    assets = {(stage, segment) for stage, segment in slots if segment}
    if kept:
        assert {slot for slot in done if slot[1]} == assets, "no asset that is there is made again"


def test_a_video_of_old_assets_is_composed_again_once_one_of_them_is_made_anew() -> None:
    kept = [one for one in everything() if (one.stage, one.segment) != (Stage.TTS, "s2")]
    plan = {(step.stage, step.segment): step for step in plan_run(JOB, kept, with_music)}
    assert plan[Stage.TTS, "s2"].status is StepStatus.DUE
    assert (plan[Stage.REVIDEO, ""].kept, plan[Stage.REVIDEO, ""].waits) == (None, 1)
    assert (plan[Stage.UPLOAD, ""].kept, plan[Stage.UPLOAD, ""].waits) == (None, 1)


def test_what_is_kept_names_the_provider_that_made_it() -> None:
    plan = plan_run(JOB, everything(), primary)
    assert {step.provider for step in plan if step.stage is not Stage.MUSIC} == {"old"}
