"""A service of predictions on loopback: it speaks the protocol, keeps what it was asked, and can misbehave.

with predictions() as service:
    service.lose(1)            # the next creation is done, and its answer lost
    ...                        # use `service.url` with the key `KEY`
    service.made               # every prediction there is, oldest first
"""

from __future__ import annotations

import base64
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests

from renders.providers.predictions import webhooks
from tests.support import generated_media, http_server

KEY = "r8_prediction/secret+0123456789"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
IMAGE, CLIP, MUSIC = "acme/image", "acme/clip", "acme/music"
PAGE = 100


@dataclass
class Made:
    """One prediction, as the service has it."""

    id: str
    model: str
    version: str
    input: dict[str, Any]
    webhook: str
    status: str = "starting"
    looks: int = 0
    error: str | None = None
    logs: str = ""
    expired: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def key(self) -> str:
        return str(self.input.get("renderhub_key", ""))


@dataclass(frozen=True)
class Ending:
    """How a prediction ends."""

    status: str = "succeeded"
    error: str | None = None
    logs: str = ""


@dataclass
class Predictions:
    """What the test turns and looks at. `url` is the address of the service."""

    url: str = ""
    made: list[Made] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    looks_needed: int = 1
    """Looks at a prediction until it is over; 0: it is over in the answer to its creation."""
    ends: Callable[[Made], Ending] = lambda made: Ending()
    output: Callable[[Made], bytes | None] = lambda made: None
    """What the output's address answers, where it is not what a model of its kind makes."""
    sends_webhooks: bool = True
    _lost: int = 0
    _refusals: list[tuple[str, int, bytes, dict[str, str]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set once a creation has been taken in and is held."""

    def lose(self, count: int) -> None:
        """The next creations are done, and their answers never arrive."""
        self._lost = count

    def refuse(self, status: int, body: Any, *, method: str = "POST", times: int = 1, **headers: str) -> None:
        """The next calls of this method are answered so, and nothing is done."""
        said = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._refusals += [(method, status, said, given)] * times

    def hold_answers(self) -> None:
        """Creations and cancels are done, and their answers wait until `let_go`."""
        self.arrived.clear()
        self._held.clear()

    def let_go(self) -> None:
        self._held.set()

    def expire(self) -> None:
        """Every file that was made is gone."""
        for made in self.made:
            made.expired = True

    def of(self, model: str) -> list[Made]:
        return [made for made in self.made if made.model == model]

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path = request.path.partition("?")[0]
        self.calls.append(f"{request.command} {path}")
        if path.startswith("/files/"):
            return self._send_file(request, path.removeprefix("/files/").partition(".")[0])
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _send(request, 401, {"title": "Unauthenticated", "detail": "You did not pass a valid token"})
        refusal = next((one for one in self._refusals if one[0] == request.command), None)
        if refusal is not None:
            self._refusals.remove(refusal)
            return _send(request, *refusal[1:])
        if request.command == "POST":
            return self._post(request, path, body)
        if path == "/v1/predictions":
            return self._list(request)
        return self._get(request, path.rpartition("/")[2])

    def _post(self, request: BaseHTTPRequestHandler, path: str, body: bytes) -> None:
        found = re.fullmatch(r"/v1/predictions/([\w-]+)/cancel", path)
        if found:
            return self._cancel(request, found[1])
        of_model = re.fullmatch(r"/v1/models/([\w.-]+/[\w.-]+)/predictions", path)
        if of_model is None and path != "/v1/predictions":
            return _send(request, 404, {"detail": "Not found."})
        asked = json.loads(body)
        if "webhook" in asked and not asked["webhook"]:
            return _send(request, 400, {"detail": "Webhook URL is empty (E4875)"})
        with self._lock:
            name = of_model[1] if of_model else ""
            made = Made(
                f"p{len(self.made):025d}", name, asked.get("version", ""), asked["input"], asked.get("webhook", "")
            )
            self.made.append(made)
            lost, self._lost = self._lost > 0, max(0, self._lost - 1)
        if lost:
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.connection.close()
            return None
        self.arrived.set()
        self._held.wait(60)
        if self.looks_needed == 0:
            self._end(made)
        with suppress(OSError):
            _send(request, 201, self._told(made))
        return None

    def _get(self, request: BaseHTTPRequestHandler, id_: str) -> None:
        made = next((one for one in self.made if one.id == id_), None)
        if made is None:
            return _send(request, 404, {"detail": "Not found."})
        made.looks += 1
        if made.status == "starting":
            made.status = "processing"
        if made.status == "processing" and made.looks >= self.looks_needed:
            self._end(made)
        return _send(request, 200, self._told(made))

    def _list(self, request: BaseHTTPRequestHandler) -> None:
        found = re.search(r"cursor=(\d+)", request.path)
        start = int(found[1]) if found else 0
        newest = self.made[::-1]
        page = newest[start : start + PAGE]
        more = f"{self.url}/v1/predictions?cursor={start + PAGE}" if start + PAGE < len(newest) else None
        _send(request, 200, {"previous": None, "next": more, "results": [self._told(made) for made in page]})

    def _cancel(self, request: BaseHTTPRequestHandler, id_: str) -> None:
        made = next((one for one in self.made if one.id == id_), None)
        if made is None:
            return _send(request, 404, {"detail": "Not found."})
        self.cancelled.append(id_)
        if made.status in ("starting", "processing"):
            made.status = "canceled"
        self._held.wait(60)
        with suppress(OSError):
            _send(request, 200, self._told(made))
        return None

    def finish(self, made: Made) -> int:
        """It is over now, whoever looks; its webhook's status is answered, 0 where there is none."""
        self._end(made)
        return self.deliver(made) if made.webhook and self.sends_webhooks else 0

    def deliver(self, made: Made, *, message_id: str = "", moment: int | None = None, secret: str = SECRET) -> int:
        """Send the signed message of a prediction; the status of the answer to it."""
        body = json.dumps(self._told(made)).encode()
        sent = requests.post(
            made.webhook, data=body, headers=signed(body, message_id or f"msg_{made.id}", moment, secret)
        )
        return sent.status_code

    def _end(self, made: Made) -> None:
        ending = self.ends(made)
        made.status, made.error, made.logs = ending.status, ending.error, ending.logs

    def _told(self, made: Made) -> dict[str, Any]:
        over = made.status == "succeeded"
        suffix = {CLIP: "mp4", MUSIC: "mp3"}.get(made.model, "png")
        address = f"{self.url}/files/{made.id}.{suffix}"
        return {
            "id": made.id,
            "model": made.model,
            "version": made.version or "hidden",
            "input": made.input,
            "status": made.status,
            "error": made.error,
            "logs": made.logs,
            "output": None if not over else [address] if suffix == "png" else address,
            "created_at": made.created.isoformat().replace("+00:00", "Z"),
            "urls": {"get": f"{self.url}/v1/predictions/{made.id}"},
        }

    def _send_file(self, request: BaseHTTPRequestHandler, id_: str) -> None:
        made = next((one for one in self.made if one.id == id_), None)
        if made is None or made.expired:
            return _send(request, 404, {"detail": "Not found."})
        data = self.output(made)
        if data is None:
            seed = str(made.input.get("prompt", ""))
            if made.model == MUSIC:
                data = generated_media.music()
            else:
                data = generated_media.clip(seed) if made.model == CLIP else generated_media.picture(seed)
        return _send(request, 200, data)


def signed(body: bytes, message_id: str, moment: int | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a message; `moment` in seconds since 1970, now where it is not given."""
    at = str(int(datetime.now(UTC).timestamp()) if moment is None else moment)
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{webhooks.signature(secret, message_id, at, body)}",
    }


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


@contextmanager
def predictions() -> Iterator[Predictions]:
    service = Predictions()
    service.let_go()
    with http_server.serving(service.handle) as loopback:
        service.url = loopback.address
        try:
            yield service
        finally:
            service.let_go()


def _send(request: BaseHTTPRequestHandler, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    for name, value in (headers or {}).items():
        request.send_header(name, value)
    if not isinstance(body, bytes):
        request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)
