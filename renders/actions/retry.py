"""Run again what has failed for good and nobody has dealt with (R62, R66)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from renders.actions import foresight, standing
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.actions.rerender import Rerender
from renders.domain.states import RenderStatus
from renders.models import Render, RenderFailure, User


def failed_for_good(renders: QuerySet[Render], since: datetime | None = None) -> QuerySet[Render]:
    """Those that need somebody, longest waiting first. What is marked as dealt with is left out: it has been seen to
    in another way. `since`: only runs that failed then or later."""
    failures = RenderFailure.objects.filter(render=OuterRef("pk"), run=OuterRef("run"), final=True)
    rows = renders.filter(status=RenderStatus.FAILED, final=True).exclude(Exists(failures.filter(resolved=True)))
    if since is not None:
        rows = rows.filter(Exists(failures.filter(created_at__gte=since)))
    return rows.order_by("queued_at", "pk")


@dataclass(frozen=True)
class Retry:
    """The act of it: a re-render that goes on at the first stage whose result is missing, of failed renders only."""

    what = What.RETRY

    def foresee(self, things: Sequence[Render]) -> Mapping[Any, Foreseen]:
        foreseen = dict(Rerender().foresee([render for render in things if render.final]))
        for render in things:
            if not render.final:
                foreseen[render.pk] = Foreseen(f"{standing.says(render)}: only what failed for good.", refused=True)
        for pk in foresight.dealt_with([render.pk for render in things]):
            foreseen[pk] = Foreseen("Somebody has marked its failure as dealt with.", refused=True)
        return foreseen

    def do(self, thing: Render, seen: int | None, by: User | None, operation: str) -> str:
        return Rerender(what=self.what).do(thing, seen, by, operation)
