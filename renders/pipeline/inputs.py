"""What a stage may look at: most steps carry it with them, two look at what the run has made so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from renders.domain.stages import Stage
from renders.pipeline.transitions.claim import Claimed, Stored
from renders.pipeline.transitions.prepared import Prepared
from renders.stages import asset, orchestrator, revideo, script_gen, upload
from renders.stages.base import Asked, Made, Work

_ASK: dict[Stage, Callable[[Work], Asked]] = {
    Stage.ORCHESTRATOR: orchestrator.ask,
    Stage.SCRIPT_GEN: script_gen.ask,
    Stage.MANIM: asset.ask,
    Stage.TTS: asset.ask,
    Stage.MUSIC: asset.ask,
    Stage.REVIDEO: revideo.ask,
    Stage.UPLOAD: upload.ask,
}
_LOOKS_AT: dict[Stage, tuple[str, ...]] = {
    Stage.REVIDEO: ("script_gen", "manim", "tts", "music"),
    Stage.UPLOAD: ("revideo", "orchestrator"),
}
_MADE = Prepared(
    "made_before",
    """
SELECT stage, segment, status, result FROM renders_step
 WHERE render_id = %(render)s AND run = %(run)s AND stage = ANY(%(stages)s) AND status IN ('done', 'placeholder')
 ORDER BY position
""",
)


def work_of(claimed: Claimed) -> Work:
    """One query for the stages that look at others' results (none where it is in hand still), none for the rest."""
    return Work(
        render_id=str(claimed.render_id),
        run=claimed.run,
        job=claimed.job,
        payload=claimed.payload,
        made=_made(claimed),
    )


def ask(stage: Stage, work: Work) -> Asked:
    """The stage's request. Raises `InputMissing`."""
    return _ASK[stage](work)


def _made(claimed: Claimed) -> list[Made]:
    stages = _LOOKS_AT.get(claimed.stage)
    if stages is None:
        return []
    rows: Sequence[Stored] = _in_hand(claimed)
    if not rows:
        rows = _MADE.rows({"render": claimed.render_id, "run": claimed.run, "stages": list(stages)})
    return [Made(Stage(stage), segment, status, json.loads(result)) for stage, segment, status, result in rows]


def _in_hand(claimed: Claimed) -> Sequence[Stored]:
    """What the stage looks at where this worker has stored all of it just now; nothing where others made a part."""
    if claimed.stage is Stage.UPLOAD:
        return claimed.made[-1:]
    return claimed.made if claimed.planned and len(claimed.made) == 1 + claimed.planned else ()
