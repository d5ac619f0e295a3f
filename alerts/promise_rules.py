"""The rules for promised videos while something can still be done (R71, R77): held for an editor, at risk of being
late. Pure.

Those of one morning are one alert with a count: what is wrong is mostly one thing for all of them, and whoever looks at
one looks at all.
"""

from __future__ import annotations

from datetime import datetime

from alerts import told
from alerts.acts import LONGEST_CAUSE, LONGEST_TEXT, LONGEST_TITLE, Event, Raise
from alerts.vocabulary import AlertKind, Severity
from renders.presentation import words

HELD, RISK = "held", "risk"


def held(event: Event) -> Raise:
    goes_out = told.text(event, "publish_at")
    then = f" It goes out as it is at {_clock(goes_out)}." if goes_out else " Nothing publishes it by itself."
    reason = words.ended(told.text(event, "reason") or "Something is missing.")
    return Raise(
        cause=f"{HELD}/{goes_out or event.at.date().isoformat()}"[:LONGEST_CAUSE],
        kind=AlertKind.RENDER_HELD,
        severity=Severity.WARNING,
        title="Held for an editor",
        details=f"{event.render_name}: {reason}{then}"[:LONGEST_TEXT],
        remedy="Open the render: its scenes say what is missing. Re-render from that stage, or let it go out as it is.",
        at=event.at,
        stage=event.stage,
        renders=told.renders(event),
    )


def at_risk(event: Event) -> Raise:
    due, slow = told.text(event, "due_at"), told.text(event, "slow_at")
    expected = f" Ready by {_clock(slow)}, nine times of ten." if slow else ""
    return Raise(
        cause=f"{RISK}/{due}"[:LONGEST_CAUSE],
        kind=AlertKind.AT_RISK,
        severity=Severity.CRITICAL,
        title=f"May come too late for {_clock(due) or 'its due time'}"[:LONGEST_TITLE],
        details=f"{event.render_name}: {words.ended(told.text(event, 'why') or 'it takes long')}{expected}"[
            :LONGEST_TEXT
        ],
        remedy="Look at what is slow or failing, add workers, or raise its priority: there is still time.",
        at=event.at,
        stage=event.stage,
        renders=told.renders(event),
    )


def _clock(moment: str) -> str:
    """`06:00 UTC` of an ISO moment; as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(moment):%H:%M} UTC" if moment else ""
    except ValueError:
        return moment
