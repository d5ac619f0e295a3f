"""A server on loopback that does to its callers what services do on their worst days.

    with MisbehavingServer() as server:
        server.does(reset(), answer(200, b"fine"))      # one act a request; the last one goes on
        ...                                             # call `server.url`
        server.asked[0].json()                          # what was asked

An act is a function of the `Talk` with one caller; `when(...)` chooses it by what was asked.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

PACE = 0.02
"""Seconds between two bytes of a server that drips."""
GIGABYTE = 1_000_000_000
_TLS = b"\x16\x03"
"""What a handshake begins with."""
_ZEROS = bytes(1_000_000)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Talk:
    """The connection with one caller, its request already read."""

    asked: Asked
    connection: socket.socket
    stopped: threading.Event
    sent: int = 0

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)
        self.sent += len(data)

    def drip(self, data: bytes) -> None:
        """Byte by byte, and then the last one again and again, until the caller has gone."""
        for byte in data:
            self.send(bytes([byte]))
            if self.stopped.wait(PACE):
                return
        while not self.stopped.wait(PACE):
            self.send(data[-1:])

    def wait_for_the_end(self) -> None:
        """Say nothing more until the caller hangs up."""
        with contextlib.suppress(OSError):
            self.connection.recv(1)

    def reset(self) -> None:
        """Close so that the caller's side gets a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Act = Callable[[Talk], None]


def answer(status: int = 200, body: bytes | str | Any = b"", headers: Mapping[str, str] | None = None) -> Act:
    """A whole answer. A body that is neither bytes nor text is sent as JSON."""
    data, kind = _encoded(body)

    def act(talk: Talk) -> None:
        talk.send(head(status, {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}) + data)

    return act


def silent() -> Act:
    """Takes the request and never says anything."""
    return Talk.wait_for_the_end


def slow_headers() -> Act:
    return lambda talk: talk.drip(head(200, {"Content-Type": "application/json"})[:-4] + b"\r\nX-More: a")


def cut_headers() -> Act:
    """Hangs up in the middle of its headers."""
    return lambda talk: talk.send(head(200, {"Content-Type": "application/json", "X-More": "a"})[:-9])


def slow_body(status: int = 200, kind: str = "application/json", *, told: bool = True) -> Act:
    """`told`: whether the headers say how long it is to be; where they do not, any end looks like its own."""

    def act(talk: Talk) -> None:
        talk.send(head(status, {"Content-Type": kind, **({"Content-Length": "100000"} if told else {})}))
        talk.drip(b" ")

    return act


def silent_body(kind: str = "application/json") -> Act:
    """Headers that do not say how much is to come, and nothing more."""

    def act(talk: Talk) -> None:
        talk.send(head(200, {"Content-Type": kind}))
        talk.wait_for_the_end()

    return act


def reset_before() -> Act:
    return Talk.reset


def reset_after(body: bytes = b"{", kind: str = "application/json") -> Act:
    """Headers and the beginning of a body, then a reset."""

    def act(talk: Talk) -> None:
        talk.send(head(200, {"Content-Type": kind, "Content-Length": "100000"}) + body)
        # The caller has read it before: a reset throws away what is still on its way.
        talk.stopped.wait(PACE)
        talk.reset()

    return act


def closed_before() -> Act:
    return lambda talk: None


def truncated(body: bytes | Any = b"{}", kind: str | None = None) -> Act:
    """Says that it is longer than what comes."""
    data, own = _encoded(body)
    return lambda talk: talk.send(head(200, {"Content-Type": kind or own, "Content-Length": str(len(data) + 9)}) + data)


def cut_short(body: bytes | Any, kind: str | None = None) -> Act:
    """Says that it is shorter than it is, so that its end is lost."""
    data, own = _encoded(body)
    told = str(len(data) // 2)
    return lambda talk: talk.send(head(200, {"Content-Type": kind or own, "Content-Length": told}) + data)


def truncated_chunks(body: bytes = b"{}", kind: str = "application/json") -> Act:
    chunk = f"{len(body):x}".encode() + b"\r\n" + body + b"\r\n"
    return lambda talk: talk.send(head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"}) + chunk)


def html(status: int = 200) -> Act:
    return answer(status, b"<!doctype html><title>Sign in</title><p>Please sign in.", {"Content-Type": "text/html"})


def empty(status: int = 200, kind: str = "application/json") -> Act:
    return answer(status, b"", {"Content-Type": kind})


def no_http() -> Act:
    return lambda talk: talk.send(b"SSH-2.0-OpenSSH_9.9\r\n")


def redirect(to: str, status: int = 302) -> Act:
    return answer(status, b"moved", {"Location": to, "Content-Type": "text/plain"})


def endless_redirect(to: str = "/elsewhere") -> Act:
    """Its body never ends."""

    def act(talk: Talk) -> None:
        talk.send(head(302, {"Location": to, "Content-Type": "text/plain"}))
        while not talk.stopped.is_set():
            talk.send(_ZEROS)

    return act


def dripping_redirect(to: str = "/elsewhere") -> Act:
    """Its headers never end."""
    return lambda talk: talk.drip(head(302, {"Location": to})[:-4] + b"\r\nX-More: a")


def zeros(kind: str = "application/json", *, size: int = GIGABYTE, told: bool = True, status: int = 200) -> Act:
    """`size` bytes of zeros; `told`: whether the headers say how many."""

    def act(talk: Talk) -> None:
        talk.send(head(status, {"Content-Type": kind, **({"Content-Length": str(size)} if told else {})}))
        while talk.sent < size and not talk.stopped.is_set():
            talk.send(_ZEROS)

    return act


def bomb(kind: str = "application/json", *, size: int = GIGABYTE) -> Act:
    """`size` bytes of zeros, packed so small that they are sent in a blink."""

    def act(talk: Talk) -> None:
        talk.send(head(200, {"Content-Type": kind, "Content-Encoding": "gzip"}))
        for _ in range(0, size, len(_ZEROS)):
            talk.send(_packed_zeros())

    return act


@cache
def _packed_zeros() -> bytes:
    return gzip.compress(_ZEROS, 9, mtime=0)


def when(choose: Callable[[Asked], Act]) -> Act:
    """The act that `choose` finds fit for what was asked."""
    return lambda talk: choose(talk.asked)(talk)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Words", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


@dataclass
class MisbehavingServer:
    asked: list[Asked] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    """Bytes that each caller was sent before it hung up."""

    def __post_init__(self) -> None:
        self._acts: list[Act] = [answer(500, b"no act was set")]
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host, self.port = self._listening.getsockname()
        self.url = f"http://{self.host}:{self.port}"
        self._talks: list[tuple[threading.Thread, socket.socket]] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def does(self, *acts: Act) -> None:
        """One act for each request from now on; the last one for all that follow."""
        with self._lock:
            self._acts = list(acts)

    def __enter__(self) -> MisbehavingServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)
        for thread, connection in self._talks:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            connection.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._talks.append((thread, connection))
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        # A caller that hangs up in the middle is what these tests are about.
        with contextlib.suppress(OSError), connection:
            asked = _read(connection)
            if asked is None:
                return
            with self._lock:
                self.asked.append(asked)
                act = self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]
            talk = Talk(asked, connection, self._stopped)
            try:
                act(talk)
            finally:
                self.sent.append(talk.sent)
            _hang_up(connection)


def _hang_up(connection: socket.socket) -> None:
    """End our side and read what the other still sends: closing over unread bytes would reset the connection."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    while connection.recv(65536):
        pass


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
        if data.startswith(_TLS):
            return Asked("TLS", "", {})
    first, _, body = data.partition(b"\r\n\r\n")
    start, *lines = first.decode("latin-1").split("\r\n")
    method, path, _ = [*start.split(" "), "", ""][:3]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    for chunk in _rest(connection, int(headers.get("content-length", "0")) - len(body)):
        body += chunk
    return Asked(method, path, headers, body)


def _rest(connection: socket.socket, missing: int) -> Iterator[bytes]:
    while missing > 0:
        chunk = connection.recv(65536)
        if not chunk:
            return
        missing -= len(chunk)
        yield chunk


def _encoded(body: bytes | str | Any) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return json.dumps(body).encode(), "application/json"
