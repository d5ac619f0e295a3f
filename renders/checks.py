"""Settings that cannot work are said at start, by name (STYLE: settings typed and loud)."""

from __future__ import annotations

from datetime import time
from typing import Any
from urllib.parse import urlsplit

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
def check_bucket(**_: Any) -> list[CheckMessage]:
    if not any("s3" in chain for chain in settings.RENDERHUB_CHAINS.values()):
        return []
    given: dict[str, str] = settings.RENDERHUB_S3
    problems: list[CheckMessage] = [
        Error(f"A chain names s3, and S3_{name.upper()} is not set.", id="renders.E008")
        for name in ("bucket", "access_key_id", "secret_access_key")
        if not given[name]
    ]
    for name in ("endpoint", "public_url"):
        if given[name] and urlsplit(given[name]).scheme not in ("http", "https"):
            told = f"S3_{name.upper()}={given[name]!r}: takes an address such as https://s3.example.org."
            problems.append(Error(told, id="renders.E009"))
    if not given["endpoint"] and given["region"] in ("", "auto"):
        problems.append(Error("S3_REGION is not set: Amazon's own buckets are found by it.", id="renders.E010"))
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
