"""Providers that do nothing, on one queue or on two."""

from __future__ import annotations

from renders.domain.outcomes import Ok, Outcome
from renders.providers.base import Request
from tests.support.providers import Fake, script

_ONE_SEGMENT = script(1).to_json()


class Noop(Fake):
    """Writes the same few bytes as every file: they are stored once."""

    name = "noop"

    def submit(self, request: Request, key: str) -> Outcome:
        return getattr(self, f"_{request.stage}")(request)

    def _script_gen(self, request: Request) -> Outcome:
        return Ok({"script": _ONE_SEGMENT})

    def _file(self, request: Request, name: str) -> Ok:
        path = request.workdir / name
        path.write_bytes(b"nothing")
        return Ok(files={name.partition(".")[0]: path})


class NoopIo(Noop):
    name = "noop_io"
