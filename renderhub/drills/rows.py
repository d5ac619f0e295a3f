"""The database of a drill, read from outside: one connection, made anew where the database was restarted."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import psycopg2

PATIENCE = 60.0
"""Seconds for which a database that is being restarted is waited for."""


class Rows:
    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises `psycopg2.Error` where it is wrong, or the database stays away."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._read(sql, values)
            except psycopg2.ProgrammingError:
                raise
            except psycopg2.Error:
                self.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def value(self, sql: str, *values: Any) -> Any:
        return self.read(sql, *values)[0][0]

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
        self._connection = None

    def _read(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = psycopg2.connect(self._url, application_name="drill", connect_timeout=5)
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())
