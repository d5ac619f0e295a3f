"""Fetching what an answer points to: an address that somebody else gave (R111)."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from renderhub.lib.url_guard import check_url
from renders.domain.errors import GenerationError
from renders.providers.http.exchange import Ask, Exchange
from renders.providers.http.reading import unusable
from renders.providers.http.reply import Reply
from renders.providers.http.trouble import describe

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = "The service answered with an address that cannot be fetched from. See its log; it is asked again."


def download(
    provider: str,
    url: str,
    to: Path,
    *,
    seconds: float,
    limit: int,
    allowed_hosts: Collection[str],
    cancelled: threading.Event | None = None,
) -> GenerationError | None:
    """Fetch `url` into the file `to`, whole or not at all; None where that succeeded. Never raises.

    Only public addresses are fetched from, and each redirect is checked like the first address. `allowed_hosts` may
    be private: names or addresses, or `host:port` for one port alone. Nothing secret is sent; a query, in which
    services put signatures, is told nowhere.
    """
    where = url
    context = {"address": _shown(url)}
    secrets: list[str] = []
    try:
        deadline = time.monotonic() + seconds
        for _ in range(MOST_REDIRECTS + 1):
            check_url(where)
            context["address"] = _shown(where)
            secrets.append(urlsplit(where).query)
            ask = Ask(
                "GET",
                where,
                max(deadline - time.monotonic(), 0.0),
                limit,
                headers={"Accept": "*/*"},
                public_except=_private_for(where, allowed_hosts),
                save_to=to,
                save_any=True,
                secrets=tuple(filter(None, secrets)),
            )
            reply = Exchange(ask, cancelled).run()
            if reply.status not in _REDIRECTS:
                return _judged(provider, reply, to, context)
            where = urljoin(where, reply.headers.get("location", ""))
        return unusable(provider, reply, "The address leads on and on.", remedy=_GONE, **context)
    except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
        to.unlink(missing_ok=True)
        return describe(problem, provider, secrets, **context)


def _judged(provider: str, reply: Reply, to: Path, context: dict[str, str]) -> GenerationError | None:
    """Whether what was fetched can be a file at all; what is in it is for whoever decodes it."""
    why = ""
    if reply.status != 200 or reply.saved is None:
        why = f"The file that the service made cannot be fetched: status {reply.status}."
    elif reply.content_type in ("text/html", "application/xhtml+xml"):
        why = "A page came in place of the file that the service made."
    elif to.stat().st_size == 0:
        why = "The file that the service made is empty."
    if not why:
        return None
    to.unlink(missing_ok=True)
    return unusable(provider, reply, why, remedy=_GONE, **context)


def _private_for(url: str, allowed_hosts: Collection[str]) -> frozenset[str]:
    """Of the hosts that may be private, those that are meant for the port of `url`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    here = frozenset({parts.hostname or ""}) if f"{parts.hostname}:{port}" in allowed_hosts else frozenset()
    return here | frozenset(allowed_hosts)


def _shown(url: str) -> str:
    return url.partition("?")[0].partition("#")[0][:300]
