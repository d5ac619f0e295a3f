"""Feeds as the world sends them, read over a real connection: a clear error on that feed, or clean text (R3, R111)."""

from __future__ import annotations

import bz2
import gzip
import json
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from renders.domain.job import is_plain
from renders.feeds import FeedEntry, FeedError, reading
from renders.feeds.parse import parse
from renders.feeds.reading import read

LOOPBACK = ("127.0.0.1",)
ZEROS = zlib.compressobj(9, zlib.DEFLATED, 31)
BOMB = ZEROS.compress(bytes(64_000_000)) + ZEROS.flush()
"""60 KB that unpack to 64 MB; ten of them in a row are one gzip file of 640 MB."""

ITEM = "<item><title>Title</title><link>https://e.org/1</link><description>Text.</description>{}</item>"
SCRIPTS = (
    "<script>alert(1)</script><b onclick='x()'>Text</b><style>p{}</style><iframe src='//e.org'></iframe>"
    "<img src=x onerror=alert(1)><svg/onload=alert(1)>.&lt;script&gt;alert(2)&lt;/script&gt;"
)
FEEDS = {
    "rss 0.90": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
    "xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>F</title></channel>"
    + ITEM.format("")
    + "</rdf:RDF>",
    "rss 0.91": "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' "
    "'http://my.netscape.com/publish/formats/rss-0.91.dtd'><rss version='0.91'><channel><title>F</title>"
    "<language>en</language>" + ITEM.format("") + "</channel></rss>",
    "rss 0.92": "<rss version='0.92'><channel><title>F</title>" + ITEM.format("") + "</channel></rss>",
    "rss 1.0": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    "<channel rdf:about='u'><title>F</title></channel>" + ITEM.format("") + "</rdf:RDF>",
    "rss 2.0": "<rss version='2.0'><channel><title>F</title>" + ITEM.format("<guid>g</guid>") + "</channel></rss>",
    "atom 0.3": "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>F</title><entry><title>Title</title>"
    "<link href='https://e.org/1'/><summary>Text.</summary></entry></feed>",
    "atom 1.0": "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><id>i</id><title>Title</title>"
    "<link href='https://e.org/1'/><content type='html'>&lt;p&gt;Text.&lt;/p&gt;</content></entry></feed>",
    "json feed": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "F",
            "items": [{"id": "1", "url": "https://e.org/1", "title": "Title", "content_html": "<p>Text.</p>"}],
        }
    ),
}


class Publisher(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with suppress(OSError):  # the reader has had enough
            PAGES[self.path](self)

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def trickle(self, piece: bytes) -> None:
        while not stopping.is_set():
            self.wfile.write(piece)
            stopping.wait(0.1)

    def log_message(self, *_: object) -> None:
        return


stopping = threading.Event()


def slow_body(publisher: Publisher) -> None:
    publisher.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    publisher.trickle(b"x")


def slow_head(publisher: Publisher) -> None:
    publisher.wfile.write(b"HTTP/1.1 200 OK\r\n")
    publisher.trickle(b"X-A: b\r\n")


def fifty_megabytes(publisher: Publisher) -> None:
    publisher.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
    publisher.wfile.write(FEEDS["rss 2.0"].encode().replace(b"</channel></rss>", b""))
    for _ in range(50):
        publisher.wfile.write(b"<item><title>x</title></item>" * 34_000)


def redirect(target: str) -> Callable[[Publisher], None]:
    return lambda publisher: publisher.answer(b"", 302, Location=target)


def packed(content: bytes, encoding: str) -> Callable[[Publisher], None]:
    return lambda publisher: publisher.answer(content, Content_Encoding=encoding)


PAGES: dict[str, Callable[[Publisher], None]] = {
    **{f"/{name.replace(' ', '-')}": (lambda p, text=text: p.answer(text.encode())) for name, text in FEEDS.items()},
    "/gzip": packed(gzip.compress(FEEDS["rss 2.0"].encode()), "gzip"),
    "/moved": redirect("/rss-2.0"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data"),
    "/to-localhost": redirect("http://[::1]:22/"),
    "/to-file": redirect("file:///etc/passwd"),
    "/circle": redirect("/circle"),
    "/missing": lambda p: p.answer(b"no", 404),
    "/forbidden": lambda p: p.answer(b"no", 403),
    "/broken": lambda p: p.answer(b"no", 503),
    "/nothing": lambda p: p.answer(b"", 204),
    "/empty": lambda p: p.answer(b""),
    "/page": lambda p: p.answer(b"<!doctype html><html><body>Sign in</body></html>"),
    "/picture": lambda p: p.answer(b"\x89PNG\r\n\x1a\n\x00\x00"),
    "/cut-off": lambda p: p.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<rss>"),
    "/no-http": lambda p: p.wfile.write(b"220 smtp.example.org ESMTP\r\n"),
    "/endless-head": lambda p: p.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"),
    "/wrong-gzip": packed(b"this is not packed", "gzip"),
    "/bomb": packed(BOMB * 10, "gzip"),
    "/bomb-in-a-bomb": packed(gzip.compress(BOMB * 10), "gzip, gzip"),
    "/bz2": packed(bz2.compress(b"x"), "bzip2"),
    "/fifty-megabytes": fifty_megabytes,
    "/slow-body": slow_body,
    "/slow-head": slow_head,
    "/entities": lambda p: p.answer(
        b"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>"
        + b"".join(b"<!ENTITY %c '%s'>" % (c, b"&%c;" % (c - 1) * 10) for c in b"bcdefgh")
        + b"]><rss version='2.0'><channel><item><title>&h;</title></item></channel></rss>"
    ),
    "/file-entity": lambda p: p.answer(
        b"<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
        b"<rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    stopping.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        stopping.set()
        running.shutdown()
        thread.join()


def refused(location: str, *hosts: str, seconds: float = 20.0) -> FeedError:
    with pytest.raises(FeedError) as caught:
        read(location, hosts, seconds=seconds)
    assert caught.value.what
    assert caught.value.means
    assert caught.value.remedy
    return caught.value


def check_clean(entry: FeedEntry) -> None:
    for text in (entry.title, entry.text, entry.source):
        assert not re.search(r"<[a-zA-Z!/][^<>]*>", text), text
        assert is_plain(text)
    assert is_plain(entry.guid)
    assert entry.url == "" or entry.url.startswith(("http://", "https://"))


@pytest.mark.parametrize("name", FEEDS)
def test_every_kind_of_feed_comes_out_alike(name: str) -> None:
    (entry,) = parse(FEEDS[name].encode())
    assert (entry.title, entry.text, entry.url, entry.source) == ("Title", "Text.", "https://e.org/1", "F")


@pytest.mark.parametrize("path", ["/rss-2.0", "/json-feed", "/gzip", "/moved"])
def test_it_is_read_over_a_connection(server: str, path: str) -> None:
    (entry,) = read(server + path, LOOPBACK)
    assert (entry.title, entry.text) == ("Title", "Text.")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/to-metadata", "not a public address"),
        ("/to-localhost", "not a public address"),
        ("/to-file", "could not be read"),
        ("/circle", "redirects more than"),
        ("/missing", "HTTP 404"),
        ("/forbidden", "HTTP 403"),
        ("/broken", "HTTP 503"),
        ("/nothing", "HTTP 204"),
        ("/empty", "empty"),
        ("/page", "web page"),
        ("/picture", "no text"),
        ("/cut-off", "could not be read"),
        ("/no-http", "could not be read"),
        ("/endless-head", "could not be read"),
        ("/wrong-gzip", "could not be read"),
        ("/bomb", "larger than 10 MB"),
        ("/bomb-in-a-bomb", "larger than 10 MB"),
        ("/fifty-megabytes", "larger than 10 MB"),
        ("/entities", "entities of its own"),
        ("/file-entity", "entities of its own"),
    ],
)
def test_what_is_no_feed_is_an_error_on_that_feed(server: str, path: str, word: str) -> None:
    assert word in str(refused(server + path, *LOOPBACK))


@pytest.mark.parametrize("path", ["/slow-head", "/slow-body"])
def test_a_server_that_keeps_on_sending_is_broken_off(server: str, path: str) -> None:
    began = time.monotonic()
    assert "within 2 s" in str(refused(server + path, *LOOPBACK, seconds=2.0))
    assert time.monotonic() - began < 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
    ],
)
def test_private_addresses_are_not_asked(location: str) -> None:
    assert "not a public address" in str(refused(location))


@pytest.mark.parametrize(
    "location", ["http://user:password@e.org/", "http://", "http://[", "ftp://e.org/", "gopher://e.org"]
)
def test_what_is_no_address_is_an_error(location: str) -> None:
    refused(location)


def test_a_reader_that_needs_too_much_memory_costs_nobody_else_anything(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MEMORY_MB", 30)
    refused(f"{server}/rss-2.0", *LOOPBACK)


@pytest.mark.parametrize("name", [name for name in FEEDS if name != "json feed"])
def test_no_markup_and_no_script_survives(name: str) -> None:
    escaped = SCRIPTS.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for text in (escaped, f"<![CDATA[{SCRIPTS}]]>"):
        for field in ("Text.", "Title", ">F<"):
            put = f">{text}<" if field == ">F<" else text
            for entry in parse(FEEDS[name].replace(field, put).encode()):
                check_clean(entry)
                assert "alert(1)" not in entry.title + entry.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Text.</p><script src='x", "Text."),
        ("Text. <a href='https://e.org", "Text."),
        ("Text.</", "Text.</"),
        ("Text.</p", "Text."),
        ("Text.<!-- a note", "Text."),
        ("<!-- a --> Text.", "Text."),
        ("I <3 you, 5 < 6", "I <3 you, 5 < 6"),
    ],
)
def test_a_text_that_was_cut_in_the_middle_of_a_tag_is_clean(markup: str, text: str) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_html": markup}]}
    assert parse(json.dumps(feed).encode())[0].text == text


TEXTS = st.text(max_size=60) | st.sampled_from([SCRIPTS, "&#0;", "\x00", "\ud800", "<b>", "]]>", "&lt;b&gt;", "a<b"])


@hypothesis(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries({"id": TEXTS, "title": TEXTS, "content_html": TEXTS, "url": TEXTS}), max_size=4))
def test_whatever_a_json_feed_says_is_an_error_or_clean_text(items: list[dict[str, str]]) -> None:
    document = {"version": "https://jsonfeed.org/version/1", "title": "F", "items": items}
    try:
        entries = parse(json.dumps(document).encode())
    except FeedError:
        return
    for entry in entries:
        check_clean(entry)


@hypothesis(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FEEDS)), st.data())
def test_whatever_is_broken_in_a_feed_is_an_error_or_clean_text(name: str, data: st.DataObject) -> None:
    content = bytearray(FEEDS[name].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 30, len(content))))
        content[start:end] = data.draw(st.binary(max_size=30))
    try:
        entries = parse(bytes(content))
    except FeedError:
        return
    for entry in entries:
        check_clean(entry)
