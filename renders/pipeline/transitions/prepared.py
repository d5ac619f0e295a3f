"""The statements of the hot path, planned once a connection: planning them costs more than running them (measured:
1.3 ms against 0.7 ms for a claim)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

_TYPES = {
    "step": "bigint",
    "claim": "integer",
    "attempt": "integer",
    "new_attempt": "integer",
    "added": "integer",
    "run": "integer",
    "render": "uuid",
    "lease": "double precision",
    "duration": "double precision",
    "wake_at": "timestamptz",
    "final": "boolean",
    "take": "boolean",
    "wants_slot": "boolean",
    "error": "jsonb",
    "result": "jsonb",
    "event": "jsonb",
    "details": "jsonb",
    "asset_error": "jsonb",
    "planned": "jsonb",
    "rank": "double precision",
    "retried": "integer",
    "steps": "bigint[]",
    "claims": "integer[]",
    "stages": "text[]",
    "workspace": "uuid",
    "now": "double precision",
    "turn": "double precision",
    "head_start": "double precision",
    "row": "jsonb",
}
"""Types of the parameters by name; text where nothing is said."""
_PARAMETER = re.compile(r"%\((\w+)\)s")
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """A statement with `%(name)s` parameters."""

    def __init__(self, name: str, sql: str) -> None:
        self.name = name
        self.parameters = list(dict.fromkeys(_PARAMETER.findall(sql)))
        types = ", ".join(_TYPES.get(parameter, "text") for parameter in self.parameters)
        numbered = _PARAMETER.sub(lambda found: f"${self.parameters.index(found[1]) + 1}", sql)
        self._prepare = f"PREPARE {name} ({types}) AS {numbered}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(self.parameters))})"

    def rows(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it; `values` may hold more than the statement asks for."""
        db = connections[DEFAULT_DB_ALIAS]
        with db.cursor() as cursor:
            # Prepared on this very connection, which may be a new one since the last time.
            prepared = _known.setdefault(db.connection, set())
            if self.name not in prepared:
                cursor.execute(self._prepare.replace("%", "%%"), ())
                prepared.add(self.name)
            cursor.execute(self._execute, [values[parameter] for parameter in self.parameters])
            # They are here already: Django's wrapper, which waits for errors of the database, has nothing to do.
            rows: list[tuple[Any, ...]] = cursor.cursor.fetchall()
            return rows
