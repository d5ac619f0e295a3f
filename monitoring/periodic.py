"""What beat calls, on the `control` queue."""

from __future__ import annotations

import logging

from celery import shared_task

from monitoring import rollup
from monitoring.sla import reporting

logger = logging.getLogger(__name__)


@shared_task(name="monitoring.daily_report", ignore_result=False)
def daily_report() -> list[str]:
    """Write and send the SLA report of the day, and of days before it that have none (R76); their subjects."""
    return [report.subject for report in reporting.write_due()]


@shared_task(name="monitoring.rollup")
def roll_up() -> int:
    """Bring the days' figures up to date; how many days were written. A report that beat was not there for is made up
    for here, within minutes of its coming back."""
    reporting.write_due()
    return rollup.roll_up()


@shared_task(name="monitoring.prune", ignore_result=False)
def prune() -> int:
    """Drop what the figures of old days were made from; the figures themselves stay."""
    gone = rollup.prune()
    logger.info("%d old outcomes of runs dropped", gone)
    return gone
