"""Pictures, clips and music from services that speak the protocol of predictions: create, look again or be told, cancel
(R13, R15; contracts: Replicate-style predictions)."""

from renders.providers.predictions import webhooks
from renders.providers.predictions.api import Service
from renders.providers.predictions.clip import PredictionClip
from renders.providers.predictions.image import PredictionImage
from renders.providers.predictions.models import MODEL, Model, unknown_in
from renders.providers.predictions.music import PredictionMusic

__all__ = [
    "MODEL",
    "Model",
    "PredictionClip",
    "PredictionImage",
    "PredictionMusic",
    "Service",
    "unknown_in",
    "webhooks",
]
