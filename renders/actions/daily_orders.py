"""Orders for a day's video out of turn (R120): kept in a row, made by beat's daily task like every other run.

The order is what counts. Beat is asked to look at once; where it cannot, its look of every minute finds the order.
"""

from __future__ import annotations

import logging
from datetime import date

from django.db import InterfaceError, OperationalError, transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from renders.actions import daily
from renders.actions.request import RequestRefused
from renders.feeds import FeedError
from renders.models import DailyOrder, Workspace

logger = logging.getLogger(__name__)

LOOK_NOW = "make the days' videos that were ordered"
"""Beat's entry that runs once and switches itself off; beat hears of it within its 5 s."""


def order(
    workspace: Workspace, source: str, *, language: str = "", day: date | None = None, length: int = 60
) -> DailyOrder:
    """Note that the video is wanted, and have beat look for it now. The row tells what became of it."""
    with transaction.atomic():
        made = DailyOrder.objects.create(workspace=workspace, source=source, language=language, date=day, length=length)
        soon, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
        PeriodicTask.objects.update_or_create(
            name=LOOK_NOW,
            defaults={
                "task": "renders.daily",
                "interval": soon,
                "queue": "control",
                "one_off": True,
                "enabled": True,
                "total_run_count": 0,  # an entry that ran already would not run again
                "last_run_at": None,
                "description": "Runs once whenever somebody orders a day's video out of turn.",
            },
        )
    return made


def fill() -> int:
    """Make the runs of the open orders; how many videos were asked for. Two at once, or one that died half way, make
    nothing twice: a day's run is unique."""
    return sum(
        _fill(one) for one in DailyOrder.objects.filter(run__isnull=True, refused="").select_related("workspace")
    )


def _fill(one: DailyOrder) -> int:
    try:
        answer = daily.daily_run(one.workspace, one.source, language=one.language, day=one.date, length=one.length)
    except (FeedError, RequestRefused) as error:
        _settle(one, refused=str(error)[:4000])
        return 0
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Nobody is to wait for it for ever, nor may it stand before the others each minute.
        logger.exception("The order of %s could not be made", one)
        _settle(one, refused=f"A fault of RenderHub: {type(error).__name__}; see the control worker's log.")
        return 0
    _settle(one, run=answer.run)
    return int(answer.created)


def _settle(one: DailyOrder, **outcome: object) -> None:
    DailyOrder.objects.filter(pk=one.pk, run__isnull=True, refused="").update(**outcome)
