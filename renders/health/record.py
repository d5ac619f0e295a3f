"""What was found, kept in rows; what changed, told once (R40)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction

from renderhub.lib import clock
from renders.health.check import Finding
from renders.models import CircuitRow, Service, ServiceStatus
from renders.pipeline import circuits, outbox
from renders.pipeline.transitions.stored import stored_text

logger = logging.getLogger(__name__)


def record(findings: Sequence[Finding], *, whole: bool) -> None:
    """Keep the findings, and write `service.down` or `service.up` for each change, in one transaction. Steps that
    waited because nobody could be asked are woken where a service is back (R10).

    `whole`: these are all services that there are; rows of others are dropped.
    """
    back: list[str] = []
    with transaction.atomic():
        Service.objects.bulk_create(
            [Service(name=finding.name, since=clock.now()) for finding in findings], ignore_conflicts=True
        )
        # In one order: two who record at once wait for each other instead of both failing.
        rows = Service.objects.select_for_update().order_by("name").in_bulk(field_name="name")
        for finding in findings:
            row = rows[finding.name]
            if finding.up and row.status == ServiceStatus.DOWN.value:
                back.append(finding.name)
            _keep(row, finding)
        if whole:
            Service.objects.exclude(name__in=[finding.name for finding in findings]).delete()
    for name in back:
        circuits.wake(name)


def _keep(row: Service, finding: Finding) -> None:
    before, now = row.status, clock.now()
    row.status = (ServiceStatus.UP if finding.up else ServiceStatus.DOWN).value
    row.checked_at, row.latency_ms = now, round(finding.latency_ms, 1)
    row.stages, row.primary = list(finding.stages), finding.primary
    if finding.error is not None:  # the last error stays when it is up again
        row.error = stored_text(finding.error.message[:2000])
        row.remedy = stored_text(finding.error.what_to_do[:2000])
    if row.status != before:
        row.since = now
        _tell(row, before)
    row.save()


def _tell(row: Service, before: str) -> None:
    """The first time that a service is found well is no news."""
    if row.status == ServiceStatus.UP.value:
        logger.info("Service %s is up", row.name)
        if before == ServiceStatus.UNKNOWN.value:
            return
    else:
        logger.warning("Service %s is down: %s", row.name, row.error)
    # Looked at under the lock of the service's row, as whoever closes the circuit looks at this one (circuits.py): of
    # two who find it well again at the same moment, the later one sees both.
    left_alone = CircuitRow.objects.filter(provider=row.name, open_until__isnull=False).exists()
    outbox.tell(
        f"service.{row.status}",
        left_alone=left_alone,
        name=row.name,
        error=row.error,
        remedy=row.remedy,
        primary=row.primary,
        stages=row.stages,
        since=row.since.isoformat(),
    )
