"""What somebody else gave as an address is fetched from the public Internet only (R111, I9)."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from renderhub.lib.bounded_session import bounded_session
from renderhub.lib.url_guard import AddressRefused, check_url, public_addresses

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%lo",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
]
PUBLIC = ["93.184.215.14", "2606:2800:220:1::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets names resolve to given addresses, without asking anybody."""

    def to(*addresses: str) -> None:
        answer = [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80))
            for one in addresses
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    return to


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org",
        "example.org",
        "http://",
        "http:///x",
        "javascript:alert(1)",
        "http://user:secret@example.org/",
        "http://user@example.org/",
        "http://[::1",
        "data:text/plain,x",
    ],
)
def test_only_plain_http_addresses_pass(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://example.org", "https://example.org:8443/feed?a=b#c", "HTTP://EXAMPLE.ORG/"])
def test_plain_http_addresses_pass(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(address: str, resolves: Any) -> None:
    resolves(address)
    with pytest.raises(AddressRefused, match="not a public address"):
        public_addresses("innocent.example", 80, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str, resolves: Any) -> None:
    resolves(address)
    assert public_addresses("example.org", 80, ())[0][4][0] == address


def test_one_private_address_among_public_ones_is_enough(resolves: Any) -> None:
    resolves(PUBLIC[0], "10.0.0.1")
    with pytest.raises(AddressRefused):
        public_addresses("example.org", 80, ())


@pytest.mark.parametrize("allowed", ["intranet", "10.0.0.1"])
def test_private_hosts_may_be_listed_by_name_or_address(allowed: str, resolves: Any) -> None:
    resolves("10.0.0.1")
    assert public_addresses("intranet", 80, (allowed,))
    with pytest.raises(AddressRefused):
        public_addresses("other", 80, ("intranet",))


class Server(http.server.BaseHTTPRequestHandler):
    to = ""

    def do_GET(self) -> None:
        self.send_response(302 if self.to else 200)
        if self.to:
            self.send_header("Location", self.to)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Server,), {}))
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_nothing_is_sent_to_this_machine_however_it_is_written(host: str, server: Any) -> None:
    with pytest.raises(requests.RequestException), bounded_session(5, 5, ()) as session:
        session.get(f"http://{host}:{server.server_port}/", timeout=5)


def test_a_listed_host_is_fetched(server: Any) -> None:
    with bounded_session(5, 5, ["127.0.0.1"]) as session:
        assert session.get(f"http://127.0.0.1:{server.server_port}/", timeout=5).text == "ok"


def test_a_redirect_is_never_followed_by_itself(server: Any) -> None:
    server.RequestHandlerClass.to = f"http://127.0.0.2:{server.server_port}/"
    with bounded_session(5, 5, ["127.0.0.1"]) as session:
        answer = session.get(f"http://127.0.0.1:{server.server_port}/", timeout=5)
    assert (answer.status_code, answer.history) == (302, [])


def test_a_name_that_changes_after_the_check_does_not_help(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the address that was checked is the one that is connected to; nobody asks twice."""
    asked: list[str] = []
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.server_port))]

    def changing(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        return public if len(asked) == 1 else private

    def refuse(_: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    connected: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(requests.RequestException), bounded_session(5, 5, ["rebind.example"]) as session:
        session.get("http://rebind.example/", timeout=5)
    assert connected == [("192.0.2.1", 80)]
    assert len(asked) == 1


def test_a_proxy_of_the_environment_is_not_asked_to_fetch_for_us(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(requests.RequestException), bounded_session(5, 5, ()) as session:
        session.get("http://10.255.255.1/", timeout=1)
