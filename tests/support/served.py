"""Render services of our own (`manage.py serve_engine`) on loopback, and a door through which they fetch assets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from wsgiref import simple_server

import psutil
import requests
from django.core.handlers.wsgi import WSGIHandler

from renderhub.embedded.home import PROJECT
from renderhub.lib import child
from tests.support import http_server
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Served:
    url: str
    process: child.Child
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(engine: str, home: Path, *words: str, port: int = 0, **environment: str) -> Iterator[Served]:
    """The service, until it is ended; it needs neither database nor broker."""
    port = port or free_port()
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"{engine}.log"
    own = {"RENDERHUB_HOME": str(home), "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "LOG_FORMAT": "text"}
    argv = [sys.executable, "manage.py", "serve_engine", engine, "--port", str(port), *words]
    with log.open("ab") as output:
        process = child.spawn(argv, cwd=PROJECT, env={**own, **environment}, stdout=output, stderr=subprocess.STDOUT)
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until(lambda: _answers(served), 30, f"{engine} to answer")
        yield served
    finally:
        process.terminate(8.0)


def _answers(served: Served) -> bool:
    assert served.process.poll() is None, served.said()[-3000:]
    try:
        return requests.get(f"{served.url}/health", timeout=5).status_code in (200, 503)
    except requests.ConnectionError:
        return False


def programs_of(service: Served) -> list[psutil.Process]:
    """The FFmpegs that it has at work."""
    found = psutil.Process(service.process.pid).children(recursive=True)
    return [one for one in found if "ffmpeg" in " ".join(_argv(one)).split("-nostdin")[0]]


def kill(service: Served) -> None:
    """SIGKILL for all of its own processes at once; its engines are left to their watchdogs."""
    first = psutil.Process(service.process.pid)
    for process in [first, *first.children(recursive=True)]:
        if "manage.py" in _argv(process):
            process.send_signal(signal.SIGKILL)


def _argv(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def web_process(settings: Any) -> Iterator[None]:
    """Django as it answers render services, on a port of its own."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    with simple_server.make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.RENDERHUB_ASSETS_URL = f"http://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join(5)


class _Quiet(simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def handing_out(folder: Path) -> Iterator[http_server.Loopback]:
    """Files of a folder at `address/<name>`, as our web process hands out assets."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        path = folder / request.path.lstrip("/")
        found = path.is_file()
        http_server.answer(200 if found else 404, path.read_bytes() if found else b"")(request)

    with http_server.serving(handle) as door:
        yield door
