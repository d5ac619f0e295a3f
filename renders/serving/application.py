"""The service around an engine, as a WSGI application: `GET /health`, `POST /render`, `GET /ready/<name>`."""

from __future__ import annotations

import hmac
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

from renders.domain.errors import ErrorCode
from renders.serving import VERSION
from renders.serving.engine import Engine, Made, Task
from renders.serving.listening import Environ, read_json, watching
from renders.serving.places import Gone, Places
from renders.serving.refused import Refused
from renders.serving.shelf import Shelf

logger = logging.getLogger(__name__)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg"}
_PIECE = 256 * 1024
_PING_SECONDS, _PING_KEPT = 4.0, 15.0


class Application:
    """`key`: what `Authorization: Bearer` has to say; empty where nobody is asked. `seconds`: for one order, waiting
    for a place included."""

    def __init__(self, engine: Engine, places: Places, shelf: Shelf, *, key: str, seconds: float) -> None:
        self._engine, self._places, self._shelf = engine, places, shelf
        self._key, self._seconds = key, seconds
        self._pinged = (0.0, "")
        self._pinging = threading.Lock()

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        try:
            return self._answer(environ, start)
        except Refused as refused:
            return _say(start, refused.status, refused.body, refused.headers)
        except Gone:
            logger.info("%s: whoever asked has hung up", self._engine.name)
            return _say(start, HTTPStatus.SERVICE_UNAVAILABLE, b"")
        except Exception:  # a service answers, whatever happens
            logger.exception("%s failed", self._engine.name)
            broken = Refused(
                HTTPStatus.INTERNAL_SERVER_ERROR, ErrorCode.UNKNOWN.value, "The service failed; see its log."
            )
            return _say(start, broken.status, broken.body)

    def _answer(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        method, path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", ""))
        match method, path:
            case "GET" | "HEAD", "/health":
                self._check_key(environ, needed=False)
                return self._health(start)
            case "POST", "/render":
                self._check_key(environ, needed=True)
                return self._render(environ, start)
            case "GET" | "HEAD", _ if path.startswith("/ready/"):
                return self._ready(path.removeprefix("/ready/"), start)
            case _, "/health" | "/render":
                raise Refused(
                    HTTPStatus.METHOD_NOT_ALLOWED, ErrorCode.INVALID_INPUT.value, f"{path} takes no {method}."
                )
        raise Refused(HTTPStatus.NOT_FOUND, ErrorCode.NOT_FOUND.value, "There is nothing at this address.")

    def _check_key(self, environ: Environ, *, needed: bool) -> None:
        """Health is told to anybody, but a wrong key is a wrong key there, too: a ping finds it."""
        said = str(environ.get("HTTP_AUTHORIZATION", ""))
        if not self._key or not (said or needed):
            return
        if not hmac.compare_digest(said.encode("latin-1", "replace"), f"Bearer {self._key}".encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED, ErrorCode.UNAUTHORIZED.value, "The key is not this service's.")

    def _health(self, start: StartResponse) -> Iterable[bytes]:
        problem = self._problem()
        told = {"status": "unhealthy" if problem else "ok", "version": VERSION, "queue_depth": self._places.waiting}
        if problem:
            told |= {"error": ErrorCode.PROVIDER_FAILURE.value, "message": problem}
        status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        return _say(start, status, json.dumps(told).encode())

    def _problem(self) -> str:
        """Asked of the engine itself, at most every few seconds: it starts a program for it."""
        with self._pinging:
            at, problem = self._pinged
            if at and time.monotonic() - at < _PING_KEPT:
                return problem
            error = self._engine.ping(_PING_SECONDS)
            problem = error.message if error else ""
            try:
                self._shelf.check()
            except OSError as trouble:
                problem = problem or f"No file can be written: {trouble.strerror or trouble}"
            self._pinged = (time.monotonic(), problem)
            return problem

    def _render(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        order = self._engine.read(read_json(environ))
        until = time.monotonic() + self._seconds
        with watching(environ) as gone, self._places.place(until, gone), self._shelf.workdir() as folder:
            began = time.monotonic()
            try:
                made = self._engine.make(order, Task(folder, until, gone))
            except Refused as refused:
                if gone.is_set():
                    raise Gone from refused
                logger.warning("%s: %s: %s", self._engine.name, refused.error, refused.message)
                raise
            logger.info("%s: %.1f s of video in %.1f s", self._engine.name, made.duration, time.monotonic() - began)
            return self._deliver(made, environ, start)

    def _deliver(self, made: Made, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        name = self._shelf.put(made.video)
        if not self._engine.by_url:
            return self._send(self._shelf.find(name), start, dispose=True)
        site = f"{environ['wsgi.url_scheme']}://{_host(environ)}/ready"
        told: dict[str, Any] = {"video_url": f"{site}/{name}", "duration": made.duration}
        if made.thumbnail is not None:
            told["thumbnail_url"] = f"{site}/{self._shelf.put(made.thumbnail)}"
        return _say(start, HTTPStatus.OK, json.dumps(told).encode())

    def _ready(self, name: str, start: StartResponse) -> Iterable[bytes]:
        return self._send(self._shelf.find(name), start)

    def _send(self, path: Path | None, start: StartResponse, *, dispose: bool = False) -> Iterable[bytes]:
        try:
            if path is None:
                raise FileNotFoundError
            size, file = path.stat().st_size, path.open("rb")
        except FileNotFoundError:
            message = "This file is not here, or not any more."
            raise Refused(HTTPStatus.NOT_FOUND, ErrorCode.NOT_FOUND.value, message) from None
        if dispose:
            path.unlink()  # what is open stays readable
        headers = [("Content-Type", _TYPES[path.suffix]), ("Content-Length", str(size)), ("Cache-Control", "no-store")]
        start("200 OK", headers)
        return _Pieces(file)


class _Pieces:
    """A file in pieces; closed even if nobody ever asks for the first."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(_PIECE):
            yield piece

    def close(self) -> None:
        self._file.close()


def _host(environ: Environ) -> str:
    """The name under which the client found us. Raises `Refused`."""
    host = str(environ.get("HTTP_HOST", ""))
    if not _HOST.fullmatch(host):
        raise Refused(HTTPStatus.BAD_REQUEST, ErrorCode.INVALID_INPUT.value, "The request has no Host.")
    return host


def _say(
    start: StartResponse, status: HTTPStatus, body: bytes, headers: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    about = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start(f"{status.value} {status.phrase}", [*about, *headers])
    return [body]
