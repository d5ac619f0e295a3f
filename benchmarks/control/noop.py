"""Providers that do nothing, on one queue or on two."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from renders.domain.outcomes import Ok, Outcome
from renders.providers.base import Request
from tests.support.providers import Fake, script

_ONE_SEGMENT = script(1).to_json()


class Noop(Fake):
    """Answers with files that are stored already, as a cache does: what is measured is the control plane."""

    name = "noop"

    def submit(self, request: Request, key: str) -> Outcome:
        return getattr(self, f"_{request.stage}")(request)

    def _script_gen(self, request: Request) -> Outcome:
        return Ok({"script": _ONE_SEGMENT})

    def _file(self, request: Request, name: str) -> Ok:
        return Ok(files={name.partition(".")[0]: _stored(Path(name).suffix)})


@functools.cache
def _stored(suffix: str) -> Path:
    from renders.pipeline import storage

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"nothing{suffix}"
        path.write_bytes(b"nothing")
        return storage.path_of(storage.put(path))


class NoopIo(Noop):
    name = "noop_io"
