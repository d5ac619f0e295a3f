"""Settings of alerts that cannot work are said at start, by name; never with the secret in them (R112)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from alerts import streak
from alerts.channels import CHANNELS
from alerts.vocabulary import ChannelKind


@register()
def check_base_url(**_: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.RENDERHUB_BASE_URL)
    if parts.scheme in ("http", "https") and parts.hostname:
        return []
    return [Error(f"BASE_URL={settings.RENDERHUB_BASE_URL!r}: takes http(s)://host[:port].", id="alerts.E001")]


@register()
def check_webhooks(**_: Any) -> list[CheckMessage]:
    slack = CHANNELS[ChannelKind.SLACK]
    faulty = [name for name in settings.RENDERHUB_SLACK_WEBHOOKS if not name or slack.fault_of(name)]
    hint = "It takes name=https://... entries, separated by commas or lines."
    # A name may be a URL whose own name was forgotten: it is told by its place.
    places = [str(number) for number, name in enumerate(settings.RENDERHUB_SLACK_WEBHOOKS, 1) if name in faulty]
    told = f"SLACK_WEBHOOKS: entry {', '.join(places)} is malformed."
    return [Error(told, hint=hint, id="alerts.E002")] if places else []


@register()
def check_in_a_row(**_: Any) -> list[CheckMessage]:
    if settings.RENDERHUB_ALERT_IN_A_ROW > streak.MOST:
        return [Error(f"ALERT_IN_A_ROW: takes at most {streak.MOST}.", id="alerts.E004")]
    return []


@register()
def check_mail(**_: Any) -> list[CheckMessage]:
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        return [Error("EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other.", id="alerts.E003")]
    return []
