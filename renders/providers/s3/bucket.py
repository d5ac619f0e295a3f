"""The calls to the bucket. Each is bounded in time and made once: whether it is made again is the policy's affair."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from renders.providers.http import Ask, Exchange, Reply
from renders.providers.s3.errors import NotFetchable, OutOfTime

PART = 16 * 2**20
"""Bytes. Larger files go in parts of this size; so much of a file is in memory at once."""
CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
FOREVER = "public, max-age=31536000, immutable"
"""What lies under a key made from content never changes."""
_REDIRECTS = 3


@dataclass(frozen=True)
class Account:
    """Where the bucket is and who we are there. `endpoint`: empty for Amazon's own; `public_url`: under which address
    people fetch what lies in it, the bucket's own where empty."""

    bucket: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    endpoint: str = ""
    region: str = "auto"
    public_url: str = ""

    def url_of(self, key: str) -> str:
        """The address that is given to people."""
        amazon = f"https://{self.bucket}.s3.{self.region}.amazonaws.com"
        own = f"{self.endpoint.rstrip('/')}/{self.bucket}" if self.endpoint else amazon
        return f"{(self.public_url or own).rstrip('/')}/{quote(key)}"


@dataclass(frozen=True)
class Patience:
    """For how long the whole of a publication may take, and whether anybody still wants it."""

    until: float
    """By the monotonic clock."""
    cancelled: threading.Event

    def left(self) -> float:
        """Seconds. Raises `OutOfTime`."""
        seconds = self.until - time.monotonic()
        if self.cancelled.is_set():
            raise OutOfTime("The upload was cancelled.")
        if seconds <= 0:
            raise OutOfTime("The upload did not end in time.")
        return seconds


class Bucket:
    """One publication's connection to the bucket. Raises what botocore raises; `errors.describe` knows it."""

    def __init__(self, session: Session, account: Account, seconds: float) -> None:
        self._account = account
        self._client = session.create_client(
            "s3",
            region_name=account.region,
            endpoint_url=account.endpoint or None,
            aws_access_key_id=account.access_key_id,
            aws_secret_access_key=account.secret_access_key,
            config=Config(
                connect_timeout=min(CONNECT_SECONDS, seconds),
                read_timeout=min(READ_SECONDS, seconds),
                retries={"total_max_attempts": 1},
                signature_version="s3v4",
                # Most services beside Amazon's have no name of their own for each bucket.
                s3={"addressing_style": "path" if account.endpoint else "auto"},
                # Newer checksums are not understood everywhere; Content-MD5, which each call sends, is.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

        self._client.meta.events.register("before-call.s3", _stay_here)

    def close(self) -> None:
        self._client.close()

    def answers(self) -> None:
        """Returns where the bucket is there and ours to use."""
        self._client.head_bucket(Bucket=self._account.bucket)

    def has(self, key: str, size: int, digest: str) -> bool:
        """Whether exactly this lies there already."""
        try:
            found = self._client.head_object(Bucket=self._account.bucket, Key=key)
        except ClientError as error:
            # 403 is what a bucket answers for a missing file where we may not list it: writing will tell.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                return False
            raise
        # Names of headers come back in any case: `Sha256` of servers that are written in Go.
        noted = {str(name).lower(): value for name, value in found.get("Metadata", {}).items()}
        return bool(found["ContentLength"] == size and noted.get("sha256") == digest)

    def put(self, key: str, path: Path, about: Mapping[str, Any], patience: Patience) -> None:
        """Store the file: whole or not at all, checked by the bucket against its MD5 (per part)."""
        to = {"Bucket": self._account.bucket, "Key": key}
        if path.stat().st_size <= PART:
            patience.left()
            self._client.put_object(**to, **about, **_body(path.read_bytes()))
            return
        to["UploadId"] = self._client.create_multipart_upload(**to, **about)["UploadId"]
        try:
            self._put_parts(to, path, patience)
        except BaseException:
            # What was sent would lie there unseen, and be paid for.
            with contextlib.suppress(Exception):
                self._client.abort_multipart_upload(**to)
            raise

    def _put_parts(self, to: Mapping[str, str], path: Path, patience: Patience) -> None:
        sent = []
        for number, data in enumerate(_pieces(path), start=1):
            patience.left()
            answer = self._client.upload_part(**to, PartNumber=number, **_body(data))
            sent.append({"PartNumber": number, "ETag": answer["ETag"]})
        patience.left()
        self._client.complete_multipart_upload(**to, MultipartUpload={"Parts": sent})


def check_fetchable(url: str, size: int, patience: Patience) -> None:
    """A URL counts once a HEAD or a read of it has succeeded (R17), by a stranger. No body is read. Raises
    `NotFetchable`, or what an exchange raises."""
    answer = _ask("HEAD", url, patience, {})
    if answer.status in (403, 405, 501):  # some doors know no HEAD
        answer = _ask("GET", url, patience, {"Range": "bytes=0-0"})
    if answer.status not in (200, 206):
        raise NotFetchable(url, answer.status, f"answers {answer.status}.")
    length = _length(answer)
    if length is not None and length != size:
        raise NotFetchable(url, answer.status, f"has {length} bytes instead of {size}.")
    if answer.content_type == "text/html":
        raise NotFetchable(url, answer.status, "answers with a web page.")


def _ask(method: str, url: str, patience: Patience, headers: Mapping[str, str]) -> Reply:
    where = url
    for _ in range(_REDIRECTS + 1):
        ask = Ask(
            method,
            where,
            patience.left(),
            0,
            headers=headers,
            connect_seconds=CONNECT_SECONDS,
            read_seconds=READ_SECONDS,
            no_body=True,
        )
        answer = Exchange(ask, patience.cancelled).run()
        if answer.status not in (301, 302, 303, 307, 308):
            return answer
        where = urljoin(where, answer.headers.get("location", ""))
    raise NotFetchable(url, 0, "leads on and on.")


def _length(answer: Reply) -> int | None:
    if answer.status == 206:
        told = answer.headers.get("content-range", "").rpartition("/")[2]
    else:
        told = answer.headers.get("content-length", "")
    return int(told) if told.isdecimal() else None


def _stay_here(context: dict[str, Any], **_: Any) -> None:
    """botocore would look for the bucket's region with a call that is redirected like the first one, and so on, a
    hundred deep. A region that is wrong is told by its remedy."""
    context["s3_redirect"] = {**context.get("s3_redirect", {}), "redirected": True}


def _body(data: bytes) -> dict[str, Any]:
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return {"Body": data, "ContentMD5": base64.b64encode(digest).decode()}


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PART):
            yield piece
