"""Whether the console's static files must be collected again: it takes seconds, and seldom changes anything."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from renderhub.embedded.home import PROJECT, Home


def is_stale(home: Home) -> bool:
    """True when what was collected last is not what would be collected now."""
    try:
        return _stamp(home).read_text(encoding="utf-8") != fingerprint(home)
    except OSError:
        return True


def note_collected(home: Home, _output: bytes = b"") -> None:
    """Remember what has been collected."""
    _stamp(home).write_text(fingerprint(home), encoding="utf-8")


def fingerprint(home: Home, project: Path = PROJECT) -> str:
    """A digest over the installed packages' versions and over names, sizes and times of the project's own files."""
    digest = hashlib.sha256()
    for path in (project / "requirements.lock", *_files(project, home.folder)):
        about = path.stat() if path.exists() else None
        digest.update(f"{path} {about and (about.st_size, about.st_mtime_ns)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(project: Path, home: Path) -> Iterator[Path]:
    for folder in sorted([project / "static", *project.glob("*/static")]):
        if folder.is_relative_to(home):
            continue  # what was collected is no source
        for base, _, names in os.walk(folder):
            yield from sorted(Path(base, name) for name in names)


def _stamp(home: Home) -> Path:
    # In the collected folder's neighbourhood: whoever removes that removes this with it.
    return home.folder / "static" / ".collected"
