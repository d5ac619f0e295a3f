"""Settings that cannot work are said at start, by name (STYLE: settings typed and loud)."""

from __future__ import annotations

from datetime import time
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from renders.domain.limits import LimitMalformed
from renders.domain.stages import Stage
from renders.pipeline import allowance, chains
from renders.providers.predictions import MODEL, unknown_in, webhooks


@register()
def check_chains(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for stage in Stage:
        names = settings.RENDERHUB_CHAINS.get(stage.value, [])
        if not names and stage not in (Stage.MUSIC, Stage.ORCHESTRATOR):
            problems.append(
                Error(f"{stage.value.upper()}_CHAIN is empty: name at least one provider.", id="renders.E001")
            )
        if len(set(names)) < len(names):
            # A chain that comes back to a provider would never be used up.
            problems.append(Error(f"{stage.value.upper()}_CHAIN names a provider twice.", id="renders.E005"))
        problems += _unknown_in(f"{stage.value.upper()}_CHAIN", names)
    return problems


def _unknown_in(chain: str, names: list[str]) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in names:
        try:
            chains.known(name)
        except (chains.ProviderUnknown, ValueError) as error:
            problems.append(Error(f"{chain}: {name}: {error}", id="renders.E002"))
    return problems


@register()
def check_limits(**_: Any) -> list[CheckMessage]:
    try:
        limits = allowance.limits()
    except LimitMalformed as error:
        return [Error(f"PROVIDER_LIMITS: {error}", id="renders.E040")]
    return [
        Error(f"PROVIDER_LIMITS: {name}: no provider of that name calls a service.", id="renders.E041")
        for name in limits
        if not chains.is_remote(name)
    ]


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
def check_services(**_: Any) -> list[CheckMessage]:
    named = {name for chain in settings.RENDERHUB_CHAINS.values() for name in chain}
    problems: list[CheckMessage] = []
    for name, given in settings.RENDERHUB_SERVICES.items():
        if name in named and urlsplit(given["url"]).scheme not in ("http", "https"):
            told = (
                f"A chain names {name}, and {name.upper()}_URL={given['url']!r} is no address such as http://host:5000."
            )
            problems.append(Error(told, id="renders.E020"))
    return problems


@register()
def check_predictions(**_: Any) -> list[CheckMessage]:
    """A chain that names a provider of predictions cannot work without its service and its model."""
    given: dict[str, Any] = settings.RENDERHUB_PREDICTIONS
    problems: list[CheckMessage] = []
    named = {name for chain in settings.RENDERHUB_CHAINS.values() for name in chain}
    kinds = [kind for kind in settings.RENDERHUB_PREDICTION_MODELS if f"prediction_{kind}" in named]
    for kind in kinds:
        model = settings.RENDERHUB_PREDICTION_MODELS[kind]["name"]
        missing = [f"PREDICTIONS_{name.upper()}" for name in ("url", "key") if not given[name]]
        missing += [f"PREDICTION_{kind.upper()}_MODEL"] if not model else []
        if missing:
            are = "is" if len(missing) == 1 else "are"
            told = f"A chain names prediction_{kind}, and {' and '.join(missing)} {are} not set."
            problems.append(Error(told, id="renders.E030"))
        elif not MODEL.fullmatch(model):
            told = f"PREDICTION_{kind.upper()}_MODEL={model!r}: takes owner/name, owner/name:version or a version."
            problems.append(Error(told, id="renders.E031"))
        problems += _unknown_inputs(kind)
    if kinds and given["url"] and urlsplit(given["url"]).scheme not in ("http", "https"):
        told = f"PREDICTIONS_URL={given['url']!r}: takes an address such as https://api.replicate.com."
        problems.append(Error(told, id="renders.E032"))
    if given["webhook_secret"]:
        try:
            webhooks.key_of(given["webhook_secret"])
        except ValueError as error:
            problems.append(Error(f"PREDICTIONS_WEBHOOK_SECRET is no such secret: {error}.", id="renders.E033"))
    return problems


def _unknown_inputs(kind: str) -> list[CheckMessage]:
    model: dict[str, Any] = settings.RENDERHUB_PREDICTION_MODELS[kind]
    return [
        Error(f"PREDICTION_{kind.upper()}_{name.upper()}: nothing is known as {value}.", id="renders.E035")
        for name in ("input", "smaller")
        for value in unknown_in(model[name], kind)
    ]


@register()
def check_visual_chains(**_: Any) -> list[CheckMessage]:
    """What generated visuals are tried with, and whether there is anything to try them with."""
    problems: list[CheckMessage] = []
    for kind in ("image", "clip"):
        names: list[str] = settings.RENDERHUB_CHAINS.get(kind, [])
        problems += _unknown_in(f"{kind.upper()}_CHAIN", names)
        if len(set(names)) < len(names):
            problems.append(Error(f"{kind.upper()}_CHAIN names a provider twice.", id="renders.E005"))
        if (settings.RENDERHUB_GENERATED_VISUALS or {}).get(kind) and not names:
            told = f"GENERATED_VISUALS asks for {kind}s, and {kind.upper()}_CHAIN is empty: nothing can make them."
            hint = f"Set PREDICTIONS_URL, PREDICTIONS_KEY and PREDICTION_{kind.upper()}_MODEL, or another chain."
            problems.append(Error(told, hint=hint, id="renders.E034"))
    return problems


_GATEWAYS = {
    "openai_chat": ("SCRIPT_API", "RENDERHUB_SCRIPT_API"),
    "openai_speech": ("SPEECH_API", "RENDERHUB_SPEECH_API"),
}
"""Provider -> what its settings begin with, and where they are."""


@register()
def check_gateways(**_: Any) -> list[CheckMessage]:
    """A chain that names a service behind an OpenAI-compatible address cannot work without address, key and model."""
    named = {name for chain in settings.RENDERHUB_CHAINS.values() for name in chain}
    problems: list[CheckMessage] = []
    for name, (prefix, setting) in _GATEWAYS.items():
        given: dict[str, Any] = getattr(settings, setting)
        if name not in named:
            continue
        for part in ("url", "key", "model"):
            if not given[part]:
                hint = "A service of your own that wants none takes any word." if part == "key" else None
                told = f"A chain names {name}, and {prefix}_{part.upper()} is not set."
                problems.append(Error(told, hint=hint, id="renders.E050"))
        if given["url"] and urlsplit(given["url"]).scheme not in ("http", "https"):
            told = f"{prefix}_URL={given['url']!r}: takes an address such as https://api.example.com/v1."
            problems.append(Error(told, id="renders.E051"))
    return problems


@register()
def check_edge(**_: Any) -> list[CheckMessage]:
    """The voice of the Edge service needs a package that nothing else does."""
    if "edge_speech" not in settings.RENDERHUB_CHAINS["tts"] or settings.RENDERHUB_EDGE["python"]:
        return []
    if find_spec("edge_tts") is not None:
        return []
    hint = "Install edge-tts, or name a Python that has it as EDGE_PYTHON."
    return [
        Error("TTS_CHAIN names edge_speech, and the package edge-tts is not installed.", hint=hint, id="renders.E052")
    ]


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
