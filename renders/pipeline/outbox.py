"""The reader of the outbox (I4): each event is handed once to everybody who makes something of it.

The apps above register what they make of events (alerts, messages, SLA records). What they write is committed together
with the mark that the event was looked at, so a reader that dies between the two leaves nothing half done. Consumers
write rows and no more: whatever leaves the machine is sent later, from a row of its own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from renders.models import RenderEvent
from renders.pipeline.transitions.stored import stored_json

logger = logging.getLogger(__name__)

Consumer = Callable[[Sequence[RenderEvent]], None]
BATCH = 200
_consumers: dict[str, Consumer] = {}


def register(name: str, consumer: Consumer) -> None:
    """Hand every event to `consumer`, oldest first; a second registration under the same name replaces the first."""
    _consumers[name] = consumer


def tell(kind: str, **data: Any) -> RenderEvent:
    """Note something that is not about one render, in the caller's transaction: `service.down`, `feed.broken`."""
    return RenderEvent.objects.create(kind=kind, data=json.loads(stored_json(data)), created_at=Now())


def read() -> int:
    """Hand on what nobody has looked at; how many events. Safe to run twice at once.

    Where one event upsets a consumer, those beside it are handed on all the same, and it is tried again next time.
    """
    try:
        return _hand_on(_unread(BATCH))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A batch of events could not be handed on; trying them one by one")
    return sum(_hand_on_alone(pk) for pk in _unread(BATCH))


def _unread(most: int) -> list[int]:
    unread = RenderEvent.objects.filter(processed_at__isnull=True).order_by("id")
    return list(unread.values_list("pk", flat=True)[:most])


def _hand_on(pks: Sequence[int]) -> int:
    with transaction.atomic():
        rows = RenderEvent.objects.filter(pk__in=pks, processed_at__isnull=True).order_by("id")
        events = list(rows.select_for_update(skip_locked=True))
        if events:
            for consumer in _consumers.values():
                consumer(events)
            RenderEvent.objects.filter(pk__in=[event.pk for event in events]).update(processed_at=Now())
    return len(events)


def _hand_on_alone(pk: int) -> int:
    try:
        return _hand_on([pk])
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Event %s could not be handed on; it will be tried again", pk)
        return 0
