"""Connections that can be ended from outside while they wait: for their peer, its certificate, its headers.

The time limits of sockets are for one step each; a peer that sends a byte now and then keeps within them for ever.
A `Line` holds a second handle of every connection of one call, and shuts them down when the call's time is up. All that
is fetched or posted over HTTP goes through such a session (R19, R111); botocore has one of its own.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Collection, Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from renderhub.lib.url_guard import public_addresses

for _name in ("urllib3.connection", "urllib3.connectionpool"):
    # They write whole addresses into the log, and with them the signatures in their queries (R112).
    logging.getLogger(_name).setLevel(logging.ERROR)


class LineClosed(OSError):
    """The call was over before the connection stood."""


class Line:
    """What one call is connected to. `sent` says whether a byte of the request went out."""

    def __init__(self, deadline: float, connect_seconds: float, public_except: Collection[str] | None) -> None:
        """`deadline` by the monotonic clock; `public_except`: hosts that may be private where all others have to be
        public; None where the address is the operator's own, and any is."""
        self.sent = False
        self._deadline = deadline
        self._connect_seconds = connect_seconds
        self._public_except = public_except
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._closed = False

    def close(self) -> None:
        """End every connection: whoever reads from one gets an error at once. From any thread, as often as wanted."""
        with self._lock:
            self._closed = True
            handles, self._handles = self._handles, []
        for handle in handles:
            with contextlib.suppress(OSError), handle:
                handle.shutdown(socket.SHUT_RDWR)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to `host`. Raises OSError; `AddressRefused`."""
        last: OSError | None = None
        until = min(time.monotonic() + self._connect_seconds, self._deadline)
        addresses = self._addresses(host, port)
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            # An equal share for each that is left: one that swallows everything must not cost the others their turn.
            left = (until - time.monotonic()) / (len(addresses) - number)
            if left <= 0:
                break
            connection = socket.socket(family, kind, protocol)
            try:
                self._keep(connection)
                connection.settimeout(left)
                connection.connect(address)
                return connection
            except OSError as error:
                connection.close()
                last = error
        raise last or TimeoutError(f"{host} could not be connected to in time")

    def _addresses(self, host: str, port: int) -> list[tuple[Any, ...]]:
        if self._public_except is None:
            return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return public_addresses(host, port, self._public_except)

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            if self._closed:
                raise LineClosed("the time of the call is over")
            # A handle of our own: TLS takes the socket apart, and its number may be somebody else's by then.
            self._handles.append(connection.dup())


@contextlib.contextmanager
def bounded_session(
    seconds: float, connect_seconds: float, public_except: Collection[str] | None
) -> Iterator[requests.Session]:
    """A session all of whose connections are shut down after `seconds`: whoever reads gets an error, or the end of what
    he reads. Public addresses only, but for `public_except` (see `Line`). A look-up of a name cannot be interrupted."""
    line = Line(time.monotonic() + seconds, connect_seconds, public_except)
    over = threading.Timer(seconds, line.close)
    over.daemon = True
    over.start()
    try:
        with session_on(line) as session:
            yield session
    finally:
        over.cancel()
        line.close()


def session_on(line: Line) -> requests.Session:
    """A session of one call. It knows no proxy, no login file and no certificates of the environment."""
    session = _Session()
    session.trust_env = False
    adapter = _Adapter(line)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        # Redirects are ours to judge; and `requests` would read the whole of one, of any size, before it lets us.
        return None


class _Adapter(HTTPAdapter):
    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        of_call = self._line

        class Http(_Connected, HTTPConnection):
            line = of_call

        class Https(_Connected, HTTPSConnection):
            line = of_call

        http = type("LineHttpPool", (HTTPConnectionPool,), {"ConnectionCls": Http})
        https = type("LineHttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": Https})
        self.poolmanager.pool_classes_by_scheme = {"http": http, "https": https}


class _Connected:
    line: Line
    host: str
    port: int
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        connection = self.line.connect(self.host, self.port)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, data: Any) -> None:
        if self.sock is None:  # as `http.client` does it, but before we say that anything was sent
            self.connect()  # type: ignore[attr-defined]
        self.line.sent = True
        super().send(data)  # type: ignore[misc]
