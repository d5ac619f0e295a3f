"""What the providers of predictions are made with: their part of the settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from renders.providers.predictions import Model, Service, webhooks


def options(kind: str) -> dict[str, Any]:
    """`kind`: `image`, `clip` or `music`."""
    given: dict[str, Any] = settings.RENDERHUB_PREDICTIONS
    service = Service(
        given["url"],
        given["key"],
        poll_seconds=given["poll_seconds"],
        webhook=webhooks.address(settings.RENDERHUB_BASE_URL, given["webhook_secret"], given["webhooks"]),
        private_hosts=tuple(settings.RENDERHUB_FETCH_PRIVATE_HOSTS),
    )
    return {"service": service, "model": Model(**settings.RENDERHUB_PREDICTION_MODELS[kind])}
