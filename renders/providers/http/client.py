"""Calls of one service."""

from __future__ import annotations

import json as json_form
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http.exchange import Ask, Exchange
from renders.providers.http.reading import BY_STATUS, read_error, unusable
from renders.providers.http.reply import SMALL_ANSWER, NoReply, Reply
from renders.providers.http.trouble import describe

_TYPED: tuple[dict[str, str], dict[str, str]] = ({}, {"Content-Type": "application/json"})


class Client:
    """Asks one service, whose address the operator gave. Redirects are answers like others: the key goes nowhere else.

    May be used from several threads at once; it holds nothing but what it was made with.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        key: str = "",
        headers: Mapping[str, str] | None = None,
        connect_seconds: float = 5,
        read_seconds: float = 60,
    ) -> None:
        """`key` is sent as a bearer token. `headers` are sent with each call; what they hold is as secret as a key."""
        self.provider = provider
        self._base_url = base_url.rstrip("/")
        self._headers = ({"Authorization": f"Bearer {key}"} if key else {}) | dict(headers or {})
        self._secrets = tuple(secret for secret in (key, *(headers or {}).values()) if secret)
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    def call(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        limit: int,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        cancelled: threading.Event | None = None,
        save_to: Path | None = None,
    ) -> Reply | NoReply:
        """One call, answered within `seconds` (and half a second), of at most `limit` bytes. Never raises.

        `save_to`: the file that a successful answer of media (by its content type) is written to instead of held in
        memory; other answers are bounded by `SMALL_ANSWER` then.
        """
        url = f"{self._base_url}/{path.lstrip('/')}" if path else self._base_url
        sent = False
        try:
            data = None if json is None else json_form.dumps(json, allow_nan=False).encode("ascii")
            ask = Ask(
                method,
                url,
                seconds,
                limit,
                headers={**self._headers, "Accept": "*/*", **_TYPED[data is not None], **(headers or {})},
                data=data,
                connect_seconds=self._connect_seconds,
                read_seconds=self._read_seconds,
                save_to=save_to,
                secrets=self._secrets,
            )
            exchange = Exchange(ask, cancelled)
            try:
                return exchange.run()
            finally:
                sent = exchange.sent
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            context = {"address": _shown(url), "method": method}
            return NoReply(describe(problem, self.provider, self._secrets, **context), sent)

    def ping(self, path: str, seconds: float, healthy: Callable[[Reply], bool]) -> GenerationError | None:
        """None where `GET path` is answered as `healthy` wants it (whatever that raises means that it is not)."""
        reply = self.call("GET", path, seconds=seconds, limit=SMALL_ANSWER)
        if isinstance(reply, NoReply):
            return reply.error
        try:
            if healthy(reply):
                return None
        except Exception:  # an answer of some other form
            return unusable(self.provider, reply, "The service does not answer as one that is well.")
        if reply.status >= 300:
            return read_error(self.provider, BY_STATUS, reply)
        return unusable(self.provider, reply, "The service says that it is not well.")

    def not_configured(self, setting: str) -> GenerationError | None:
        """The error of a provider whose address is not set; None where it is."""
        if self._base_url:
            return None
        message = f"{setting} is not set: the service's address is not known."
        return GenerationError(ErrorCode.NOT_FOUND, self.provider, message, remedy=f"Set {setting}.")


def _shown(url: str) -> str:
    """An address without what may be secret in it: a login, a query."""
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{host}{parts.path}"[:300]
