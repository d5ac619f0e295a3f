"""An incoming webhook on loopback: it holds payloads to Slack's limits, and misbehaves when it is told to."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "/services/T0001/B0002/a-secret-nobody-may-see"
HANG, RESET, RESET_UNREAD = "hang", "reset", "reset unread"
"""No answer at all; the connection cut after, or before, the message was read."""


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class SlackServer:
    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    """Payloads that were answered with 200."""
    strayed: int = 0
    """Requests for another address than the webhook's."""
    seen: int = 0
    """Payloads that arrived, whatever was answered."""
    plan: list[Answer | str] = field(default_factory=list)
    """What the next ones are answered; then 200."""
    released: threading.Event = field(default_factory=threading.Event)


def faults_of(payload: Any) -> list[str]:
    """What Slack would refuse the payload for."""
    if not isinstance(payload, dict) or not (payload.get("text") or payload.get("blocks")):
        return ["no_text"]
    blocks = payload.get("blocks", [])
    faults = ["too many blocks"] if len(blocks) > 50 else []
    for block in blocks:
        limit = {"header": 150, "section": 3000}.get(block["type"], 2000)
        texts = [block["text"]] if "text" in block else []
        faults += [f"long {block['type']}" for text in texts if not 1 <= len(text["text"]) <= limit]
        faults += ["long field" for text in block.get("fields", []) if not 1 <= len(text["text"]) <= 2000]
        if len(block.get("fields", [])) > 10 or len(block.get("elements", [])) > 10:
            faults.append("too many parts")
        if block["type"] == "header" and block["text"]["type"] != "plain_text":
            faults.append("header is not plain")
    return faults


@contextmanager
def slack_server() -> Iterator[SlackServer]:
    """Runs until the block ends."""
    known = SlackServer("")

    class Handler(_Handler):
        slack = known

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        known.url = f"http://127.0.0.1:{server.server_port}{SECRET}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield known
        known.released.set()
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    slack: SlackServer

    def do_POST(self) -> None:
        if self.path != SECRET:
            self.slack.strayed += 1
            return self._say(Answer(404, "no_service"))
        planned = self.slack.plan.pop(0) if self.slack.plan else Answer()
        if planned == RESET_UNREAD:
            return self._cut()
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.slack.seen += 1
        if planned == HANG:
            self.slack.released.wait(30)
            return None
        if planned == RESET:
            return self._cut()
        assert isinstance(planned, Answer)
        if planned.status == 200 and (faults := faults_of(payload)):
            return self._say(Answer(400, "invalid_payload: " + ", ".join(faults)))
        if planned.status == 200:
            self.slack.taken.append(payload)
        return self._say(planned)

    def _say(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """A reset, not a polite end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return
