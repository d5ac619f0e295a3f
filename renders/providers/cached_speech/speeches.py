"""The port through which narrations are kept and found again."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Speech:
    """What is known of a narration: who spoke it, and what it answered then."""

    provider: str
    model: str
    """Model or voice by the provider's own name; empty where it has none."""
    result: Mapping[str, Any]
    """As the `tts` stage has it: duration, timings and the like."""


class Speeches(Protocol):
    """A store of narrations. Its methods raise OSError where the store cannot be written or read."""

    def keep(self, key: str, audio: Path, speech: Speech) -> None:
        """Keep a copy; one that is there under this key already is replaced."""
        ...

    def speaker(self, key: str) -> str:
        """The provider whose narration is kept under a key; empty where there is none."""
        ...

    def fetch(self, key: str, folder: Path) -> tuple[Speech, Path] | None:
        """The narration, with a copy of its audio in `folder`; None where there is none that is whole."""
        ...


def key_of(payload: Mapping[str, Any]) -> str:
    """The same for every narration of the same text, language and voice: SHA-256 in hexadecimal.

    How a text is spaced, and how its accents are put together, is not heard.
    """
    text = " ".join(unicodedata.normalize("NFC", str(payload.get("text", ""))).split())
    parts = [text, str(payload.get("language", "")).lower().replace("_", "-"), str(payload.get("voice", ""))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
