"""A publisher on loopback whose feeds the test writes and breaks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class NewsServer:
    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, tuple[int, bytes]] = {}
        """By path: HTTP status and content. What is not there is a 404."""
        self.asked: Counter[str] = Counter()


@contextmanager
def news_server() -> Iterator[NewsServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            news.asked[self.path] += 1
            status, content = news.pages.get(self.path, (404, b"not here"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        news = NewsServer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield news
        server.shutdown()
        thread.join()
