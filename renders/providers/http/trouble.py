"""What can happen on the way to a service and back, in the words of R31 and R34; the most specific first."""

from __future__ import annotations

import http.client
import socket
import ssl
import traceback
from collections.abc import Sequence
from typing import Any

import requests
import urllib3.exceptions as urllib3

from renderhub.lib.causes import causes
from renderhub.lib.url_guard import AddressRefused
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage
from renders.providers.http.reply import without

_REACH = "Check that the service is up, that its address is right, and that it can be reached from here."
_NAME = "Check the host name in the service's address, and this machine's name servers."
_TLS = "Check the service's certificate, and that its address begins with the right one of http:// and https://."
_ADDRESS = "Check the service's address in the settings: http(s)://host, and a port and path where it has them."
_OTHER = "What answers at that address is no such service, or something between us and it cuts its answers off."
_DISK = "Check the free space and the rights of the media folder (MEDIA_ROOT)."


class OutOfTime(Exception):
    """The time limit of the call is over."""


class Cancelled(Exception):
    """Nobody wants the answer any more."""


class CutOff(Exception):
    """The answer ended before it was whole."""


class TooLarge(Exception):
    """The answer is larger than is taken."""


class NotStored(Exception):
    """The answer could not be written to its file."""


_KINDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], ErrorCode, str, str], ...] = (
    (OutOfTime, ErrorCode.TIMEOUT, "No whole answer in time", _REACH),
    (Cancelled, ErrorCode.TIMEOUT, "The call was cancelled", ""),
    (TooLarge, ErrorCode.PROVIDER_FAILURE, "The answer is too large", ""),
    (NotStored, ErrorCode.PROVIDER_FAILURE, "The answer could not be stored here", _DISK),
    (AddressRefused, ErrorCode.PROVIDER_FAILURE, "The address is not fetched from", ""),
    (socket.gaierror, ErrorCode.TIMEOUT, "The service's name was not found", _NAME),
    (ssl.SSLError, ErrorCode.TIMEOUT, "No secure connection", _TLS),
    (ConnectionRefusedError, ErrorCode.TIMEOUT, "The connection was refused", _REACH),
    # Before what stands for a message cut off: an answer that was reset is one whose connection failed.
    (http.client.RemoteDisconnected, ErrorCode.TIMEOUT, "The connection was closed without an answer", _REACH),
    (ConnectionError, ErrorCode.TIMEOUT, "The connection broke", _REACH),
    (
        (TimeoutError, requests.Timeout, urllib3.TimeoutError),
        ErrorCode.TIMEOUT,
        "No answer in time",
        _REACH,
    ),
    (
        (CutOff, http.client.IncompleteRead, urllib3.IncompleteRead, urllib3.InvalidChunkLength),
        ErrorCode.PROVIDER_FAILURE,
        "The answer was cut off",
        _OTHER,
    ),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema),
        ErrorCode.NOT_FOUND,
        "The address is no http(s) address",
        _ADDRESS,
    ),
    (
        (requests.exceptions.InvalidHeader, UnicodeEncodeError),
        ErrorCode.UNAUTHORIZED,
        "The key holds characters that no key has",
        "Check the provider's key in the settings.",
    ),
    (
        (http.client.HTTPException, urllib3.HTTPError, requests.exceptions.ContentDecodingError),
        ErrorCode.PROVIDER_FAILURE,
        "What came back is not HTTP as it should be",
        _OTHER,
    ),
    (OSError, ErrorCode.TIMEOUT, "The service could not be reached", _REACH),
)


def describe(problem: BaseException, provider: str, secrets: Sequence[str], **context: Any) -> GenerationError:
    """The typed error for what a call met. What is in `secrets` is taken out of all that it says (R112)."""
    known = list(causes(problem))
    if (short := shortage(provider, problem)) is not None:  # our own machine, whatever the service was at
        return short.with_context(**context)
    for kinds, code, message, remedy in _KINDS:
        for cause in known:
            if isinstance(cause, kinds):
                said = without(str(cause) or type(cause).__name__, secrets)[:300]
                told = {**context, "cause": f"{type(cause).__name__}: {said}"}
                ours = isinstance(cause, NotStored)
                return GenerationError(code, provider, f"{message}: {said}", remedy=remedy, context=told, ours=ours)
    said = without(f"{type(problem).__name__}: {problem}", secrets)[:300]
    stack = without("".join(traceback.format_exception(problem)), secrets)[-500:]
    context = {**context, "stack": stack}
    return GenerationError(ErrorCode.UNKNOWN, provider, f"The call failed in an unknown way: {said}", context=context)
