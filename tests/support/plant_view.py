"""What can be seen of a plant from outside: its rows, its journal, its queues and logs; and waiting for them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
import redis

from renderhub.embedded.servers import Servers
from tests.support.waiting import wait_until

PATIENCE = 60.0
"""Seconds within which everything must be on its way again, whatever was killed (R42)."""


LOG_LINES = 60


class PlantView:
    """Tests read through it; it changes nothing."""

    folder: Path
    servers: Servers
    _database: Any = None

    @property
    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.servers.urls.redis)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._rows(sql, values)
        except psycopg2.DatabaseError as error:
            if isinstance(error, psycopg2.ProgrammingError | psycopg2.DataError):
                raise
            self._forget_database()  # it was restarted
            return self._rows(sql, values)

    def _forget_database(self) -> None:
        if self._database is not None:
            with suppress(psycopg2.Error):
                self._database.close()
        self._database = None

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._database is None:
            self._database = psycopg2.connect(self.servers.urls.database, application_name="test")
            self._database.autocommit = True
        with self._database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def value(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def now(self) -> Any:
        """The database's clock, which leases and attempts go by."""
        return self.value("SELECT clock_timestamp()")

    def leader(self) -> int:
        """Wait until a keeper leads; the pid of its database session."""
        sql = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
        return int(wait_until(lambda: self.rows(sql), 30, "a keeper leads")[0][0])

    def rings(self, wanted: int, queue: str = "counted") -> None:
        """Wait until beat has rung so often in a queue from which nobody takes any."""
        wait_until(lambda: self.broker.llen(queue) >= wanted, 30, f"{wanted} bells of beat")

    def held(self, film: str, stage: str, claims: int = 1, within: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait until `claims` calls in all have come to the stage's gate; the journal's lines of them."""

        def asked() -> list[dict[str, Any]] | None:
            lines = [line for line in self.journal(film, stage) if line["event"] == "asked"]
            return lines if len(lines) >= claims else None

        return wait_until(asked, within, f"{claims} call(s) of {stage} for {film}") or []

    def journal(self, film: str = "", stage: str = "") -> list[dict[str, Any]]:
        """What the providers noted, in order."""
        place = self.folder / "journal"
        written = place.read_text().splitlines(keepends=True) if place.exists() else []
        lines = [json.loads(line) for line in written if line.endswith("\n")]  # the last may be half written
        return [line for line in lines if film in ("", line["film"]) and stage in ("", line["stage"])]

    def completed(self, *films: str, within: float = PATIENCE) -> None:
        """Wait until all are completed; fails at once where one has failed."""

        def all_done() -> bool:
            states = dict(self.rows("SELECT name, status FROM renders_render WHERE name = ANY(%s)", list(films)))
            assert "failed" not in states.values(), states
            return all(states[film] == "completed" for film in films)

        wait_until(all_done, within, f"{len(films)} render(s) completed")

    def logs(self) -> str:
        """The end of every log, for a failed test."""
        told = []
        for log in sorted((self.folder / "log").glob("*.log")):
            told.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:]))
        return "\n".join(told)
