"""What is known of the services that providers call, in tests of the pipeline."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from renders.models import CircuitRow
from renders.pipeline import circuits
from tests.support import pipeline


def let_pass(seconds: float) -> None:
    """Let time pass, for what is known of the services too."""
    pipeline.let_pass(seconds)
    back = timedelta(seconds=seconds)
    CircuitRow.objects.filter(open_until__isnull=False).update(
        opened_at=F("opened_at") - back, open_until=F("open_until") - back
    )
    circuits.board.forget()
