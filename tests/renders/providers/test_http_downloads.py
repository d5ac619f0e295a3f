"""Files that an answer points to: fetched whole or not at all, from public addresses only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import download
from tests.support import misbehaving as acts
from tests.support.misbehaving import MisbehavingServer, answer

VIDEO = answer(200, b"frames", {"Content-Type": "video/mp4"})


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


def fetch(
    url: str, to: Path, allowed: Collection[str] = ("127.0.0.1",), limit: int = 1_000_000, seconds: float = 10.0
) -> GenerationError | None:
    return download("service", url, to, seconds=seconds, limit=limit, allowed_hosts=allowed)


def test_it_fetches_the_file_and_sends_no_secret(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(acts.redirect("/b?sign=abcdef"), VIDEO)

    assert fetch(f"{server.url}/a", tmp_path / "out.mp4") is None
    assert (tmp_path / "out.mp4").read_bytes() == b"frames"
    assert [asked.path for asked in server.asked] == ["/a", "/b?sign=abcdef"]
    assert all("authorization" not in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://2130706433:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:word@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://",
        "http://[::1",
        "",
        "\x00",
    ],
)
def test_it_fetches_from_no_private_address(server: MisbehavingServer, tmp_path: Path, url: str) -> None:
    server.does(VIDEO)

    error = fetch(url.format(port=server.port), tmp_path / "out.mp4", allowed=())

    assert error is not None
    assert error.code in (ErrorCode.PROVIDER_FAILURE, ErrorCode.TIMEOUT)
    assert (server.asked, list(tmp_path.iterdir())) == ([], [])


def test_one_port_of_a_private_host_may_be_allowed_alone(server: MisbehavingServer, tmp_path: Path) -> None:
    with MisbehavingServer() as other:
        other.does(VIDEO)
        server.does(VIDEO, acts.redirect(other.url))
        own = {f"{server.host}:{server.port}"}

        assert fetch(server.url, tmp_path / "first.mp4", own) is None
        error = fetch(server.url, tmp_path / "second.mp4", own)

    assert error is not None
    assert "not a public address" in error.message
    assert other.asked == []


@pytest.mark.parametrize("where", ["http://169.254.169.254/", "file:///etc/passwd", "http://localhost:1/"])
def test_each_redirect_is_checked(server: MisbehavingServer, tmp_path: Path, where: str) -> None:
    server.does(acts.redirect(where))

    error = fetch(server.url, tmp_path / "out.mp4", {f"127.0.0.1:{server.port}"})

    assert error is not None
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert len(server.asked) == 1
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_go_round_for_ever(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(acts.redirect("/again"))

    error = fetch(server.url, tmp_path / "out.mp4")

    assert error is not None
    assert error.code is ErrorCode.PROVIDER_FAILURE
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("act", "code"),
    [
        pytest.param(acts.html(), ErrorCode.PROVIDER_FAILURE, id="a page"),
        pytest.param(acts.empty(kind="video/mp4"), ErrorCode.PROVIDER_FAILURE, id="empty"),
        pytest.param(acts.truncated(b"frames"), ErrorCode.PROVIDER_FAILURE, id="truncated"),
        pytest.param(answer(404, {"error": "expired"}), ErrorCode.PROVIDER_FAILURE, id="expired"),
        pytest.param(answer(503), ErrorCode.PROVIDER_FAILURE, id="down"),
        pytest.param(acts.zeros("video/mp4"), ErrorCode.PROVIDER_FAILURE, id="a gigabyte, told"),
        pytest.param(acts.zeros("video/mp4", told=False), ErrorCode.PROVIDER_FAILURE, id="a gigabyte, untold"),
        pytest.param(acts.bomb("video/mp4"), ErrorCode.PROVIDER_FAILURE, id="a gigabyte, packed"),
        pytest.param(acts.reset_before(), ErrorCode.TIMEOUT, id="reset"),
        pytest.param(acts.slow_headers(), ErrorCode.TIMEOUT, id="slow headers"),
        pytest.param(acts.slow_body(kind="video/mp4"), ErrorCode.TIMEOUT, id="slow body"),
    ],
)
def test_what_does_not_come_whole_leaves_nothing(
    server: MisbehavingServer, tmp_path: Path, act: acts.Act, code: ErrorCode
) -> None:
    server.does(act)

    seconds = 0.5 if code is ErrorCode.TIMEOUT else 10.0
    error = fetch(f"{server.url}/video.mp4?signature=topsecret", tmp_path / "out.mp4", seconds=seconds)

    assert error is not None
    assert error.code is code
    assert "topsecret" not in str(error.to_json())
    assert error.context["address"] == f"{server.url}/video.mp4"
    assert list(tmp_path.iterdir()) == []
