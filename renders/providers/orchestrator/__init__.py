"""`orchestrator`: the whole video made by a Video Orchestrator on another host (R18)."""

from renders.providers.orchestrator.provider import Orchestrator

__all__ = ["Orchestrator"]
