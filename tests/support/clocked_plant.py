"""A plant whose clock a test sets, for all of its processes and for its database.

Production code is as it is: Python's clock is set by `clockwork/sitecustomize.py`, and the database's by functions of
a schema that stands before `pg_catalog` in the search path of the plant's connections.
"""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.plant import Plant

_CLOCKWORK = Path(__file__).with_name("clockwork")
_FUNCTIONS = "clock_timestamp VOLATILE", "statement_timestamp STABLE", "transaction_timestamp STABLE", "now STABLE"
_SCHEMA = """
CREATE SCHEMA test_clock;
CREATE TABLE test_clock.shift (by interval NOT NULL);
INSERT INTO test_clock.shift VALUES ('0');
"""
_FUNCTION = """
CREATE FUNCTION test_clock.{name}() RETURNS timestamptz LANGUAGE sql {kind}
    AS 'SELECT pg_catalog.{name}() + by FROM test_clock.shift';
"""
_OPTIONS = "-c timezone=UTC -c search_path=test_clock,pg_catalog,public"


class ClockedPlant(Plant):
    """Set the clock only while nothing is claimed: what a worker holds is by its lease's clock, and would be lost."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, **more)
        self._clock = self.folder / "clock"
        self._clock.write_bytes(struct.pack("q", _beside(datetime.now(UTC))))
        self._set = False

    def __enter__(self) -> ClockedPlant:
        super().__enter__()
        functions = (_FUNCTION.format(name=name, kind=kind) for name, kind in map(str.split, _FUNCTIONS))
        self.rows(_SCHEMA + "".join(functions) + "SELECT 1")
        self._set = True
        return self

    def environment(self) -> dict[str, str]:
        told = super().environment()
        if self._set:  # not while the tables are made: they belong into `public`
            told |= {"PYTHONPATH": str(_CLOCKWORK), "TEST_CLOCK": str(self._clock)}
            told["DATABASE_URL"] += f"{'&' if '?' in told['DATABASE_URL'] else '?'}options={quote(_OPTIONS)}"
        return told

    def set_clock(self, moment: datetime) -> None:
        """It is `moment` now, and goes on from there."""
        self.rows("UPDATE test_clock.shift SET by = %s - clock_timestamp(); SELECT 1", moment)
        with self._clock.open("r+b") as file:
            file.write(struct.pack("q", _beside(moment)))

    def time(self) -> datetime:
        """What the plant's clocks show."""
        (beside,) = struct.unpack("q", self._clock.read_bytes())
        return datetime.fromtimestamp((time.monotonic_ns() + beside) / 1e9, UTC)


def _beside(moment: datetime) -> int:
    """What is added to the monotonic clock, in nanoseconds."""
    return round(moment.timestamp() * 1e9) - time.monotonic_ns()
