"""Errors go to Sentry where `SENTRY_DSN` is set, tagged with what they are about, without secrets (R101, R112)."""

from __future__ import annotations

import re
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber

from renderhub.lib.logs import FIELDS, subject

_SECRET = re.compile(
    r"(?i)((?:key|token|secret|password|authorization|dsn)[\"']?\s*[:=]\s*[\"']?(?:bearer\s+|basic\s+)?)[^\s\"',;&]+"
)
_LOGIN = re.compile(r"(\w+://)[^/\s:@]*:[^/\s@]*@")


def start(dsn: str) -> None:
    """Report unexpected errors of this process to `dsn`."""
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        include_local_variables=False,
        event_scrubber=EventScrubber(denylist=[*DEFAULT_DENYLIST, "prompt", "input_text"], recursive=True),
        before_send=_tagged_and_scrubbed,
    )


def _tagged_and_scrubbed(event: Any, _hint: Any) -> Any:
    tags = event.setdefault("tags", {})
    tags.update({name: str(value) for name, value in subject().items() if name in FIELDS and value not in ("", None)})
    return scrubbed(event)


def scrubbed(value: Any) -> Any:
    """`value` with whatever looks like a secret replaced, at any depth."""
    if isinstance(value, str):
        return _LOGIN.sub(r"\1[removed]@", _SECRET.sub(r"\1[removed]", value))
    if isinstance(value, dict):
        return {key: scrubbed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    return value
