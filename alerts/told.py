"""What an event tells, read with care: its data is what somebody wrote. Pure."""

from __future__ import annotations

from alerts.acts import LONGEST_CAUSE, Event
from renders.presentation import stages


def text(event: Event, name: str) -> str:
    value = event.data.get(name)
    return "" if value is None else str(value)


def names(event: Event, name: str) -> str:
    value = event.data.get(name)
    return ", ".join(str(item) for item in value[:20]) if isinstance(value, list) else text(event, name)


def number(event: Event, name: str) -> float:
    """0 where it is none."""
    value = event.data.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def share(event: Event, name: str) -> str:
    """A rate as people read it: 0.934 and 93.4 are both 93.4 %."""
    value = event.data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(event, name) or "?"
    return f"{value * 100 if value <= 1 else value:.1f} %".replace(".0 %", " %")


def cause(what: str, event: Event, key: str) -> str:
    return f"{what}/{text(event, key)}"[:LONGEST_CAUSE]


def stage(event: Event) -> str:
    return stages.title(event.stage).lower() if event.stage else "the run as a whole"


def renders(event: Event) -> tuple[tuple[str, str], ...]:
    return ((event.render_id, event.render_name or event.render_id),) if event.render_id else ()
