"""Pictures, clips and music from services that speak the protocol of predictions: create, look again or be told, cancel
(R13, R15; contracts: Replicate-style predictions).

The providers themselves are in `image`, `clip` and `music`: what draws is loaded by whoever makes something, and not by
every process that knows the settings."""

from renders.providers.predictions import webhooks
from renders.providers.predictions.api import Service
from renders.providers.predictions.models import MODEL, Model, unknown_in

__all__ = ["MODEL", "Model", "Service", "unknown_in", "webhooks"]
