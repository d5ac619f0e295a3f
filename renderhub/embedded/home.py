"""The home folder of the embedded default: where its data, logs and state are kept, and who owns it now.

    <home>/postgres         the database
    <home>/log              a log for each server and process
    <home>/run/lock         held by the one supervisor that runs here
    <home>/run/servers.json the running servers' addresses, for commands in a second terminal

`settings` imports this module in every command: it loads the standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from renderhub.embedded.errors import EmbeddedError, HomeBusy

PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Urls:
    """Addresses of the running embedded servers; empty where a server of the operator's own is used.

    `database` is what `DATABASE_URL` takes, `broker` what Celery's `BROKER_URL` takes, and `redis` is the broker as
    redis-py's `from_url` takes it.
    """

    database: str = ""
    broker: str = ""
    redis: str = ""

    def environment(self) -> dict[str, str]:
        """The variables by which other processes are told."""
        named = {"DATABASE_URL": self.database, "BROKER_URL": self.broker}
        return {name: url for name, url in named.items() if url}


@dataclass(frozen=True)
class State:
    """What `servers.json` holds. `sockets` are paths; a server is alive when its socket answers."""

    supervisor: int
    socket_folder: str
    urls: Urls
    pids: dict[str, int]
    sockets: tuple[str, ...]


def home_folder() -> Path:
    """`RENDERHUB_HOME`, or `var` in the project."""
    named = os.environ.get("RENDERHUB_HOME")
    return Path(named).expanduser().absolute() if named else PROJECT / "var"


class Home:
    """One home folder. Making one writes nothing; `prepare` and `lock` do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "postgres"
        self.logs = self.folder / "log"
        self.run = self.folder / "run"
        self.state_file = self.run / "servers.json"
        self._lock = -1

    def prepare(self) -> None:
        """Make the folders. Raises `EmbeddedError` when the home cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for private in (self.logs, self.run):
                private.mkdir(mode=0o700, exist_ok=True)
                (private / ".writable").touch()
        except OSError as exc:
            raise EmbeddedError(
                f"the home folder {self.folder} cannot be written: {exc.strerror}",
                "set RENDERHUB_HOME to a folder of your own (another user may have made this one)",
            ) from exc

    def lock(self) -> None:
        """Become the one supervisor of this home until `unlock` or death. Raises `HomeBusy`."""
        self.prepare()
        # A kernel lock, not a pid file: it goes with its holder, however that one ends.
        fd = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).strip()
            os.close(fd)
            raise HomeBusy(self.folder, int(holder) if holder.isdigit() else 0) from None
        os.truncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
        self._lock = fd

    def unlock(self) -> None:
        """Let another supervisor have this home."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def write_state(self, state: State) -> None:
        """Make the running servers known (mode 0600; a reader never sees half of it)."""
        new = self.state_file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(state), file)
        new.replace(self.state_file)

    def read_state(self) -> State | None:
        """What the last supervisor wrote; it may be dead. None when there is nothing, or nothing readable."""
        try:
            held = json.loads(self.state_file.read_text(encoding="utf-8"))
            held["urls"] = Urls(**held["urls"])
            held["sockets"] = tuple(held["sockets"])
            return State(**held)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def forget_state(self) -> None:
        """The servers are stopped."""
        self.state_file.unlink(missing_ok=True)


def current_urls(folder: Path | None = None) -> Urls | None:
    """Addresses of the servers running in this home, or None when none runs (a stale state file is no server)."""
    state = Home(folder or home_folder()).read_state()
    if state is None or not state.sockets or not all(answers(path) for path in state.sockets):
        return None
    return state.urls


def answers(path: str) -> bool:
    """Whether somebody listens on this unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
