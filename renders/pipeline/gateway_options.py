"""What the providers behind OpenAI-compatible gateways, and the voices beside them, are made with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from renders.domain.script import Visual
from renders.pipeline import graph
from renders.providers.cached_speech import Folder


def chat() -> dict[str, Any]:
    """Segments may wish for generated pictures where somebody can make them (R13)."""
    visuals = [
        visual.value
        for visual in (Visual.GENERATED_IMAGE, Visual.GENERATED_CLIP)
        if settings.RENDERHUB_CHAINS.get(graph.WISHES[visual])
    ]
    return {**settings.RENDERHUB_SCRIPT_API, "visuals": visuals}


def chat_is_set_up() -> bool:
    """Whether the chat provider has what it needs to be asked at all."""
    return all(settings.RENDERHUB_SCRIPT_API.values())


def speeches() -> Folder:
    """Where narrations of better voices are kept (R14)."""
    return Folder(Path(settings.MEDIA_ROOT) / "speech")
