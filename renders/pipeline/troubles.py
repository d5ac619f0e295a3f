"""What is wrong with the machinery itself, told once when it begins and once when it is over (R71, R72)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from renders.models import Trouble
from renders.pipeline import outbox


def note(what: str, wrong: bool, begun: str, over: str, **data: Any) -> None:
    """Write the event `begun` where `what` is newly wrong, and `over` where it is so no more. Safe to run twice at
    once: the row is the fence, written with the event."""
    with transaction.atomic():
        if wrong:
            _, new = Trouble.objects.get_or_create(what=what, defaults={"since": Now()})
            if new:
                outbox.tell(begun, what=what, **data)
            return
        gone, _ = Trouble.objects.filter(what=what).delete()
        if gone:
            outbox.tell(over, what=what, **data)
