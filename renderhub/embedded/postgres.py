"""PostgreSQL in the home folder: made once, started privately, stopped in good order."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2

from renderhub.embedded import binaries, identity
from renderhub.embedded.errors import EmbeddedError, ServerNotStarted
from renderhub.embedded.home import Home
from renderhub.embedded.identity import Identity
from renderhub.embedded.server import NotYet, Server, log_tail
from renderhub.embedded.stale import end_stale_postmaster
from renderhub.lib import child

NAME = "renderhub"
PORT = "5432"
"""Only part of the socket's file name: no TCP port is opened."""
STOP_SECONDS = 15.0
ORPHAN_SECONDS = 3.0
"""To end in good order when the supervisor was killed; after that by force, and the next start recovers."""
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    # Parallel plans take shared memory that containers give little of, and cores that the renders need.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: what a power failure leaves is of no interest."""


def start(home: Home, sockets: Path, *, durable: bool = True) -> Server:
    """Start PostgreSQL for this home (whose lock the caller holds) and return once it accepts connections.

    Makes the database cluster and the database `renderhub` when there are none. `durable=False` is for tests.

    Raises `EmbeddedError`: `BinaryMissing`, `ServerNotStarted`, or a plain one with a remedy.
    """
    who = identity.choose(home.data)
    program = identity.reachable_program(who, binaries.postgres_folder()) / "bin"
    data = _cluster(home, who, program, durable)
    end_stale_postmaster(data)
    who.give(sockets)
    settings = SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if durable else NOT_DURABLE)
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    log = home.logs / "postgres.log"
    with log.open("ab") as output:
        process = child.spawn(
            (*who.prefix, program / "postgres", "-D", data, *options),
            cwd=Path("/"),
            stdout=output,
            stderr=subprocess.STDOUT,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint; SIGTERM waits for clients
            orphan_grace=ORPHAN_SECONDS,
            user=who.user,
        )
    url = f"postgresql://{NAME}@/{NAME}?host={quote(str(sockets), safe='')}"
    server = Server("PostgreSQL", url, sockets / f".s.PGSQL.{PORT}", log, process, STOP_SECONDS)
    server.wait_until_ready(lambda: _make_database(sockets))
    return server


def _cluster(home: Home, who: Identity, program: Path, durable: bool) -> Path:
    """The folder of the database cluster, made if there is none; a half-made one is never seen."""
    for unfinished in home.folder.glob("postgres.new*"):
        shutil.rmtree(unfinished)
    if home.data.exists():
        _check_version(home.data, program)
        return home.data.resolve()
    new = home.folder / "postgres.new"
    new.mkdir(mode=0o700)
    who.give(new)
    final = home.data
    if not who.can("-w", new):  # a folder above is closed to it, and is not ours to open
        new.rmdir()
        final = identity.shared_folder(f"data-{home.folder}")
        new = final.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        who.give(new)
    _initdb(home, who, program, new, durable)
    new.rename(final)
    if final != home.data:
        home.data.symlink_to(final)
    return final


def _initdb(home: Home, who: Identity, program: Path, folder: Path, durable: bool) -> None:
    # The socket's folder is open to its owner only, so whoever reaches the socket may enter: trust.
    # The locale is PostgreSQL's own: the machine need not have one.
    words: list[str | Path] = [
        *who.prefix,
        program / "initdb",
        "-D",
        folder,
        "-U",
        NAME,
        "--auth=trust",
        "--encoding=UTF8",
    ]
    words += ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
    words += [] if durable else ["--no-sync"]
    result = child.run(words, limits=child.Limits(seconds=120), cwd=Path("/"), user=who.user, check=False)
    log = home.logs / "initdb.log"
    log.write_bytes(result.stdout + result.stderr)
    if result.returncode:
        raise ServerNotStarted(
            f"PostgreSQL's initdb failed. Its log ends with:\n{log_tail(log)}",
            f"read {log}; free some disk space if it asks for it",
        )


def _check_version(data: Path, program: Path) -> None:
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except OSError as exc:
        raise EmbeddedError(
            f"{data} is no database of ours: {exc.strerror}",
            f"move {data} away, or set RENDERHUB_HOME to another folder",
        ) from exc
    version = child.run((program / "postgres", "-V"), limits=identity.PROBE).stdout.decode().split()[-1]
    if version.partition(".")[0] != made_by:
        raise EmbeddedError(
            f"the database in {data} was made by PostgreSQL {made_by}, and this is {version}",
            f"copy it over with pg_dump of version {made_by}, or move {data} away to start with an empty one",
        )


def _make_database(sockets: Path) -> None:
    """Connect, and make our database if there is none. Raises `NotYet`."""
    try:
        connection = psycopg2.connect(dbname="postgres", user=NAME, host=str(sockets), port=PORT, connect_timeout=5)
    except psycopg2.OperationalError as exc:
        raise NotYet(str(exc).strip()) from exc
    with closing(connection):
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {NAME}")
