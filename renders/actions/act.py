"""What an operator does to several things at once (R62): foreseen first, then done one by one, each told.

An act says for each thing what it will do, or why not. Done, each thing has a transaction of its own: one that is
refused stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model

from renders.actions import audit
from renders.actions.audit import What
from renders.domain.states import MoveRefused
from renders.models import Render, User


@dataclass(frozen=True)
class Foreseen:
    """What an act will do to one thing."""

    told: str
    """In plain words; where it is refused, why."""
    refused: bool = False
    warning: str = ""
    """Why doing it may be of no use."""


@dataclass(frozen=True)
class Line:
    """What came of one thing."""

    id: str
    name: str
    told: str
    refused: bool


class Act(Protocol):
    """One verb with its options."""

    @property
    def what(self) -> What: ...

    def foresee(self, things: Sequence[Any]) -> Mapping[Any, Foreseen]:
        """What would be done to each thing, by its primary key; a fixed number of queries."""
        ...

    def do(self, thing: Any, seen: int | None, by: User | None, operation: str) -> str:
        """Do it, and write it into the audit trail; what was done is answered. `seen`: the run that the operator
        decided by. Raises `MoveRefused`, `ObjectDoesNotExist`."""
        ...


def perform(act: Act, things: Sequence[tuple[Any, int | None]], by: User | None, operation: str = "") -> list[Line]:
    """Do `act` to each thing as it was seen. What is foreseen to be refused is not tried. The same operation a second
    time does nothing, and tells what the first one did: a double click is one click."""
    foreseen = act.foresee([thing for thing, _ in things])
    return [_perform_one(act, thing, seen, foreseen[thing.pk], by, operation) for thing, seen in things]


def _perform_one(act: Act, thing: Any, seen: int | None, foreseen: Foreseen, by: User | None, operation: str) -> Line:
    why = foreseen.told if foreseen.refused else ""
    if not why:
        try:
            return Line(str(thing.pk), str(thing), act.do(thing, seen, by, operation), refused=False)
        except (MoveRefused, type(thing).DoesNotExist) as refusal:
            why = _why(act, thing, seen, refusal)
    earlier = audit.done_by(operation, thing)
    if earlier is not None:
        return Line(str(thing.pk), str(thing), earlier.told, refused=False)
    audit.record(by, act.what, [thing], why, operation=operation, refused=True)
    return Line(str(thing.pk), str(thing), why, refused=True)


def _why(act: Act, thing: Model, seen: int | None, refusal: Exception) -> str:
    """Why it was refused, by what the thing is now."""
    now = type(thing)._default_manager.filter(pk=thing.pk).first()
    if now is None:
        return "It is gone."
    foreseen = act.foresee([now])[now.pk]
    if foreseen.refused:
        return foreseen.told
    if isinstance(now, Render) and seen is not None and now.run != seen:
        return f"It has changed since you looked: it is in run {now.run} by now. Look again."
    return str(refusal)
