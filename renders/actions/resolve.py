"""Mark failures as dealt with, and take that back (R62): who, when, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from renderhub.lib import clock
from renders.actions import audit
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.states import MoveRefused
from renders.models import RenderFailure, User


def resolve(failure_id: int, by: User | None, note: str = "", *, operation: str = "") -> RenderFailure:
    """Raises `RenderFailure.DoesNotExist`; `MoveRefused` where it is dealt with already."""
    values = {"resolved_at": clock.now(), "resolved_by": by or audit.command_line(), "note": note}
    told = f"Marked as dealt with{': ' + note if note else '.'}"
    return _mark(failure_id, by, What.RESOLVE, told, operation, resolved=True, **values)


def reopen(failure_id: int, by: User | None, *, operation: str = "") -> RenderFailure:
    """Take it back; the note stays. Raises as `resolve` does."""
    values = {"resolved_at": None, "resolved_by": None}
    return _mark(failure_id, by, What.REOPEN, "Marked as not dealt with.", operation, resolved=False, **values)


def _mark(
    failure_id: int, by: User | None, what: What, told: str, operation: str, *, resolved: bool, **values: Any
) -> RenderFailure:
    with transaction.atomic():
        moved = RenderFailure.objects.filter(pk=failure_id, resolved=not resolved).update(resolved=resolved, **values)
        failure = RenderFailure.objects.select_related("render").get(pk=failure_id)
        if not moved:
            raise MoveRefused("The failure", "so marked already", "marked again")
        audit.record(by, what, [failure, failure.render], told, operation=operation)
    return failure


@dataclass(frozen=True)
class Resolve:
    """The act of it."""

    note: str = ""
    what = What.RESOLVE

    def foresee(self, things: Sequence[RenderFailure]) -> Mapping[Any, Foreseen]:
        return {failure.pk: _foresee(failure, wanted=True) for failure in things}

    def do(self, thing: RenderFailure, seen: int | None, by: User | None, operation: str) -> str:
        resolve(thing.pk, by, self.note, operation=operation)
        return "Marked as dealt with."


@dataclass(frozen=True)
class Reopen:
    """The act of taking it back."""

    what = What.REOPEN

    def foresee(self, things: Sequence[RenderFailure]) -> Mapping[Any, Foreseen]:
        return {failure.pk: _foresee(failure, wanted=False) for failure in things}

    def do(self, thing: RenderFailure, seen: int | None, by: User | None, operation: str) -> str:
        reopen(thing.pk, by, operation=operation)
        return "Marked as not dealt with."


def _foresee(failure: RenderFailure, *, wanted: bool) -> Foreseen:
    if failure.resolved == wanted:
        who = f" by {failure.resolved_by}" if failure.resolved_by else ""
        told = f"It is marked as dealt with{who} already." if wanted else "It is not marked as dealt with."
        return Foreseen(told, refused=True)
    if not wanted:
        return Foreseen("Needs somebody again: it is shown under “Needs somebody”.")
    if not failure.final:
        return Foreseen("Marks it; it was requeued by itself, and needed nobody.")
    return Foreseen("Marks it with your name, the time and the note; it no longer needs somebody.")
