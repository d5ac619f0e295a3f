from __future__ import annotations

from renders.domain.stages import NEXT, ORDER, Stage, from_stage_on


def test_following_the_stages_always_ends_at_the_upload() -> None:
    for stage in Stage:
        seen = [stage]
        while (following := NEXT[seen[-1]]) is not None:
            assert ORDER.index(following) > ORDER.index(seen[-1])
            seen.append(following)
        assert seen[-1] is Stage.UPLOAD


def test_a_rerender_from_a_stage_redoes_what_stands_on_it_and_nothing_beside_it() -> None:
    assert from_stage_on(Stage.ORCHESTRATOR) == set(Stage)
    assert from_stage_on(Stage.SCRIPT_GEN) == set(Stage) - {Stage.ORCHESTRATOR}
    assert from_stage_on(Stage.MANIM) == {Stage.MANIM, Stage.REVIDEO, Stage.UPLOAD}
    assert from_stage_on(Stage.TTS) == {Stage.TTS, Stage.REVIDEO, Stage.UPLOAD}
    assert from_stage_on(Stage.MUSIC) == {Stage.MUSIC, Stage.REVIDEO, Stage.UPLOAD}
    assert from_stage_on(Stage.REVIDEO) == {Stage.REVIDEO, Stage.UPLOAD}
    assert from_stage_on(Stage.UPLOAD) == {Stage.UPLOAD}
