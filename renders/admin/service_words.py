"""How the services stand, in one sentence: for their own page, and for one about something else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from renders.health import rounds
from renders.health.standing import Standing
from renders.models import Service, ServiceStatus


def sentence(services: list[Service], now: datetime, standings: Mapping[str, Standing] | None = None) -> str:
    """How things stand, in one sentence; what stands behind it is old where nobody asks any more."""
    asked = [service.checked_at for service in services if service.checked_at]
    if not asked:
        return "Nobody has asked the services yet. Beat does so every minute, and a worker of the queue control."
    out = {name for name, standing in (standings or {}).items() if standing.out is not None}
    down = [service for service in services if service.status == ServiceStatus.DOWN and service.name not in out]
    names = ", ".join(service.name for service in down)
    told = _all_up(services)
    if down:
        verb = "is" if len(down) == 1 else "are"
        told = f"{len(down)} of {len(services)} services {verb} down: {names}."
        if not any(service.primary for service in down):
            told += " Only fallbacks: renders go on as they should."
    told += _left_alone(standings or {}, but={service.name for service in down} | out) + _out_of_use(sorted(out))
    if now - max(asked) > rounds.SILENCE:
        minutes = int((now - max(asked)).total_seconds() // 60)
        told += f" That was {minutes} minutes ago: nobody asks them any more. Are beat and the control worker running?"
    return told


def trouble(services: list[Service], now: datetime, standings: Mapping[str, Standing]) -> str:
    """The same for a page about something else: empty where nothing is wrong, or nobody has asked yet."""
    if not any(service.checked_at for service in services):
        out = sorted(name for name, standing in standings.items() if standing.out is not None)
        return (_left_alone(standings, but=out) + _out_of_use(out)).strip()
    told = sentence(services, now, standings)
    return "" if told == _all_up(services) else told


def _all_up(services: list[Service]) -> str:
    return f"All {len(services)} services are up."


def _left_alone(standings: Mapping[str, Standing], but: Collection[str]) -> str:
    """What keeps failing although it answers when it is asked how it is."""
    names = [name for name, standing in standings.items() if standing.left_alone and name not in but]
    verb = "is" if len(names) == 1 else "are"
    return f" {len(names)} {verb} left alone: {', '.join(names)}." if names else ""


def _out_of_use(names: Collection[str]) -> str:
    """What an operator has taken out, and nobody has taken back."""
    verb = "is" if len(names) == 1 else "are"
    return f" {len(names)} {verb} out of use: {', '.join(names)}." if names else ""
