"""What a call comes to: a whole answer, or none that could be used."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from renders.domain.errors import GenerationError

SMALL_ANSWER = 2 * 1024 * 1024
"""Bytes of an answer that is no media (SPEC section 19)."""
_SHORTEST_SECRET = 4
"""Characters. Shorter ones are no secrets, and parts of words."""


@dataclass(frozen=True)
class Reply:
    """A whole answer, whatever its status, already bounded in size and time."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    saved: Path | None = None
    """The file that the body went to, where the call named one and the answer was media; `body` is empty then."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must not be told of this answer: services repeat the key that they refuse (R112)."""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON: without NaN and infinity, which nothing here can store. Raises ValueError."""
        try:
            return json.loads(self.body, parse_constant=_refuse, parse_float=_finite)
        except RecursionError:
            raise ValueError("JSON that is nested too deep") from None

    def text(self, longest: int = 500) -> str:
        """The beginning of the body for people and logs, without secrets and without characters that are no text."""
        shown = without(self.body[: 8 * longest + 8192].decode("utf-8", "replace"), self.secrets)
        return "".join(letter if letter.isprintable() else " " for letter in shown[:longest]).strip()


@dataclass(frozen=True)
class NoReply:
    """No answer that could be used."""

    error: GenerationError
    """TIMEOUT or PROVIDER_FAILURE mostly; the cause is in its context."""
    sent: bool
    """Whether the request may have reached the service: then its answer is lost, and work that costs something must be
    looked for before it is asked for again."""


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` without the secrets, in the forms in which they travel."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            for form in {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}:
                text = text.replace(form, "***")
    return text


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number
