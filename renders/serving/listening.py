"""The two ends of a connection that gunicorn leaves to us: who sends for ever, and who has hung up."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from renders.domain.errors import ErrorCode
from renders.serving.refused import Refused

LARGEST = 2_000_000
"""Bytes of a request (SPEC section 19)."""
SECONDS = 30.0
"""Within which the whole of a request has to be here."""
_LOOK = 0.25
_PIECE = 1 << 16
_DRAINED = 20 * LARGEST
"""Of what is too large so much is read and dropped: who is cut off while sending does not hear why."""

Environ = Mapping[str, Any]


def read_json(environ: Environ) -> dict[str, Any]:
    """The JSON object of a request. Raises `Refused`."""
    if not str(environ.get("CONTENT_TYPE", "")).lower().startswith("application/json"):
        raise _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The request has to be application/json.")
    try:
        found = json.loads(_body(environ))
    except (ValueError, RecursionError):  # bytes that are no UTF-8 included
        raise _refused(HTTPStatus.BAD_REQUEST, "The request is no JSON.") from None
    if not isinstance(found, dict):
        raise _refused(HTTPStatus.BAD_REQUEST, "The request is no JSON object.")
    return found


@contextlib.contextmanager
def watching(environ: Environ) -> Iterator[threading.Event]:
    """An event that is set once the client has hung up."""
    gone, over = threading.Event(), threading.Event()
    connection = environ.get("gunicorn.socket")

    def look(at: socket.socket) -> None:
        while not over.wait(_LOOK):
            if _has_hung_up(at):
                gone.set()
                return

    if connection is not None:
        threading.Thread(target=look, args=(connection,), name="client", daemon=True).start()
    try:
        yield gone
    finally:
        over.set()


def _body(environ: Environ) -> bytes:
    stated = str(environ.get("CONTENT_LENGTH") or "")
    data = b""
    with _deadline(environ):
        while len(data) <= LARGEST and (piece := _read(environ)):
            data += piece
        if len(data) > LARGEST:
            _drain(environ)
            raise _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request has at most {LARGEST} bytes.")
    if stated and len(data) != int(stated):
        raise _refused(HTTPStatus.REQUEST_TIMEOUT, "The request was not whole, or not here in time.")
    return data


def _read(environ: Environ) -> bytes:
    try:
        return bytes(environ["wsgi.input"].read(_PIECE))
    except OSError:
        return b""


def _drain(environ: Environ) -> None:
    left = _DRAINED
    while left > 0 and (piece := _read(environ)):
        left -= len(piece)


@contextlib.contextmanager
def _deadline(environ: Environ) -> Iterator[None]:
    """However slowly it drips: after `SECONDS` nothing more comes."""
    connection = environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    timer = threading.Timer(SECONDS, _stop_reading, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _stop_reading(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def _has_hung_up(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _refused(status: HTTPStatus, message: str) -> Refused:
    return Refused(status, ErrorCode.INVALID_INPUT.value, message)
