"""Fetching a feed's bytes from a file or over http(s)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from renderhub.lib.bounded_session import bounded_session
from renderhub.lib.url_guard import AddressRefused
from renders.feeds.errors import FeedError

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes, after decompression."""
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
TOTAL_SECONDS = 40.0
"""A source that sends a byte now and then keeps within the read limit for ever; this ends it."""
MOST_REDIRECTS = 5
_CHUNK = 32 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "RenderHub (feed reader)",
    "Accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, */*;q=0.5",
}


def read_source(
    location: str,
    *,
    guard: Callable[[str], None] | None = None,
    allowed_hosts: Collection[str] | None = None,
) -> bytes:
    """Bytes of the feed at a file path or http(s) URL, at most `SIZE_LIMIT`.

    `guard` is called with the URL and with the target of each redirect before it is asked, and raises where that is
    not allowed (R111); what it raises passes through. `allowed_hosts`: those that may have private addresses; where it
    is not given, all may. Raises FeedError.
    """
    if scheme_of(location) in ("http", "https"):
        return _read_url(location, guard, allowed_hosts)
    if "://" in location:
        raise FeedError(
            f"{location[:200]} is no address that feeds are read from.",
            "Feeds come from http, https or a file's path.",
            "Correct the feed's address.",
        )
    return _read_file(Path(location))


def scheme_of(location: str) -> str:
    """`http` or whatever an address begins with; empty where it is none."""
    try:
        return urlsplit(location).scheme.lower()
    except ValueError:
        return ""


def _read_file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileNotFoundError
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise FeedError(
            f"The file {path} cannot be read.",
            "It is not there, or its rights forbid it.",
            "Correct the feed's path, or let the worker read the file.",
        ) from error
    if len(data) > SIZE_LIMIT:
        raise too_large(str(path))
    return data


def _read_url(url: str, guard: Callable[[str], None] | None, allowed_hosts: Collection[str] | None) -> bytes:
    deadline = time.monotonic() + TOTAL_SECONDS
    with bounded_session(TOTAL_SECONDS, CONNECT_SECONDS, allowed_hosts) as asking:
        for _ in range(MOST_REDIRECTS + 1):
            if guard is not None:
                guard(url)
            try:
                target, data = _ask(asking, url, deadline)
            except (requests.RequestException, ValueError, OSError) as error:
                if refused := _refusal(error):
                    raise refused from error
                raise FeedError(
                    f"{url[:200]} could not be read: {type(error).__name__}.",
                    "The server did not answer in time, refused the connection or broke it off.",
                    "Open the address in a browser; if it works there, check this machine's network.",
                ) from error
            if target is None:
                return data
            url = target
    raise FeedError(
        f"{url[:200]} redirects more than {MOST_REDIRECTS} times.",
        "The server sends readers in a circle.",
        "Enter the address that a browser ends up at.",
    )


def _refusal(error: BaseException | None) -> FeedError | None:
    """The guard acts at connection (R111); what it says comes wrapped in the errors of two libraries."""
    while error is not None:
        if isinstance(error, AddressRefused):
            return FeedError(
                "The feed's address is not one that is read.", str(error), "Use the publisher's public address."
            )
        error = error.__cause__ or error.__context__
    return None


def _ask(session: requests.Session, url: str, deadline: float) -> tuple[str | None, bytes]:
    """One request: where it redirects to, or None and the content."""
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    # Redirects are followed by hand so that the guard sees every one of them.
    with session.get(url, headers=_HEADERS, timeout=timeout, stream=True, allow_redirects=False) as answer:
        if answer.status_code in _REDIRECTS and "location" in answer.headers:
            target = urljoin(url, answer.headers["location"])
            if urlsplit(target).scheme.lower() not in ("http", "https"):
                raise ValueError("redirect to another kind of address")
            return target, b""
        if answer.status_code != requests.codes.ok:
            raise FeedError(
                f"{url[:200]} answered with HTTP {answer.status_code}.",
                "The server has no feed for us there now.",
                "Check the feed's address; for 401 or 403 ask its publisher, for 5xx wait.",
            )
        return None, _content(answer, url, deadline)


def _content(answer: requests.Response, url: str, deadline: float) -> bytes:
    data = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        data += chunk
        if len(data) > SIZE_LIMIT:
            raise too_large(url)
        _check(url, deadline)
    _check(url, deadline)  # a connection that was ended then looks like an answer that has come to its end
    return bytes(data)


def _check(url: str, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise FeedError(
            f"{url[:200]} sends too slowly: not done after {TOTAL_SECONDS:.0f} s.",
            "The reading was broken off, so that one slow feed does not hold up the others.",
            "Wait for the server to recover, or use another feed.",
        )


def too_large(location: str) -> FeedError:
    return FeedError(
        f"{location[:200]} is larger than {SIZE_LIMIT // (1024 * 1024)} MB.",
        "That is no feed of news, or a whole archive.",
        "Use a feed of the newest entries only.",
    )
