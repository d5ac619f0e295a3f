"""What a new run would keep and what it would do again, without doing it (R20, R62)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, F, JSONField, Q, When

from renders.actions.act import Foreseen
from renders.domain.stages import ORDER, Stage
from renders.domain.states import StepStatus
from renders.models import Render, RenderFailure, Step
from renders.pipeline import chains, graph
from renders.pipeline.graph import Kept, Planned
from renders.presentation import stages

_FROM_SCRIPT = "everything, from the script on"


def last_steps(renders: Sequence[Render]) -> Mapping[Any, list[Step]]:
    """The steps of each render's last run, by render; one query. Of their results only the scripts' are fetched: the
    plan of a new run reads no other."""
    if not renders:
        return {}
    script = Case(When(stage=Stage.SCRIPT_GEN, then=F("result")), output_field=JSONField())
    rows = Step.objects.filter(render__in=renders, run=F("render__run")).order_by("position")
    found: dict[Any, list[Step]] = defaultdict(list)
    for step in rows.defer("payload", "result").annotate(script=script):
        step.result = getattr(step, "script", None)
        found[step.render_id].append(step)
    return found


def foresee(render: Render, kept: Sequence[Kept]) -> Foreseen:
    """In words: what is kept, and what is done again."""
    try:
        plan = graph.plan_run(render.job(), kept, chains.primary)
    except (KeyError, TypeError, ValueError):
        return Foreseen("Its script cannot be read any more.", refused=True)
    keeps = [step for step in plan if step.status is StepStatus.DONE]
    if not keeps:
        told = f"Keeps nothing; makes {_FROM_SCRIPT}."
    else:
        again = [step for step in plan if step.status is not StepStatus.DONE]
        told = f"Keeps {_counted(keeps)}; makes again {_counted(again)}."
    if render.video_url:
        told += " The video that is there is shown until the new one is published."
    return Foreseen(told, warning=_warning(render))


def dealt_with(render_ids: Iterable[Any]) -> set[Any]:
    """Those of the renders whose last run's failure somebody has marked as dealt with."""
    of_last_run = Q(run=F("render__run"), final=True, resolved=True)
    return set(RenderFailure.objects.filter(of_last_run, render__in=render_ids).values_list("render_id", flat=True))


def _warning(render: Render) -> str:
    if render.error_code not in ("SENSITIVE_CONTENT", "INVALID_INPUT"):
        return ""
    return "A new run alone will not help: it failed because of what it was asked for."


def _counted(steps: Sequence[Planned]) -> str:
    counts = Counter(step.stage for step in steps)
    told = [stages.how_many(stage.value, counts[stage]) for stage in ORDER if counts[stage]]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
