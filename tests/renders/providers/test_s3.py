"""What a bucket may answer, and what is made of it (R30 to R34, R112). That it works is shown in tests/conformance."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Request
from renders.providers.s3 import S3
from tests.support.http_server import Handle, Loopback, answer, serving

KEY_ID, SECRET = "AKIA-TEST-KEY-ID", "the-very-secret-key"
CONTENT = b"a video"
NAME = hashlib.sha256(CONTENT).hexdigest() + ".mp4"


def s3(endpoint: str, **more: str) -> S3:
    return S3(bucket="videos", access_key_id=KEY_ID, secret_access_key=SECRET, endpoint=endpoint, **more)


def request(folder: Path, seconds: float = 10.0, cancelled: threading.Event | None = None) -> Request:
    path = folder / NAME
    path.write_bytes(CONTENT)
    payload = {"render_id": str(uuid.uuid4()), "run": 1, "keys": {"video": NAME}}
    return Request("upload", payload, folder / "w", seconds, {"video": path}, cancelled or threading.Event())


def error_of(outcome: Outcome) -> GenerationError:
    assert isinstance(outcome, Err), outcome
    return outcome.error


def refusal(status: int, code: str, message: str = "No.", **headers: str) -> Handle:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return answer(status, body.encode(), Content_Type="application/xml", **headers)


def bucket(**of: Handle) -> Handle:
    """Answers by method; what is not named answers as an empty bucket that takes everything."""
    usual = {"HEAD": answer(404), "PUT": answer(200, b"", ETag='"x"'), "GET": answer(404)}

    def handle(asked: BaseHTTPRequestHandler) -> None:
        {**usual, **of}[asked.command](asked)

    return handle


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving(bucket()) as loopback:
        yield loopback


@pytest.mark.parametrize(
    ("status", "code", "means", "remedy"),
    [
        (403, "InvalidAccessKeyId", ErrorCode.UNAUTHORIZED, "credentials"),
        (403, "SignatureDoesNotMatch", ErrorCode.UNAUTHORIZED, "credentials"),
        (403, "AccessDenied", ErrorCode.UNAUTHORIZED, "rights"),
        (403, "RequestTimeTooSkewed", ErrorCode.UNAUTHORIZED, "clock"),
        (400, "ExpiredToken", ErrorCode.UNAUTHORIZED, "credentials"),
        (404, "NoSuchBucket", ErrorCode.NOT_FOUND, "S3_BUCKET"),
        (400, "AuthorizationHeaderMalformed", ErrorCode.NOT_FOUND, "S3_REGION"),
        (503, "SlowDown", ErrorCode.RATE_LIMITED, ""),
        (429, "TooManyRequests", ErrorCode.RATE_LIMITED, ""),
        (400, "RequestTimeout", ErrorCode.TIMEOUT, ""),
        (400, "BadDigest", ErrorCode.TRANSIENT_PROVIDER_ERROR, ""),
        (409, "OperationAborted", ErrorCode.TRANSIENT_PROVIDER_ERROR, ""),
        (403, "QuotaExceeded", ErrorCode.QUOTA_EXCEEDED, "room"),
        (507, "XMinioStorageFull", ErrorCode.QUOTA_EXCEEDED, "room"),
        (500, "InternalError", ErrorCode.API_ERROR, ""),
        (502, "Whatever", ErrorCode.API_ERROR, ""),
        (503, "ServiceUnavailable", ErrorCode.API_ERROR, ""),
        (504, "Whatever", ErrorCode.API_ERROR, ""),
        (413, "EntityTooLarge", ErrorCode.INVALID_INPUT, ""),
        (402, "Whatever", ErrorCode.QUOTA_EXCEEDED, "room"),
        (418, "Teapot", ErrorCode.UNKNOWN, ""),
    ],
)
def test_a_refusal_has_its_code_and_its_remedy(
    server: Loopback, tmp_path: Path, status: int, code: str, means: ErrorCode, remedy: str
) -> None:
    server.handle = bucket(PUT=refusal(status, code, "the bucket's own words"))
    error = error_of(s3(server.address).submit(request(tmp_path), "key"))
    assert error.code is means
    assert remedy.lower() in error.what_to_do.lower()
    assert error.provider_code == code
    assert error.context["http_status"] == status
    assert "the bucket's own words" in error.message
    assert sum(seen.startswith("PUT") for seen in server.seen) == 1, "trying again is the policy's affair"


def test_a_bucket_that_asks_for_time_says_how_much(server: Loopback, tmp_path: Path) -> None:
    for code in ("SlowDown", "ServiceUnavailable"):
        server.handle = bucket(PUT=refusal(503, code, Retry_After="17"))
        error = error_of(s3(server.address).submit(request(tmp_path), "key"))
        assert (error.code, error.retry_after) == (ErrorCode.RATE_LIMITED, 17.0)


def test_a_bucket_may_say_it_by_a_date_or_in_no_way(server: Loopback, tmp_path: Path) -> None:
    for said, least, most in ((formatdate(time.time() + 600, usegmt=True), 590, 601), ("soon", None, None)):
        server.handle = bucket(PUT=refusal(429, "TooManyRequests", Retry_After=said))
        wait = error_of(s3(server.address).submit(request(tmp_path), "key")).retry_after
        assert wait is None if least is None else least < wait < most


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "Teapot"])
def test_a_secret_is_never_said(server: Loopback, tmp_path: Path, code: str) -> None:
    server.handle = bucket(PUT=refusal(418, code, f"signed with {SECRET} by {KEY_ID}"))
    provider = s3(server.address)
    error = error_of(provider.submit(request(tmp_path), "key"))
    told = json.dumps(error.to_json()) + repr(error) + repr(vars(provider)["_account"])
    assert SECRET not in told
    assert KEY_ID not in json.dumps(error.to_json())


@pytest.mark.parametrize(
    ("handle", "means"),
    [
        (answer(200, b"<html>Sign in to the hotel's network</html>", Content_Type="text/html"), "PROVIDER_FAILURE"),
        (answer(200, b""), "PROVIDER_FAILURE"),
    ],
)
def test_what_is_no_bucket_is_noticed(tmp_path: Path, handle: Handle, means: str) -> None:
    """It takes everything and keeps nothing: only a look at the public address tells."""

    def polite(asked: BaseHTTPRequestHandler) -> None:
        handle(asked)

    with serving(polite) as loopback:
        assert error_of(s3(loopback.address).submit(request(tmp_path), "key")).code == means


@pytest.mark.parametrize(("status", "means"), [(301, "NOT_FOUND"), (302, "PROVIDER_FAILURE"), (307, "NOT_FOUND")])
def test_a_bucket_that_sends_us_elsewhere_is_asked_once(tmp_path: Path, status: int, means: str) -> None:
    with serving(answer(status, Location="/elsewhere")) as elsewhere:
        assert error_of(s3(elsewhere.address).submit(request(tmp_path), "key")).code == means
        assert len(elsewhere.seen) == 1


def test_a_file_counts_only_when_strangers_can_fetch_it(server: Loopback, tmp_path: Path) -> None:
    for status, means in ((403, "UNAUTHORIZED"), (404, "NOT_FOUND"), (500, "API_ERROR"), (429, "RATE_LIMITED")):
        with serving(answer(status)) as public:
            error = error_of(s3(server.address, public_url=public.address).submit(request(tmp_path), "key"))
        assert error.code == means
        assert "S3_PUBLIC_URL" in error.what_to_do
        assert f"answers {status}" in error.message


def test_a_public_file_of_another_length_does_not_count(server: Loopback, tmp_path: Path) -> None:
    with serving(answer(200, b"a vid")) as public:
        error = error_of(s3(server.address, public_url=public.address).submit(request(tmp_path), "key"))
    assert error.code == "PROVIDER_FAILURE"
    assert "5 bytes instead of 7" in error.message


def test_a_door_that_knows_no_head_is_read_from(server: Loopback, tmp_path: Path) -> None:
    part = answer(206, CONTENT[:1], Content_Range=f"bytes 0-0/{len(CONTENT)}")
    with serving(bucket(HEAD=answer(405), GET=part)) as public:
        assert isinstance(s3(server.address, public_url=public.address).submit(request(tmp_path), "key"), Ok)
        assert [seen.split()[0] for seen in public.seen] == ["HEAD", "GET"]


def test_a_bucket_that_may_not_be_listed_is_written_to(server: Loopback, tmp_path: Path) -> None:
    """Without ListBucket a missing file answers 403."""
    server.handle = bucket(HEAD=answer(403))
    with serving(answer(200, CONTENT)) as public:
        assert isinstance(s3(server.address, public_url=public.address).submit(request(tmp_path), "key"), Ok)
    assert any(seen.startswith("PUT") for seen in server.seen)


def test_what_lies_there_already_is_not_written_again(server: Loopback, tmp_path: Path) -> None:
    there = answer(200, CONTENT, x_amz_meta_sha256=Path(NAME).stem, Content_Length=str(len(CONTENT)))
    server.handle = bucket(HEAD=there)
    assert isinstance(s3(server.address).submit(request(tmp_path), "key"), Ok)
    assert not any(seen.startswith("PUT") for seen in server.seen)


def test_what_lies_there_half_is_written_anew(server: Loopback, tmp_path: Path) -> None:
    half = answer(200, CONTENT[:3], x_amz_meta_sha256=Path(NAME).stem, Content_Length="3")
    server.handle = bucket(HEAD=half)
    s3(server.address).submit(request(tmp_path), "key")
    assert any(seen.startswith("PUT") for seen in server.seen)


def test_nobody_at_the_address_is_a_timeout(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = error_of(s3(f"http://127.0.0.1:{port}").submit(request(tmp_path), "key"))
    assert (error.code, "S3_ENDPOINT" in error.what_to_do) == (ErrorCode.TIMEOUT, True)
    error = error_of(s3("http://no-such-host.invalid").submit(request(tmp_path), "key"))
    assert error.code is ErrorCode.TIMEOUT


def test_a_server_that_hangs_up_or_speaks_no_tls_is_a_timeout(tmp_path: Path) -> None:
    with serving(lambda asked: asked.connection.shutdown(socket.SHUT_RDWR)) as loopback:
        assert error_of(s3(loopback.address).submit(request(tmp_path), "key")).code is ErrorCode.TIMEOUT
        secure = loopback.address.replace("http:", "https:")
        assert error_of(s3(secure).submit(request(tmp_path), "key")).code is ErrorCode.TIMEOUT


def test_a_server_that_keeps_still_is_left_at_the_time_limit(tmp_path: Path) -> None:
    with serving(lambda asked: None) as loopback:
        loopback.handle = lambda asked: bool(loopback.over.wait(30)) and None
        began = time.monotonic()
        error = error_of(s3(loopback.address).submit(request(tmp_path, seconds=0.3), "key"))
        assert error.code is ErrorCode.TIMEOUT
        began_ping = time.monotonic()
        assert s3(loopback.address).ping(0.3) is not None
        assert began_ping - began < 3
        assert time.monotonic() - began_ping < 3


def test_a_cancelled_upload_sends_nothing_more(server: Loopback, tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert isinstance(s3(server.address).submit(request(tmp_path, cancelled=cancelled), "key"), Err)
    assert server.seen == []


@pytest.mark.parametrize("how", ["refused", "cancelled"])
def test_parts_that_come_to_nothing_are_taken_back(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("renders.providers.s3.bucket.PART", 4)
    cancelled = threading.Event()
    begun = answer(200, b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
    second = refusal(500, "InternalError")

    def put(asked: BaseHTTPRequestHandler) -> None:
        first = "partNumber=1" in asked.path
        if how == "cancelled":
            cancelled.set()
        (answer(200, b"", ETag='"x"') if first else second)(asked)

    server.handle = bucket(PUT=put, POST=begun, DELETE=answer(204))
    error = error_of(s3(server.address).submit(request(tmp_path, cancelled=cancelled), "key"))
    assert error.code is (ErrorCode.API_ERROR if how == "refused" else ErrorCode.TIMEOUT)
    assert "uploadId=u1" in server.seen[-1]
    assert server.seen[-1].startswith("DELETE")


def test_a_bucket_that_cannot_be_used_says_so_when_asked(server: Loopback) -> None:
    server.handle = bucket(HEAD=answer(403))
    found = s3(server.address).ping(2.0)
    assert found is not None
    assert found.code is ErrorCode.UNAUTHORIZED
    server.handle = bucket(HEAD=answer(200))
    assert s3(server.address).ping(2.0) is None


@pytest.mark.parametrize(
    ("made_with", "url"),
    [
        ({"endpoint": "https://s3.example.org/"}, "https://s3.example.org/videos/a/b.mp4"),
        ({"endpoint": "", "region": "eu-central-1"}, "https://videos.s3.eu-central-1.amazonaws.com/a/b.mp4"),
        ({"endpoint": "https://x", "public_url": "https://cdn.example.org/v/"}, "https://cdn.example.org/v/a/b.mp4"),
    ],
)
def test_people_get_the_public_address(made_with: dict[str, str], url: str) -> None:
    provider = S3(bucket="videos", access_key_id=KEY_ID, secret_access_key=SECRET, **made_with)
    assert provider._account.url_of("a/b.mp4") == url
