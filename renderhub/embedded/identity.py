"""As whom PostgreSQL runs: it refuses to be root, and initdb refuses users without an entry in the user database.

Root gets a user namespace of one process tree (inside it is somebody else, outside its files stay root's, in closed
folders). Where the machine allows no user namespaces (many containers), another uid is used, with a copy of what
that uid cannot reach. Rights of folders that are not ours are never changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from renderhub.embedded.errors import EmbeddedError
from renderhub.lib import child

SHARED = Path("/var/lib/renderhub")
"""Root's place for what another uid must reach and cannot: made by us, open for passing through only."""
PROBE = child.Limits(seconds=10)


@dataclass(frozen=True)
class Identity:
    """Who a server runs as: words in front of its command, or a (uid, gid) to change to."""

    prefix: tuple[str, ...] = ()
    user: tuple[int, int] | None = None

    def can(self, right: str, path: Path) -> bool:
        """Whether this identity has a right (`test`'s -r, -w, -x) on a path."""
        if self == Identity():
            return True
        words = (*self.prefix, "test", right, str(path))
        return child.run(words, limits=PROBE, check=False, user=self.user, cwd=Path("/")).returncode == 0

    def give(self, folder: Path) -> None:
        """Make it the owner of a folder of ours."""
        if self.user:
            os.chown(folder, *self.user)


def choose(data: Path) -> Identity:
    """The identity for this machine, this user and this database folder. Raises `EmbeddedError`."""
    uid = os.geteuid()
    if uid != 0 and _known(uid):
        return Identity()
    owner = data.stat().st_uid if data.exists() else uid
    if uid == 0 and owner != 0:
        return Identity(user=(owner, data.stat().st_gid))
    known = sorted((user for user in pwd.getpwall() if user.pw_uid), key=lambda user: user.pw_name == "nobody")
    if known and _namespaces(known[0].pw_uid):
        return Identity(prefix=_unshare(known[0].pw_uid))
    if uid != 0:
        raise EmbeddedError(
            f"PostgreSQL cannot run as user id {uid}, which has no entry in the user database",
            "run as a user that has one, or set DATABASE_URL to a server of your own",
        )
    if data.exists():
        raise EmbeddedError(
            f"the database in {data} is root's, and this machine lets root have no user namespace",
            "set DATABASE_URL to a server of your own, or RENDERHUB_HOME to a new folder",
        )
    if not known:
        raise EmbeddedError(
            "PostgreSQL cannot run as root, and the user database has no other user",
            "add a user, or set DATABASE_URL to a server of your own",
        )
    return Identity(user=(known[-1].pw_uid, known[-1].pw_gid))


def reachable_program(identity: Identity, installation: Path) -> Path:
    """The PostgreSQL installation, or a copy of it that the identity can run."""
    if identity.can("-x", installation / "bin" / "postgres"):
        return installation
    about = (installation / "bin" / "postgres").stat()
    copy = shared_folder(f"program-{installation}-{about.st_size}-{about.st_mtime_ns}")
    if not copy.exists():
        new = Path(tempfile.mkdtemp(dir=copy.parent))
        skip = shutil.ignore_patterns("*.a", "pkgconfig", "include")
        shutil.copytree(installation, new / "copy", ignore=skip, symlinks=True)
        for path in (new / "copy", *(new / "copy").rglob("*")):
            if not path.is_symlink():  # it may come from an installation for its owner only
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        (new / "copy").rename(copy)
        new.rmdir()
    return copy


def shared_folder(purpose: str) -> Path:
    """A path in `SHARED` for this purpose (not made yet)."""
    SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
    return SHARED / hashlib.sha256(purpose.encode()).hexdigest()[:16]


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _unshare(inside: int) -> tuple[str, ...]:
    return ("unshare", "--user", f"--map-user={inside}", f"--map-group={inside}", "--")


def _namespaces(inside: int) -> bool:
    try:
        return child.run((*_unshare(inside), "true"), limits=PROBE, check=False).returncode == 0
    except child.ChildError:
        return False
