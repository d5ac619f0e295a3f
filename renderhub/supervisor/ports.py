"""A port for the console."""

from __future__ import annotations

import os
import socket

FIRST = 8000
TRIED = 100


class PortTaken(Exception):
    """The console's port is in use by another program."""


def choose(host: str) -> int:
    """`PORT`, or the first free one from 8000 upwards. Raises `PortTaken`."""
    named = os.environ.get("PORT", "")
    if named:
        if not named.isdigit() or not 0 < int(named) < 65536:
            raise PortTaken(f"PORT={named}: takes a number from 1 to 65535")
        if not is_free(host, int(named)):
            raise PortTaken(f"PORT={named}: another program uses this port; choose another one or leave PORT out")
        return int(named)
    for port in range(FIRST, FIRST + TRIED):
        if is_free(host, port):
            return port
    raise PortTaken(f"no port from {FIRST} to {FIRST + TRIED - 1} is free; set PORT to one that is")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
