"""Narrations that a better voice than this machine's spoke before, and what keeps them (R14)."""

from renders.providers.cached_speech.folder import Folder
from renders.providers.cached_speech.provider import CachedSpeech
from renders.providers.cached_speech.remembered import Remembered

__all__ = ["CachedSpeech", "Folder", "Remembered"]
