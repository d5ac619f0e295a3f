"""Have a video of the spool moved to the bucket now, instead of when its wait is over (R17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from renders.actions import audit
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.states import MoveRefused
from renders.models import Service, ServiceStatus, SpooledVideo, User
from renders.pipeline import spool
from renders.pipeline.out_of_use import is_out
from renders.pipeline.spool.moving import hasten
from renders.pipeline.spool.places import destination


@dataclass(frozen=True)
class MoveNow:
    """The act of it."""

    what = What.MOVE

    def foresee(self, things: Sequence[SpooledVideo]) -> Mapping[Any, Foreseen]:
        bucket = destination()
        warning = _warning(bucket) if bucket is not None else ""
        return {row.pk: _foresee(row, bucket, warning) for row in things}

    def do(self, thing: SpooledVideo, seen: int | None, by: User | None, operation: str) -> str:
        told = f"To be moved to {destination()} now."
        with transaction.atomic():
            if not hasten(thing.pk):
                raise MoveRefused("The video", "in the bucket already", "moved again")
            audit.record(by, self.what, [thing, thing.render], told, operation=operation)
        return f"It is tried within {spool.EVERY:.0f} s."


def _foresee(row: SpooledVideo, bucket: str | None, warning: str) -> Foreseen:
    if row.moved_at is not None:
        return Foreseen("It is in the bucket already.", refused=True)
    if bucket is None:
        return Foreseen(
            "No bucket comes before the media folder in UPLOAD_CHAIN: there is nowhere to move it.", refused=True
        )
    return Foreseen(f"Is tried within {spool.EVERY:.0f} s; what {bucket} does not take stays here.", warning=warning)


def _warning(bucket: str) -> str:
    if is_out(bucket):
        return f"{bucket} is out of use: nothing is moved before it is taken back."
    if Service.objects.filter(name=bucket, status=ServiceStatus.DOWN).exists():
        return f"{bucket} is down: nothing is moved before it answers."
    return ""
