"""Valkey, the broker: in memory, on a private socket. What it forgets, the database knows (I1)."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from renderhub.embedded import binaries
from renderhub.embedded.home import Home
from renderhub.embedded.server import NotYet, Server
from renderhub.lib import child

STOP_SECONDS = 3.0
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory-policy": "noeviction",  # a broker that drops keys to make room loses messages
    "daemonize": "no",
}


def start(home: Home, sockets: Path) -> Server:
    """Start Valkey and return once it answers. Raises `BinaryMissing` or `ServerNotStarted`."""
    path = sockets / "valkey.sock"
    settings = SETTINGS | {"unixsocket": str(path), "dir": str(sockets)}
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    log = home.logs / "valkey.log"
    with log.open("ab") as output:
        process = child.spawn(
            (binaries.valkey_server(), *options), cwd=sockets, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server("Valkey", f"redis+socket://{path}?virtual_host=0", path, log, process, STOP_SECONDS)
    server.wait_until_ready(lambda: _ping(path))
    return server


def _ping(path: Path) -> None:
    """Raises `NotYet`."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            answer = probe.recv(64)
        except OSError as exc:
            raise NotYet(str(exc)) from exc
    if not answer.startswith(b"+PONG"):
        raise NotYet(answer.decode("ascii", "replace"))
