"""Why a promised video was not there in time, and what to do about it, in plain words (R34, R75)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring import terms
from monitoring.models import SLARecord
from renders.domain.states import RenderStatus
from renders.models import Render
from renders.presentation import stages, telling
from renders.presentation.words import ended, without


@dataclass(frozen=True)
class Cause:
    why: str
    to_do: str = ""


def cause_of(record: SLARecord) -> Cause:
    """Of one that is late or missing. Asks the render's row how it stands, where it is not ready yet."""
    if record.cancelled_at is not None and record.ready_at is None:
        return Cause(f"Cancelled at {_clock(record.cancelled_at)}, after it was due.", "Re-render it if it is wanted.")
    told = _failure(record)
    if record.failed_at is not None:
        return Cause(f"Failed for good at {_clock(record.failed_at)}. {told}".strip(), record.remedy)
    if record.ready_at is None and record.render is not None:
        return Cause(" ".join(part for part in (_standing(record.render), told) if part), record.remedy)
    return Cause(told or "Nothing was noted.", record.remedy)


def state_of(record: SLARecord, now: datetime) -> str:
    """`on_time`, `late`, `missing`, `cancelled` (before it was due), or `open` (not due yet)."""
    if record.ready_at is not None:
        return "on_time" if record.ready_at <= record.due_at else "late"
    if record.is_excused:
        return "cancelled"
    return "missing" if record.due_at <= now else "open"


def marks_of(record: SLARecord) -> str:
    """`one visual is a fallback; held for an editor`; empty where nothing is degraded."""
    told = telling.fallbacks(Render(degraded=record.degraded)) if record.degraded else ""
    return "; ".join(part for part in (told, "held for an editor on its way" if record.held else "") if part)


def reasons_of(record: SLARecord) -> str:
    """Each degraded part with its reason, in one line."""
    if not record.degraded:
        return record.reason if record.held else ""
    return "; ".join(f"{what}: {why}" for what, why in telling.reasons(Render(degraded=record.degraded)))


def _failure(record: SLARecord) -> str:
    """`TIMEOUT at Composing by composer: no answer within 600 s.`"""
    reason = ended(without(record.reason, record.remedy))
    if not record.code:
        return reason
    by = f" by {record.provider}" if record.provider else ""
    return (
        f"{record.code} at {stages.title(record.stage)}{by}: {reason}" if record.stage else f"{record.code}: {reason}"
    )


def _standing(render: Render) -> str:
    """How one that is on its way stands."""
    match render.status:
        case RenderStatus.QUEUED:
            return f"In the queue since {_clock(render.queued_at)}."
        case RenderStatus.PROCESSING:
            at = f", at {stages.title(render.stage)}" if render.stage else ""
            since = f" since {_clock(render.started_at)}" if render.started_at else ""
            return f"Being made{since}{at}."
        case RenderStatus.FAILED if not render.final and render.wake_at:
            return f"Tries again at {_clock(render.wake_at)}."
        case _:
            return ""


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(terms.zone()):%H:%M}"
