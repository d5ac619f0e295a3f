"""What a bucket can answer, and what may happen on the way to it, in the words of R31 and R34."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from botocore import exceptions as boto
from botocore import parsers

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage
from renders.providers.http import Cancelled, CutOff
from renders.providers.http import OutOfTime as NoAnswerInTime

NAME = "s3"
RIGHTS = "Check the credentials (S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY), the bucket (S3_BUCKET) and its rights."
_PLACE = "Check S3_ENDPOINT, S3_BUCKET and S3_REGION: there is no such bucket at that address."
_REGION = "Check S3_REGION: the bucket is in another region, or its service wants another name for it."
_CLOCK = "Set this machine's clock: it differs from the bucket's by more than 15 minutes."
_REACH = "Check S3_ENDPOINT and that it can be reached from here; where it can, the service is slow or down."
_FULL = "Make room in the bucket's account, or raise its quota."
_PUBLIC = "Let everybody read the bucket's files, or set S3_PUBLIC_URL to the address under which they may."
_DISK = "Check the disk and the rights of the media folder (MEDIA_ROOT)."

_OWN: tuple[tuple[str, ErrorCode, str], ...] = (
    ("AccessDenied AllAccessDisabled InvalidAccessKeyId SignatureDoesNotMatch", ErrorCode.UNAUTHORIZED, RIGHTS),
    ("AccountProblem ExpiredToken InvalidToken InvalidSecurity NotSignedUp", ErrorCode.UNAUTHORIZED, RIGHTS),
    ("RequestTimeTooSkewed", ErrorCode.UNAUTHORIZED, _CLOCK),
    ("NoSuchBucket InvalidBucketName", ErrorCode.NOT_FOUND, _PLACE),
    ("AuthorizationHeaderMalformed PermanentRedirect TemporaryRedirect", ErrorCode.NOT_FOUND, _REGION),
    ("SlowDown SlowDownRead SlowDownWrite TooManyRequests RequestLimitExceeded", ErrorCode.RATE_LIMITED, ""),
    ("Throttling ThrottlingException BandwidthLimitExceeded", ErrorCode.RATE_LIMITED, ""),
    ("QuotaExceeded XMinioStorageFull XMinioAdminBucketQuotaExceeded", ErrorCode.QUOTA_EXCEEDED, _FULL),
    # Damaged or cut off on its way there, or an upload in parts that somebody ended: the next try begins anew.
    ("BadDigest IncompleteBody XAmzContentSHA256Mismatch", ErrorCode.TRANSIENT_PROVIDER_ERROR, ""),
    ("NoSuchUpload InvalidPart OperationAborted", ErrorCode.TRANSIENT_PROVIDER_ERROR, ""),
    ("RequestTimeout RequestTimeoutException", ErrorCode.TIMEOUT, _REACH),
    ("InternalError ServiceUnavailable", ErrorCode.API_ERROR, ""),
)
_OF_CODE = {own: (code, remedy) for owns, code, remedy in _OWN for own in owns.split()}
"""The service's own code first: it says more than the status."""

_OF_STATUS: dict[int, tuple[ErrorCode, str]] = {
    **dict.fromkeys((301, 307, 308), (ErrorCode.NOT_FOUND, _REGION)),
    **dict.fromkeys((302, 303), (ErrorCode.PROVIDER_FAILURE, _PLACE)),
    401: (ErrorCode.UNAUTHORIZED, RIGHTS),
    402: (ErrorCode.QUOTA_EXCEEDED, _FULL),
    403: (ErrorCode.UNAUTHORIZED, RIGHTS),
    404: (ErrorCode.NOT_FOUND, _PLACE),
    408: (ErrorCode.TIMEOUT, _REACH),
    429: (ErrorCode.RATE_LIMITED, ""),
    507: (ErrorCode.QUOTA_EXCEEDED, _FULL),
    **dict.fromkeys((400, 411, 412, 413, 422), (ErrorCode.INVALID_INPUT, "")),
    **dict.fromkeys((500, 502, 503, 504), (ErrorCode.API_ERROR, "")),
}

_OF_KIND: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], ErrorCode, str], ...] = (
    ((boto.NoCredentialsError, boto.PartialCredentialsError), ErrorCode.UNAUTHORIZED, RIGHTS),
    # A proxy's page, an empty body, half a document: whatever answers there, it is no bucket.
    (
        (parsers.ResponseParserError, boto.ResponseStreamingError, boto.IncompleteReadError),
        ErrorCode.PROVIDER_FAILURE,
        _REACH,
    ),
    ((boto.HTTPClientError, boto.ConnectionError), ErrorCode.TIMEOUT, _REACH),
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema), ErrorCode.NOT_FOUND, _PUBLIC),
    ((requests.ConnectionError, requests.Timeout), ErrorCode.TIMEOUT, _PUBLIC),
    (requests.RequestException, ErrorCode.PROVIDER_FAILURE, _PUBLIC),
    (boto.ParamValidationError, ErrorCode.NOT_FOUND, _PLACE),
)
"""The most specific first."""


class OutOfTime(Exception):
    """The time limit of the call is over, or nobody wants the files any more."""


class Damaged(Exception):
    """The file here is not what its name says."""


class NotFetchable(Exception):
    """The file was stored, and cannot be fetched from the address that would be given to people."""

    def __init__(self, url: str, status: int, why: str) -> None:
        super().__init__(f"The file was stored, but {url} {why}")
        self.status = status


def describe(problem: Exception, secrets: Sequence[str] = ()) -> GenerationError:
    """The error for an exception of a call; `secrets` are taken out of everything that it says (R112)."""
    error = _answered(problem) if isinstance(problem, boto.ClientError) else _met(problem)
    return replace(
        error,
        message=_without(error.message, secrets)[:500],
        provider_code=_without(error.provider_code, secrets),
        context={name: _without(value, secrets) for name, value in error.context.items() if value not in ("", None)},
    )


def _met(problem: Exception) -> GenerationError:
    """Whatever is no answer of a bucket."""
    if (short := shortage(NAME, problem)) is not None:
        return short
    match problem:
        case NotFetchable():
            code, _ = _OF_STATUS.get(problem.status, (ErrorCode.PROVIDER_FAILURE, ""))
            return _error(code, str(problem), _PUBLIC, http_status=problem.status)
        case OutOfTime() | NoAnswerInTime() | Cancelled():
            return _error(ErrorCode.TIMEOUT, str(problem), _REACH)
        case CutOff():
            return _error(ErrorCode.PROVIDER_FAILURE, f"The bucket's answer was cut off {problem}.", _REACH)
        case Damaged():
            return _error(ErrorCode.PROVIDER_FAILURE, str(problem), "Re-render from the stage revideo.")
    said = f"{type(problem).__name__}: {problem}"
    for kinds, code, remedy in _OF_KIND:
        if isinstance(problem, kinds):
            return _error(code, f"The bucket did not answer as one does: {said}", remedy)
    if isinstance(problem, OSError):
        return replace(_error(ErrorCode.PROVIDER_FAILURE, f"The file could not be read here: {said}", _DISK), ours=True)
    return _error(ErrorCode.UNKNOWN, said, "", stack="".join(traceback.format_exception(problem))[-500:])


def _answered(problem: boto.ClientError) -> GenerationError:
    told, meta = problem.response.get("Error", {}), problem.response.get("ResponseMetadata", {})
    own, status = str(told.get("Code", "")), int(meta.get("HTTPStatusCode", 0))
    retry_after = _seconds(meta.get("HTTPHeaders", {}).get("retry-after"))
    code, remedy = _OF_CODE.get(own) or _OF_STATUS.get(status) or (ErrorCode.UNKNOWN, "")
    if code is ErrorCode.API_ERROR and status == 503 and retry_after is not None:
        code = ErrorCode.RATE_LIMITED
    said = f"The bucket refused {problem.operation_name}: {own or status} ({told.get('Message') or 'no words'})"
    error = _error(
        code, said, remedy, http_status=status, operation=problem.operation_name, request_id=meta.get("RequestId")
    )
    return replace(error, provider_code=own, retry_after=retry_after if code is ErrorCode.RATE_LIMITED else None)


def _error(code: ErrorCode, message: str, remedy: str, **context: object) -> GenerationError:
    return GenerationError(code, NAME, message, remedy=remedy, context=context)


def _seconds(retry_after: object) -> float | None:
    """Seconds of a Retry-After header, which may be a date; None where it is neither."""
    said = "" if retry_after is None else str(retry_after).strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", said):
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _without(value: object, secrets: Sequence[str]) -> Any:
    if not isinstance(value, str):
        return value
    text = value
    for secret in secrets:
        if len(secret) > 3:  # shorter ones are no secrets, and parts of words
            text = text.replace(secret, "***")
    return text
