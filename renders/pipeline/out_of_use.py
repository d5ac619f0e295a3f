"""The operator's word about a service: out of use, and back (R10, R39). It stands in the service's row, which all
workers read with the circuits: they know of it within `circuits.REMEMBERED` seconds."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from renderhub.lib import clock
from renders.domain import circuit as pure
from renders.models import CircuitRow, Service, ServiceStatus
from renders.pipeline import chains, circuits
from renders.pipeline.circuit_rows import circuit_of, keep
from renders.pipeline.transitions import rescue
from renders.pipeline.transitions.stored import stored_text

KNOWN_BY_ALL = timedelta(seconds=circuits.REMEMBERED + 0.5)
"""After this every worker has looked again. Who waits is woken then: earlier a worker that does not know yet might send
it to sleep again."""
_LONGEST_REASON = 500


def take_out(name: str, by: str, reason: str = "") -> bool:
    """Nobody calls it any more; calls under way go on to their end. Whether it was in use."""
    CircuitRow.objects.bulk_create([CircuitRow(provider=name)], ignore_conflicts=True)
    in_use = CircuitRow.objects.filter(provider=name, out_since=None)
    told = stored_text(" ".join(reason.split())[:_LONGEST_REASON])
    return bool(in_use.update(out_since=clock.now(), out_by=by, out_reason=told))


def is_out(name: str) -> bool:
    return CircuitRow.objects.filter(provider=name, out_since__isnull=False).exists()


def take_back(name: str) -> bool:
    """It may be called at once, whatever was known of it: out of use, left alone, paused or found down. Where it was
    left alone, one call tries it first. Who waited for it is woken. Whether anything kept it from being called."""
    now = clock.now()
    with transaction.atomic():
        # The service's row first, as everybody who looks at both (circuits.py).
        service = Service.objects.select_for_update().filter(name=name).first()
        row = CircuitRow.objects.select_for_update().filter(provider=name).first()
        free = [row is not None and _freed(row), service is not None and _not_believed(service)]
        if not any(free):
            return False
        rescue.wake_waiting_at([stage.value for stage in chains.stages_of(name)], now + KNOWN_BY_ALL)
    return True


def _freed(row: CircuitRow) -> bool:
    before = circuit_of(row)
    after = pure.asked_again(before, clock.now())
    was_out = row.out_since is not None
    if not was_out and not before.is_open and before.limited_until is None:
        return False
    keep(row, after, None)
    row.out_since, row.out_by, row.out_reason = None, "", ""
    row.save(update_fields=["out_since", "out_by", "out_reason"])
    return True


def _not_believed(service: Service) -> bool:
    """What it answered when it was asked how it is counts no more; that it is down stays said until it is asked again:
    so it is told once when it is up (record.py)."""
    if service.status != ServiceStatus.DOWN.value or service.checked_at is None:
        return False
    service.checked_at = None
    service.save(update_fields=["checked_at"])
    return True
