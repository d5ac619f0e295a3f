"""The rows of circuits and services, as the pipeline reads and writes them: every service in one statement, and the
moves of one circuit."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from renders.domain.calls import Calls
from renders.domain.circuit import Circuit
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.steering import OutOfUse
from renders.models import CircuitRow, ServiceStatus
from renders.pipeline.transitions.stored import stored_text

BELIEVED = timedelta(minutes=3)
"""Age at which what a service answered when it was asked how it is, is not believed any more (R40)."""

_READ = """
SELECT COALESCE(c.provider, s.name), c.calls, c.opened_at, c.open_until, c.cool_down, c.code, c.probe_until,
       c.limited_until, c.message, s.status, s.checked_at, s.error, c.out_since, c.out_by, c.out_reason
  FROM renders_circuitrow c FULL JOIN renders_service s ON s.name = c.provider
"""


@dataclass(frozen=True)
class Seen:
    """What this process knows of a service."""

    circuit: Circuit = field(default_factory=Circuit)
    message: str = ""
    """What its circuit was opened for, in the service's words."""
    status: str = ServiceStatus.UNKNOWN.value
    checked_at: datetime | None = None
    error: str = ""
    out: OutOfUse | None = None

    def is_down(self, now: datetime) -> bool:
        """Whether it did not answer when it was asked how it is, a short while ago."""
        recent = self.checked_at is not None and now - self.checked_at < BELIEVED
        return recent and self.status == ServiceStatus.DOWN


def read_all() -> dict[str, Seen]:
    """Every service that has a row. Raises what the database raises."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return {row[0]: _seen(row) for row in cursor.fetchall()}


def circuit_of(row: CircuitRow) -> Circuit:
    return Circuit(
        calls=Calls.from_json(row.calls),
        opened_at=row.opened_at,
        open_until=row.open_until,
        cool_down=row.cool_down,
        probe_until=row.probe_until,
        code=_code(row.code),
        limited_until=row.limited_until,
    )


def out_of_use(row: CircuitRow) -> OutOfUse | None:
    return OutOfUse(row.out_since, row.out_by, row.out_reason) if row.out_since is not None else None


def keep(row: CircuitRow, circuit: Circuit, error: GenerationError | None) -> None:
    """Write a circuit into its row, which the caller has locked. `error`: what it was opened for, where that is new."""
    row.calls = circuit.calls.to_json()
    row.opened_at, row.open_until, row.cool_down = circuit.opened_at, circuit.open_until, circuit.cool_down
    row.probe_until, row.limited_until = circuit.probe_until, circuit.limited_until
    row.code = circuit.code.value if circuit.code else ""
    if error is not None and circuit.is_open:
        row.message, row.remedy = stored_text(error.message[:2000]), stored_text(error.what_to_do[:2000])
    fields = ["calls", "opened_at", "open_until", "cool_down", "probe_until", "limited_until", "code", "message"]
    row.save(update_fields=[*fields, "remedy"])


def _seen(row: tuple[Any, ...]) -> Seen:
    _, calls, opened_at, open_until, cool_down, code, probe_until, limited_until, message, *of_service = row
    status, checked_at, said, out_since, out_by, out_reason = of_service
    circuit = Circuit()
    if calls is not None:
        circuit = Circuit(
            calls=Calls.from_json(json.loads(calls)),
            opened_at=opened_at,
            open_until=open_until,
            cool_down=cool_down,
            probe_until=probe_until,
            code=_code(code),
            limited_until=limited_until,
        )
    out = OutOfUse(out_since, out_by, out_reason) if out_since is not None else None
    return Seen(circuit, message or "", status or ServiceStatus.UNKNOWN.value, checked_at, said or "", out)


def _code(stored: str) -> ErrorCode | None:
    return ErrorCode(stored) if stored in set(ErrorCode) else None
