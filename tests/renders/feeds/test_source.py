from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from renders.feeds import FeedError, read_source, source


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        elif self.path == "/loop":
            self.send_response(301)
            self.send_header("Location", "/loop")
            self.end_headers()
        elif self.path == "/missing":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"0123456789" * 100)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_it_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(b"<rss/>")
    assert read_source(str(tmp_path / "feed.xml")) == b"<rss/>"


def test_it_reads_a_url_and_follows_redirects(server: str) -> None:
    assert read_source(f"{server}/to//feed") == b"0123456789" * 100


@pytest.mark.parametrize("location", ["", "no/such/file.xml", "ftp://e.org/feed", "file:///etc/hostname", "a\x00b"])
def test_what_cannot_be_read_is_a_typed_error(location: str) -> None:
    with pytest.raises(FeedError):
        read_source(location)


@pytest.mark.parametrize("path", ["/missing", "/loop", "/to/file:///etc/hostname", "/to/gopher://e.org/"])
def test_an_answer_that_is_no_feed_is_a_typed_error(server: str, path: str) -> None:
    with pytest.raises(FeedError):
        read_source(server + path)


def test_a_refused_connection_is_a_typed_error() -> None:
    with pytest.raises(FeedError, match="could not be read"):
        read_source("http://127.0.0.1:1/feed")


def test_the_size_is_limited_while_reading(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SIZE_LIMIT", 500)
    (tmp_path / "feed.xml").write_bytes(b"x" * 501)
    for location in (f"{server}/feed", str(tmp_path / "feed.xml")):
        with pytest.raises(FeedError, match="larger"):
            read_source(location)


def test_the_guard_sees_the_address_and_every_redirect(server: str) -> None:
    seen: list[str] = []
    read_source(f"{server}/to//feed", guard=seen.append)
    assert seen == [f"{server}/to//feed", f"{server}/feed"]


def test_what_the_guard_refuses_is_not_asked(server: str) -> None:
    def guard(url: str) -> None:
        if not url.startswith(server):
            raise PermissionError(url)

    with pytest.raises(PermissionError):
        read_source(f"{server}/to/http://127.0.0.1:1/secret", guard=guard)
