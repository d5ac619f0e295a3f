"""A server on loopback that answers as it is told, also badly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handle = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Loopback:
    """`handle` answers every request; `seen` notes method and path of each."""

    handle: Handle
    seen: list[str] = field(default_factory=list)
    address: str = ""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends: whoever keeps a caller waiting waits for this."""


def answer(status: int, body: bytes = b"", **headers: str) -> Handle:
    """A handler that always answers so; names of headers are written with underscores."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        # Whole bodies are read first: a client that is still sending would meet a reset instead of the answer.
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    return handle


@contextmanager
def serving(handle: Handle) -> Iterator[Loopback]:
    loopback = Loopback(handle)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # senders of files wait for its "100 Continue"
        timeout = 30

        def _take(self) -> None:
            loopback.seen.append(f"{self.command} {self.path}")
            loopback.handle(self)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _take  # noqa: N815 (the names that http.server calls)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    loopback.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        loopback.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
