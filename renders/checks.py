"""Settings that cannot work are said at start, by name (STYLE: settings typed and loud)."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from renders.domain.stages import Stage
from renders.pipeline import chains


@register()
def check_chains(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for stage in Stage:
        names = settings.RENDERHUB_CHAINS.get(stage.value, [])
        if not names and stage is not Stage.MUSIC:
            problems.append(
                Error(f"{stage.value.upper()}_CHAIN is empty: name at least one provider.", id="renders.E001")
            )
        if len(set(names)) < len(names):
            # A chain that comes back to a provider would never be used up.
            problems.append(Error(f"{stage.value.upper()}_CHAIN names a provider twice.", id="renders.E005"))
        problems += _unknown(stage, names)
    return problems


def _unknown(stage: Stage, names: list[str]) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in names:
        try:
            chains.known(name)
        except (chains.ProviderUnknown, ValueError) as error:
            problems.append(Error(f"{stage.value.upper()}_CHAIN: {name}: {error}", id="renders.E002"))
    return problems


@register()
def check_times(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in ("DAILY_AT", "DUE_AT"):
        value = getattr(settings, f"RENDERHUB_{name}")
        try:
            time.fromisoformat(value)
        except ValueError:
            problems.append(Error(f"{name}={value!r}: takes a time of day such as 06:00.", id="renders.E006"))
    return problems


@register()
def check_leases(**_: Any) -> list[CheckMessage]:
    if settings.RENDERHUB_LEASE_RENEWAL_SECONDS * 2 > settings.RENDERHUB_LEASE_SECONDS:
        return [
            Error(
                "LEASE_RENEWAL_SECONDS must be at most half of LEASE_SECONDS: one late renewal must not lose a step.",
                id="renders.E003",
            )
        ]
    return []


@register("database")
def check_urls(**_: Any) -> list[CheckMessage]:
    missing = [name for name in ("DATABASE_URL", "BROKER_URL") if not getattr(settings, name)]
    return [
        Error(
            f"{name} is not set and no embedded server is running.",
            hint="Start RenderHub with `make run`, or point the variable at a server of yours.",
            id="renders.E004",
        )
        for name in missing
    ]
