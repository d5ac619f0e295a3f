"""The operator's login: made by `manage.py ensure_operator`, kept for the operator's eyes only."""

from __future__ import annotations

import json
import os
from pathlib import Path

from renderhub.embedded.home import Home


def file(home: Home) -> Path:
    """Where the login is kept."""
    return home.run / "login"


def keep(home: Home, output: bytes) -> None:
    """Keep what `ensure_operator` printed: JSON with `username` and `password`.

    The password is known only when it is made; later starts print an empty one, and the kept one still holds.
    Raises ValueError when the output is something else.
    """
    said = json.loads(output.strip().rpartition(b"\n")[2])
    if not said["password"] and file(home).exists():
        return
    file(home).unlink(missing_ok=True)
    with os.fdopen(os.open(file(home), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
        json.dump(said, kept)


def lines(home: Home) -> list[str]:
    """What the operator is told; nothing when there is no login."""
    try:
        kept = json.loads(file(home).read_text(encoding="utf-8"))
        name, password = kept["username"], kept["password"]
    except (OSError, ValueError, KeyError):
        return []
    forgotten = f"(the one you set; a new one: .venv/bin/python manage.py changepassword {name})"
    return [f"login: {name}", f"password: {password or forgotten}"]
