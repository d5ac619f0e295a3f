"""The voices that are better than this machine's own, each with its memory: what they say is kept (R14).

Loaded when one of them is made: what they stand on is large, and a web process needs none of it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from renders.pipeline.gateway_options import speeches
from renders.providers.base import Provider
from renders.providers.cached_speech import Remembered
from renders.providers.edge_speech import EdgeSpeech
from renders.providers.openai_speech import OpenAiSpeech


def openai_speech() -> Provider:
    given: dict[str, Any] = settings.RENDERHUB_SPEECH_API
    return _remembered(OpenAiSpeech(**given))


def edge_speech() -> Provider:
    given: dict[str, Any] = settings.RENDERHUB_EDGE
    return _remembered(EdgeSpeech(**given))


def _remembered(provider: Provider) -> Provider:
    """What stands before it in the chain is better than it."""
    chain: list[str] = settings.RENDERHUB_CHAINS["tts"]
    before = chain[: chain.index(provider.name)] if provider.name in chain else ()
    return Remembered(provider, speeches(), better=before)
