"""When each promised render is expected to be ready, and which of them are at risk (R77).

What is left of a render is the steps that are not settled, each by the expected time of the provider whose turn it is;
those of its assets are shared out over `STEPS_AT_ONCE`, and a script that is not written yet is taken for as long as
was asked. Renders are served in the order of their rank: one is ready no sooner than its own path takes, and no sooner
than all the work before it and its own, shared out over the same number, take together.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from renderhub.lib import clock
from renders.domain.expectations import Expected, one_after_the_other, side_by_side
from renders.domain.stages import ASSET_KINDS, Stage
from renders.models import Outlook, Render, RenderEvent, Step
from renders.models.render import OPEN
from renders.pipeline import expectations, history
from renders.presentation import stages as words
from renders.presentation.times import roughly

logger = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds between two looks."""
AHEAD = timedelta(hours=12)
"""Renders that are due later are not looked at yet."""
RELIEF = timedelta(seconds=30)
"""By so much earlier must one that was at risk be expected, for it to be so no longer: estimates waver."""
MOST = 2_000
"""Renders that are looked at, the most urgent first."""


@dataclass(frozen=True)
class Left:
    """What is left of a render."""

    path: Expected
    """Where it had all workers for itself."""
    work: Expected
    """All of it, one after the other."""
    slowest: str
    """The stage that takes most of it."""


def attend() -> None:
    """The keeper's part: what was learnt, then what follows from it."""
    history.roll_up()
    look()


def look() -> int:
    """Keep what is expected of each open render with a due time; how many are at risk. Says once of each that it is at
    risk, and once that it is not any more."""
    now = clock.now()
    renders = _renders(now)
    left = _left(renders)
    in_turn = _in_their_turn(renders, left, now)
    with transaction.atomic():
        known = Outlook.objects.select_for_update().in_bulk()
        found = {render.pk: _outlook(render, expected, now, known.get(render.pk)) for render, expected in in_turn}
        Outlook.objects.bulk_create(
            found.values(),
            update_conflicts=True,
            unique_fields=["render"],
            update_fields=["run", "ready_at", "slow_at", "at_risk", "why", "updated_at"],
        )
        _tell(renders, found, known)
        Outlook.objects.exclude(pk__in=found).delete()
    return sum(one.at_risk for one in found.values())


def _renders(now: datetime) -> list[Render]:
    promised = Render.objects.filter(OPEN, due_at__gt=now - AHEAD, due_at__lt=now + AHEAD)
    columns = ("id", "run", "status", "rank", "due_at", "wake_at", "length", "name")
    return list(promised.only(*columns).order_by("rank")[:MOST])


def _left(renders: Sequence[Render]) -> Mapping[UUID, Left]:
    unsettled: dict[UUID, list[tuple[Stage, str]]] = defaultdict(list)
    runs = {render.pk: render.run for render in renders}
    steps = Step.objects.filter(render__in=list(runs)).exclude(status__in=["done", "placeholder", "cancelled"])
    for render_id, run, stage, provider in steps.values_list("render_id", "run", "stage", "provider"):
        if run == runs[render_id]:
            unsettled[render_id].append((Stage(stage), provider))
    return {render.pk: _of_steps(unsettled[render.pk], render.length) for render in renders}


def _of_steps(steps: Iterable[tuple[Stage, str]], length: int) -> Left:
    by_stage: dict[Stage, list[Expected]] = defaultdict(list)
    for stage, provider in steps:
        by_stage[stage].append(expectations.of(stage, provider))
    made = [part for stage in ASSET_KINDS for part in by_stage[stage]]
    parts = {stage: one_after_the_other(by_stage[stage]) for stage in Stage if stage not in ASSET_KINDS}
    if by_stage[Stage.SCRIPT_GEN]:
        parts[Stage.MANIM] = expectations.assets(length)
    elif made:
        parts[Stage.MANIM] = side_by_side(made, settings.RENDERHUB_STEPS_AT_ONCE)
    slowest = max(parts, key=lambda stage: parts[stage].slow)
    at_once = settings.RENDERHUB_STEPS_AT_ONCE
    alone = [part for stage, part in parts.items() if stage is not Stage.MANIM]
    shared = parts.get(Stage.MANIM, Expected())
    work = one_after_the_other([*alone, *([shared] * at_once)])
    return Left(one_after_the_other(list(parts.values())), work, slowest.value)


def _in_their_turn(
    renders: Sequence[Render], left: Mapping[UUID, Left], now: datetime
) -> list[tuple[Render, tuple[Expected, str]]]:
    """Each with what it takes from now on, and why."""
    told = []
    before: list[Expected] = []
    for place, render in enumerate(renders):
        mine = left[render.pk]
        before.append(mine.work)
        queue, shared = one_after_the_other(before), settings.RENDERHUB_STEPS_AT_ONCE
        later = max((render.wake_at - now).total_seconds(), 0.0) if render.wake_at else 0.0
        needs = Expected(
            later + max(mine.path.typical, queue.typical / shared), later + max(mine.path.slow, queue.slow / shared)
        )
        told.append((render, (needs, _why(mine, place, later))))
    return told


def _why(left: Left, before: int, later: float) -> str:
    what = (
        f"what is left of it takes about {roughly(left.path.typical)}, most of it {words.title(left.slowest).lower()}"
    )
    waits = f"; it waits for {roughly(later)} before that" if later >= 1 else ""
    ahead = f"; {before} render{'' if before == 1 else 's'} before it" if before else ""
    return f"{what}{waits}{ahead}"


def _outlook(render: Render, expected: tuple[Expected, str], now: datetime, before: Outlook | None) -> Outlook:
    needs, why = expected
    slow_at = now + timedelta(seconds=needs.slow)
    assert render.due_at is not None
    limit = render.due_at - timedelta(seconds=settings.RENDERHUB_AT_RISK_SECONDS)
    if before is not None and before.at_risk:
        limit -= RELIEF
    return Outlook(
        render=render,
        run=render.run,
        ready_at=now + timedelta(seconds=needs.typical),
        slow_at=slow_at,
        at_risk=slow_at > limit,
        why=why,
        updated_at=now,
    )


def _tell(renders: Sequence[Render], found: Mapping[UUID, Outlook], known: Mapping[Any, Outlook]) -> None:
    for render in renders:
        new, old = found[render.pk], known.get(render.pk)
        if new.at_risk == bool(old and old.at_risk):
            continue
        assert render.due_at is not None
        data = {"due_at": render.due_at, "ready_at": new.ready_at, "slow_at": new.slow_at}
        RenderEvent.objects.create(
            render=render,
            run=render.run,
            kind="render.at_risk" if new.at_risk else "render.out_of_risk",
            data={**{name: moment.isoformat() for name, moment in data.items()}, "why": new.why},
            created_at=Now(),
        )
