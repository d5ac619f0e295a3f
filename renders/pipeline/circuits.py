"""The circuit of each service, shared by all workers through its row (R39); the decisions are `domain/circuit.py`.

What a worker knows of the services is read at most every `REMEMBERED` seconds and process, all of them in one
statement, and only by steps that have a service in their chain. Answers are counted in memory and sent with that look;
a failure is sent at once. So a call that answers costs no statement of its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from renderhub.lib import clock
from renders.domain import circuit as pure
from renders.domain.budget import Budget, may_retry
from renders.domain.calls import Tally
from renders.domain.circuit import Circuit, Numbers
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.stages import Stage
from renders.models import CircuitRow, Service, ServiceStatus
from renders.pipeline import bell, chains, outbox
from renders.pipeline.circuit_rows import Seen, circuit_of, keep, read_all
from renders.pipeline.transitions import rescue
from renders.pipeline.transitions.claim import Claimed

logger = logging.getLogger(__name__)

REMEMBERED = 1.5
"""Seconds for which a process believes what it has read."""
BELLS = 8
"""At most so many bells a stage for steps that waited: each wakes a worker that goes on until nothing is due."""

# The prober's claim is looked at as well as its time: one that died, or was cut off, has lost the probe with its step.
# Where somebody took it while this statement waited for the row, its claim may be younger than what this one sees.
_TAKE_PROBE = """
UPDATE renders_circuitrow c
   SET probe_until = %(until)s, probe_step = %(step)s, probe_claim = %(claim)s, probe_taken_at = clock_timestamp()
 WHERE c.provider = %(provider)s AND c.open_until <= %(now)s
   AND (c.probe_until IS NULL OR c.probe_until <= %(now)s
        OR c.probe_taken_at <= statement_timestamp()
           AND NOT EXISTS (SELECT 1 FROM renders_step s
                            WHERE s.id = c.probe_step AND s.claim_no = c.probe_claim AND s.status = 'running'))
"""


class Board:
    """What a process remembers between two looks. Threads share it; after a fork each process has its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._unsent: dict[str, Tally] = {}
        self._read_at = -float("inf")

    def all(self, older: float = REMEMBERED) -> dict[str, Seen]:
        """Every service; read anew where it was read longer ago than `older` seconds."""
        with self._lock:
            stale = time.monotonic() - self._read_at > older
            if stale:
                # The others go on with what is known while this thread looks.
                self._read_at = time.monotonic()
        if stale:
            self._look()
        return self._seen

    def count(self, provider: str, tally: Tally) -> None:
        with self._lock:
            self._unsent[provider] = self._unsent.get(provider, Tally()) + tally

    def take_unsent(self, provider: str) -> Tally:
        with self._lock:
            return self._unsent.pop(provider, Tally())

    def put(self, provider: str, circuit: Circuit, message: str) -> None:
        """Know at once what this process has just written."""
        with self._lock:
            before = self._seen.get(provider, Seen())
            self._seen = {**self._seen, provider: replace(before, circuit=circuit, message=message)}

    def _look(self) -> None:
        try:
            for provider in list(self._unsent):
                _change(provider, lambda circuit: circuit)
            seen = read_all()
        except Error as error:
            # What is known is old now; nobody's call waits for that.
            logger.warning("The circuits could not be read: %s", str(error).strip())
            return
        with self._lock:
            self._seen = seen


board = Board()


def seen(provider: str) -> Seen:
    return board.all().get(provider, Seen())


def retry_is_worth_it(provider: str, now: datetime) -> bool:
    """Whether the retry budget allows another call."""
    calls = seen(provider).circuit.calls.within(now, numbers().window)
    return may_retry(calls, Budget(most=settings.RENDERHUB_RETRY_BUDGET))


def take_probe(claimed: Claimed, now: datetime) -> bool:
    """Whether this claim's call is the one that probes the service."""
    until = now + timedelta(seconds=chains.stage_seconds(claimed.stage))
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_PROBE,
            {
                "until": until,
                "step": claimed.step_id,
                "claim": claimed.claim_no,
                "provider": claimed.provider,
                "now": now,
            },
        )
        return bool(cursor.rowcount)


def left_out(provider: str) -> None:
    """A call was wanted, and its service skipped."""
    board.count(provider, Tally(wanted=1))


def answered(claimed: Claimed, *, probe: bool) -> None:
    """The service answered: well, or with a refusal."""
    wanted = _wanted(claimed)
    if not probe:
        board.count(claimed.provider, Tally(wanted, made=1))
        return
    now, with_these = clock.now(), numbers()
    _change(claimed.provider, lambda one: pure.after_answer(one, now, with_these, probe=True, wanted=wanted))


def failed(claimed: Claimed, error: GenerationError, *, probe: bool) -> None:
    """The call failed."""
    if error.code not in pure.COUNTED | pure.AT_ONCE | {ErrorCode.RATE_LIMITED}:
        answered(claimed, probe=probe)
        return
    now, with_these, wanted = clock.now(), numbers(), _wanted(claimed)

    def change(one: Circuit) -> Circuit:
        return pure.after_failure(
            one, error.code, now, with_these, probe=probe, retry_after=error.retry_after, wanted=wanted
        )

    _change(claimed.provider, change, error)


def numbers() -> Numbers:
    with_these: dict[str, Any] = settings.RENDERHUB_CIRCUIT
    return Numbers(**with_these)


def _wanted(claimed: Claimed) -> int:
    return int(claimed.attempt <= 1)


def _change(provider: str, change: Callable[[Circuit], Circuit], error: GenerationError | None = None) -> None:
    """Make a move of the circuit, with what this process has counted meanwhile, under the row's lock; and say so where
    it opens or closes. The service's row is locked first: who says that it is up again looks at both."""
    unsent = board.take_unsent(provider)
    with transaction.atomic():
        service = Service.objects.select_for_update().filter(name=provider).first()
        CircuitRow.objects.bulk_create([CircuitRow(provider=provider)], ignore_conflicts=True)
        row = CircuitRow.objects.select_for_update().get(pk=provider)
        before = circuit_of(row)
        calls = before.calls.counted(unsent, clock.now(), numbers().window) if unsent != Tally() else before.calls
        after = change(replace(before, calls=calls))
        if after == before:
            return
        keep(row, after, error if after.code is not before.code else None)
        _tell(row, before, after, service)
    board.put(provider, after, row.message)
    if before.is_open and not after.is_open:
        wake(provider)


def wake(provider: str) -> None:
    """Steps that waited because nobody could be asked are due: a service that they may go to is back (R10)."""
    wake_stages(chains.stages_of(provider))


def wake_stages(stages: Sequence[Stage]) -> None:
    """The same for all that these stages wait for."""
    freed = rescue.wake_waiting([stage.value for stage in stages])
    for step in dict.fromkeys(freed):
        bell.ring([step] * min(freed.count(step), BELLS))


def _tell(row: CircuitRow, before: Circuit, after: Circuit, service: Service | None) -> None:
    """Opened, closed, or found to be refused for its key: each is told once."""
    stages = [stage.value for stage in chains.stages_of(row.provider)]
    about = {"name": row.provider, "stages": stages, "primary": _is_primary(row.provider)}
    if after.is_open and (not before.is_open or (after.code in pure.AT_ONCE and after.code is not before.code)):
        kind = "service.key_refused" if after.code in pure.AT_ONCE else "circuit.opened"
        logger.error("%s is left alone until %s: %s: %s", row.provider, after.open_until, row.code, row.message)
        told = {"code": row.code, "error": row.message, "remedy": row.remedy, "cool_down": after.cool_down}
        outbox.tell(kind, **about, **told)
    elif before.is_open and not after.is_open:
        logger.info("%s answers again", row.provider)
        outbox.tell("circuit.closed", **about, down=bool(service and service.status == ServiceStatus.DOWN))


def _is_primary(provider: str) -> bool:
    return any(chain[:1] == [provider] for chain in settings.RENDERHUB_CHAINS.values())
