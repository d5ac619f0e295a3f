"""Status is a word, a shape and a colour, the same everywhere (LOOK). The stylesheet takes its tokens from here; a test
holds the two together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from renders.domain.states import RenderStatus
from renders.models import Render


class Shown(StrEnum):
    """What people tell apart: the statuses, with the two kinds of failure as two."""

    COMPLETED = "completed"
    PROCESSING = "processing"
    QUEUED = "queued"
    HELD = "held"
    RETRYING = "retrying"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Tone:
    """Text (and shape) on its background, as `#RRGGBB`; at least 4.5:1."""

    text: str
    background: str


@dataclass(frozen=True)
class Look:
    word: str
    meaning: str
    """One sentence: the badge's tooltip, a chat's legend."""
    symbol: str
    """The shape as one character, for mails and chats."""
    shape: str
    """The shape as SVG inside a view box of 16 x 16, drawn in the text's colour."""
    light: Tone
    dark: Tone


_ROUND = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
_LINE = f'{_ROUND} stroke-width="2"'
_HAND = (
    "M5 8.6V4.4a1 1 0 0 1 2 0V7.6M7 7.4V2.9a1 1 0 0 1 2 0v4.5M9 7.5V3.6a1 1 0 0 1 2 0v4.6"
    "M11 8.2V5.6a1 1 0 0 1 2 0v4.2c0 2.7-1.7 4.7-4.4 4.7-2 0-3.1-.9-4-2.3L2.8 9.5a1 1 0 0 1 1.7-1.1l.5.8"
)

LOOKS: dict[Shown, Look] = {
    Shown.COMPLETED: Look(
        "Completed",
        "The video is published and has been fetched back.",
        "●",
        '<circle cx="8" cy="8" r="5.5" fill="currentColor"/>',
        Tone("#166534", "#DCFCE7"),
        Tone("#86EFAC", "#14321F"),
    ),
    Shown.PROCESSING: Look(
        "Processing",
        "A worker is at it.",
        "◔",
        f'<circle cx="8" cy="8" r="5.5" {_LINE} stroke-dasharray="24 11"/>',
        Tone("#1E40AF", "#DBEAFE"),
        Tone("#93C5FD", "#172B4D"),
    ),
    Shown.QUEUED: Look(
        "Queued",
        "Waits for a free worker.",
        "○",
        f'<circle cx="8" cy="8" r="5.5" {_LINE}/>',
        Tone("#475569", "#EEF1F5"),
        Tone("#CBD5E1", "#27344A"),
    ),
    Shown.HELD: Look(
        "Held",
        "The video is made, with more gaps than allowed; it waits for an editor.",
        "✋",
        f'<path d="{_HAND}" {_ROUND} stroke-width="1.3"/>',
        Tone("#5B21B6", "#EDE9FE"),
        Tone("#C4B5FD", "#2E2153"),
    ),
    Shown.RETRYING: Look(
        "Tries again",
        "It failed, and goes back to the queue by itself.",
        "↻",
        f'<path d="M13 8a5 5 0 1 1-1.7-3.8M13 2v2.8h-2.8" {_LINE}/>',
        Tone("#92400E", "#FEF3C7"),
        Tone("#FCD34D", "#3B2A0A"),
    ),
    Shown.FAILED: Look(
        "Failed",
        "Failed for good: nothing tries again until a person does.",
        "✕",
        f'<path d="M4 4l8 8M12 4l-8 8" {_LINE}/>',
        Tone("#991B1B", "#FEE2E2"),
        Tone("#FCA5A5", "#4A1919"),
    ),
    Shown.CANCELLED: Look(
        "Cancelled",
        "Stopped by a person.",
        "–",
        f'<path d="M3.5 8h9" {_LINE}/>',
        Tone("#57534E", "#EDE9E3"),
        Tone("#B6C0CE", "#1E2A3D"),
    ),
}


def shown(render: Render) -> Shown:
    """How the render's status is shown: a failure that will be requeued is another thing than one for good."""
    if render.status == RenderStatus.FAILED and not render.final:
        return Shown.RETRYING
    return Shown(render.status)


def rests(render: Render) -> bool:
    """Whether nothing will change by itself any more."""
    if render.status == RenderStatus.HELD:
        return render.wake_at is None
    if render.status == RenderStatus.FAILED:
        return render.final
    return render.status in (RenderStatus.COMPLETED, RenderStatus.CANCELLED)
