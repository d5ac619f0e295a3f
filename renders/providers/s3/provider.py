"""Publishes into a bucket. The key is made from the content and looked at before it is written: publishing twice
changes nothing (I4)."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import closing
from functools import cache
from pathlib import Path

from botocore.session import Session

from renderhub.lib.durable import hash_of
from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Immediate, Request
from renders.providers.s3 import errors
from renders.providers.s3.bucket import FOREVER, Account, Bucket, Patience, check_fetchable

_TYPES = {
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
"""Nothing that a browser runs: whatever else there is goes out as bytes to be saved."""
_making = threading.Lock()
"""Sessions are not to be shared while they make a client; the clients are."""


@cache
def _session() -> Session:
    """One a process: it reads a large description of the service. No profile of this machine's user has a say."""
    nothing = dict.fromkeys(("config_file", "credentials_file"), (None, None, "", None))
    return Session(session_vars={**nothing, "profile": (None, None, None, None)})


class S3(Immediate):
    """The finished files in an S3-compatible bucket, under `<render>/<hash of the content>.<suffix>` (R17).

    Payload and result as the stage `upload` has them. An answer `Ok` means that each address has been fetched from.
    """

    name = errors.NAME

    def __init__(
        self,
        *,
        bucket: str,
        access_key_id: str,
        secret_access_key: str,
        endpoint: str = "",
        region: str = "",
        public_url: str = "",
    ) -> None:
        """See `Account`."""
        self._account = Account(bucket, access_key_id, secret_access_key, endpoint, region or "auto", public_url)

    def submit(self, request: Request, key: str) -> Outcome:
        patience = Patience(time.monotonic() + request.seconds, request.cancelled)
        try:
            render_id = str(uuid.UUID(str(request.payload["render_id"])))
            with closing(self._connect(request.seconds)) as bucket:
                names = {role: f"{render_id}/{Path(str(request.payload['keys'][role])).name}" for role in request.files}
                for role, path in request.files.items():
                    _publish(bucket, names[role], path, patience)
            for role, path in request.files.items():
                check_fetchable(self._account.url_of(names[role]), path.stat().st_size, patience)
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(self._described(problem))
        return Ok({f"{role}_url": self._account.url_of(name) for role, name in names.items()})

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether the bucket is there and takes our key (R40)."""
        try:
            with closing(self._connect(seconds)) as bucket:
                bucket.answers()
        except Exception as problem:
            return self._described(problem)
        return None

    def _connect(self, seconds: float) -> Bucket:
        with _making:
            return Bucket(_session(), self._account, seconds)

    def _described(self, problem: Exception) -> GenerationError:
        return errors.describe(problem, (self._account.secret_access_key, self._account.access_key_id))


def _publish(bucket: Bucket, name: str, path: Path, patience: Patience) -> None:
    digest, size = hash_of(path), path.stat().st_size
    if Path(name).stem != digest:
        raise errors.Damaged(f"{Path(name).name} was damaged on disk.")
    patience.left()
    if not bucket.has(name, size, digest):
        content_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
        about = {"ContentType": content_type, "CacheControl": FOREVER, "Metadata": {"sha256": digest}}
        bucket.put(name, path, about, patience)
