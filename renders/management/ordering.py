"""Waits for beat's daily task to take an order, and says so when it takes long (R120)."""

from __future__ import annotations

import time

from django.core.management.base import CommandError, OutputWrapper
from django.db import Error, connection

from renders.actions import daily_rows as rows
from renders.actions.daily_run_of import Made
from renders.models import DailyOrder

PATIENCE = 90.0
"""Seconds. Beat hears of an order within 5 s, and looks each minute whatever it heard: then something is wrong."""
_LOOK = 0.3


def wait_for(order: DailyOrder, out: OutputWrapper) -> Made:
    """The run that was made of the order. Raises `CommandError` where it was refused, or nobody looks."""
    out.write("Ordered; beat's daily task makes it.")
    out.flush()
    stop = time.monotonic() + PATIENCE
    while time.monotonic() < stop:
        try:
            order.refresh_from_db()
        except Error:
            connection.close()  # the database restarts; the order is there when it is back
        if order.refused:
            raise CommandError(order.refused)
        if order.run is not None:
            return Made(order.run, rows.render_of(order.run).created_at >= order.created_at)
        time.sleep(_LOOK)
    raise CommandError(
        f"Nobody took the order for {PATIENCE:.0f} s: beat or the control worker is not running. It stays, and is made "
        "when they are back."
    )
