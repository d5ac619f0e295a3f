"""One request and its answer, in a thread of its own, so that nothing that the other side does holds the caller."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

import requests

from renderhub.lib.bounded_session import Line, session_on
from renders.providers.http.reply import SMALL_ANSWER, Reply
from renders.providers.http.trouble import Cancelled, CutOff, NotStored, OutOfTime, TooLarge

_LOOK_SECONDS = 0.1
"""How often a caller looks whether its call was cancelled."""
_SETTLE_SECONDS = 0.5
"""What a call is given to end by itself once its connections are gone. A look-up of a name cannot be interrupted: it
is left to itself, and finds its line closed."""
_CHUNK = 64 * 1024
_MEDIA = ("audio/", "video/", "image/", "application/octet-stream", "binary/octet-stream")


@dataclass(frozen=True)
class Ask:
    """One request and its bounds. Times in seconds, sizes in bytes."""

    method: str
    url: str
    seconds: float
    limit: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    public_except: Collection[str] | None = None
    """See `Line`."""
    save_to: Path | None = None
    """Where a successful answer that is media goes, instead of into memory."""
    save_any: bool = False
    """Whether any successful answer goes there, whatever it says it is."""
    no_body: bool = False
    """Whether status and headers are all that is wanted: what follows them is left unread."""
    secrets: tuple[str, ...] = ()


class Exchange:
    """`run` once. Afterwards `sent` says whether the request may have reached the service."""

    def __init__(self, ask: Ask, cancelled: threading.Event | None) -> None:
        self._ask = ask
        self._cancelled = cancelled
        self._deadline = time.monotonic() + ask.seconds
        self._line = Line(self._deadline, ask.connect_seconds, ask.public_except)
        self._reply: Reply | None = None
        self._problem: BaseException | None = None
        self._done = threading.Event()

    @property
    def sent(self) -> bool:
        return self._line.sent

    def run(self) -> Reply:
        """The answer. Raises what the way there and back raises, `OutOfTime` and `Cancelled`; within the time limit,
        and no more than `_SETTLE_SECONDS` after it."""
        self._check()
        threading.Thread(target=self._work, name="http call", daemon=True).start()
        try:
            while not self._done.wait(min(_LOOK_SECONDS, max(self._deadline - time.monotonic(), 0.0))):
                self._check()
        finally:
            self._line.close()
            self._done.wait(_SETTLE_SECONDS)
        if self._problem is not None:
            raise self._problem
        if self._reply is None:
            raise OutOfTime(f"{self._ask.seconds:.1f} s")
        return self._reply

    def _check(self) -> None:
        if self._cancelled is not None and self._cancelled.is_set():
            raise Cancelled("nobody waits for it any more")
        if time.monotonic() >= self._deadline:
            raise OutOfTime(f"none within {self._ask.seconds:.1f} s")

    def _work(self) -> None:
        try:
            self._reply = self._call()
        except BaseException as problem:  # carried to the caller's thread
            self._problem = problem
        finally:
            self._done.set()

    def _call(self) -> Reply:
        ask = self._ask
        with session_on(self._line) as session:
            left = max(self._deadline - time.monotonic(), 0.01)
            timeout = (min(ask.connect_seconds, left), min(ask.read_seconds, left))
            # Compressed answers are understood, but not asked for: their size is not known before it is too late.
            headers = {"User-Agent": "RenderHub", "Accept-Encoding": "identity", "Connection": "close", **ask.headers}
            with session.request(
                ask.method, ask.url, data=ask.data, headers=headers, timeout=timeout, stream=True, allow_redirects=False
            ) as response:
                return self._read(response)

    def _read(self, response: requests.Response) -> Reply:
        ask = self._ask
        headers = {name.lower(): value for name, value in response.headers.items()}
        if getattr(getattr(response.raw, "_original_response", None), "msg", Message()).defects:
            raise CutOff("in the middle of its headers")
        reply = Reply(response.status_code, headers, secrets=ask.secrets)
        if ask.no_body:
            return reply
        if (
            ask.save_to is not None
            and 200 <= reply.status < 300
            and (ask.save_any or reply.content_type.startswith(_MEDIA))
        ):
            self._save(_bounded(response, ask.limit, self._check), ask.save_to)
            return Reply(reply.status, headers, saved=ask.save_to, secrets=ask.secrets)
        limit = ask.limit if ask.save_to is None else min(ask.limit, SMALL_ANSWER)
        body = bytearray()
        for chunk in _bounded(response, limit, self._check):
            body += chunk
        return Reply(reply.status, headers, bytes(body), secrets=ask.secrets)

    def _save(self, chunks: Iterator[bytes], path: Path) -> None:
        """Under a name of its own until it is whole; nothing is left of what is not."""
        half_done = path.with_name(f"{path.name}.part")
        try:
            with half_done.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            half_done.rename(path)
        except OSError as error:  # what the connection meets comes as an exception of urllib3's own
            raise NotStored(str(error)) from error
        finally:
            half_done.unlink(missing_ok=True)


def _bounded(response: requests.Response, limit: int, check: Callable[[], None]) -> Iterator[bytes]:
    """The body in chunks, unpacked. Raises `TooLarge` as soon as it is known to be, and what `check` raises."""
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > limit:
        raise TooLarge(f"{int(length)} bytes; at most {limit} are taken")
    size = 0
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"more than the {limit} bytes that are taken")
        check()
        yield chunk
    # A line that was closed at the deadline looks like an answer that has come to its end.
    check()
