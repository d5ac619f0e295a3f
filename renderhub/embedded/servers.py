"""Both embedded servers of one home folder, under one lock: `start`, use the addresses, `stop`."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from renderhub.embedded import postgres, valkey
from renderhub.embedded.home import Home, State, Urls
from renderhub.embedded.server import Server
from renderhub.embedded.sockets import SocketFolder


class Servers:
    """The running servers; a context manager that stops them."""

    def __init__(self, home: Home, running: dict[str, Server]) -> None:
        self.home = home
        self.running = running
        self.undo = ExitStack()

    @property
    def urls(self) -> Urls:
        """Their addresses; empty for one that was not started."""
        database, broker = self.running.get("postgres"), self.running.get("valkey")
        return Urls(
            database=database.url if database else "",
            broker=broker.url if broker else "",
            redis=f"unix://{broker.socket}?db=0" if broker else "",
        )

    def stop(self) -> None:
        """Stop them in good order and give the home free."""
        self.undo.close()

    def __enter__(self) -> Servers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(folder: Path, *, database: bool = True, broker: bool = True, durable: bool = True) -> Servers:
    """Start the servers of a home folder and make them known there.

    `database`, `broker`: which to start. `durable=False`: no syncing to disk, for tests.

    Raises `HomeBusy` when another supervisor runs there, and the other kinds of `EmbeddedError`.
    """
    home = Home(folder)
    with ExitStack() as undo:
        home.lock()
        undo.callback(home.unlock)
        sockets = SocketFolder()
        undo.callback(sockets.remove)
        undo.callback(home.forget_state)
        running: dict[str, Server] = {}
        if database:
            running["postgres"] = postgres.start(home, sockets.path, durable=durable)
            undo.callback(running["postgres"].stop)
        if broker:
            running["valkey"] = valkey.start(home, sockets.path)
            undo.callback(running["valkey"].stop)
        servers = Servers(home, running)
        home.write_state(
            State(
                supervisor=os.getpid(),
                socket_folder=str(sockets.path),
                urls=servers.urls,
                pids={name: server.pid for name, server in running.items()},
                sockets=tuple(str(server.socket) for server in running.values()),
            )
        )
        servers.undo = undo.pop_all()
    return servers
