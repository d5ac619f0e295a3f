"""Narrations that a better voice than this machine's spoke before, and what keeps them (R14)."""

from renders.providers.cached_speech.folder import Folder
from renders.providers.cached_speech.provider import NOT_CACHED, CachedSpeech
from renders.providers.cached_speech.remembered import Remembered

__all__ = ["NOT_CACHED", "CachedSpeech", "Folder", "Remembered"]
