"""Take a service out of use, and take it back (R10, R39): who, when, and what for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from renderhub.lib import clock
from renders.actions import audit
from renders.actions.act import Foreseen
from renders.actions.audit import What
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.models import CircuitRow, Service, ServiceStatus, User
from renders.pipeline import chains, out_of_use
from renders.presentation import stages

_WITHIN = "within 2 s"


@dataclass(frozen=True)
class TakeOut:
    """The act of taking out of use."""

    reason: str = ""
    what = What.TAKE_OUT

    def foresee(self, things: Sequence[Service]) -> Mapping[Any, Foreseen]:
        rows = CircuitRow.objects.in_bulk()
        out = {name for name, row in rows.items() if row.out_since is not None}
        return {one.pk: _foresee_out(one, rows.get(one.name), out) for one in things}

    def do(self, thing: Service, seen: int | None, by: User | None, operation: str) -> str:
        told = f"Taken out of use{': ' + self.reason if self.reason else '.'}"
        with transaction.atomic():
            if not out_of_use.take_out(thing.name, by.get_username() if by else audit.COMMAND_LINE, self.reason):
                raise MoveRefused("The service", "out of use already", "taken out of use")
            audit.record(by, self.what, [thing], told, operation=operation)
        return f"{thing.name} is out of use: nobody calls it any more, {_WITHIN}."


@dataclass(frozen=True)
class TakeBack:
    """The act of taking back, and of trying at once what is left alone or was found down."""

    what = What.TAKE_BACK

    def foresee(self, things: Sequence[Service]) -> Mapping[Any, Foreseen]:
        rows = CircuitRow.objects.in_bulk()
        return {one.pk: _foresee_back(one, rows.get(one.name)) for one in things}

    def do(self, thing: Service, seen: int | None, by: User | None, operation: str) -> str:
        with transaction.atomic():
            if not out_of_use.take_back(thing.name):
                raise MoveRefused("The service", "in use", "taken back")
            audit.record(by, self.what, [thing], "Taken back, to be called at once.", operation=operation)
        return f"{thing.name} is called again {_WITHIN}, and what waited for it goes on."


def _foresee_out(service: Service, row: CircuitRow | None, out: set[str]) -> Foreseen:
    if not chains.is_remote(service.name):
        return Foreseen(
            "It is not called over a network: what works on this machine leaves its chain by the settings.",
            refused=True,
        )
    if row is not None and row.out_since is not None:
        return Foreseen(
            f"It is out of use already, since {row.out_since:%d %b %H:%M} UTC, by {row.out_by}.", refused=True
        )
    told = "Nobody calls it any more until it is taken back; calls under way go on to their end."
    others = _others(service.name, out)
    instead = [f"{stages.title(chain).lower()} goes to {first[0]}" for chain, first in others.items() if first]
    told += f" Meanwhile {', '.join(instead)}." if instead else ""
    return Foreseen(told, warning=_without([chain for chain, first in others.items() if not first]))


def _others(name: str, out: set[str]) -> Mapping[str, Sequence[str]]:
    """By chain that names it: who is left to do that work."""
    chains_of: Mapping[str, Sequence[str]] = settings.RENDERHUB_CHAINS
    left = {chain: [one for one in names if one != name and one not in out] for chain, names in chains_of.items()}
    return {chain: others for chain, others in left.items() if name in chains_of[chain]}


def _without(alone: Sequence[str]) -> str:
    needed = [stage for stage in alone if stage != Stage.MUSIC]
    named = ", ".join(stages.title(stage).lower() for stage in needed)
    told = f"Nobody else does {named}: renders wait for it, and are not failed." if needed else ""
    return f"{told} Videos are made without music.".strip() if Stage.MUSIC in alone else told


def _foresee_back(service: Service, row: CircuitRow | None) -> Foreseen:
    is_open = row is not None and row.open_until is not None
    tried = " One call tries it first." if is_open else ""
    if row is not None and row.out_since is not None:
        return Foreseen(f"It is called again, and what waited for it goes on.{tried}")
    if is_open:
        return Foreseen("It is tried at once, by one call: where that fails it is left alone again, for longer.")
    if row is not None and row.limited_until is not None and row.limited_until > clock.now():
        return Foreseen("It is called at once, before the pause that it asked for is over.")
    if service.status == ServiceStatus.DOWN and service.checked_at is not None:
        return Foreseen("It is called at once, although it did not answer well when it was last asked.")
    return Foreseen("It is in use: nothing keeps it from being called.", refused=True)
