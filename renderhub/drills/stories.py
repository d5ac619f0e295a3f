"""What happened to each render of a drill, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from renderhub.drills.site import Site

_RENDERS = """
SELECT id, name, status, final, wake_at IS NOT NULL, error_message, retry_count, degraded,
       extract(epoch FROM completed_at - queued_at)::float8
  FROM renders_render ORDER BY queued_at, name
"""
_ATTEMPTS = """
SELECT s.render_id, a.outcome, a.error_code, a.decision, count(*) FROM renders_attempt a
  JOIN renders_step s ON s.id = a.step_id WHERE a.outcome <> 'ok' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
"""
_TOLD = {"lost": "lost with a worker", "cancelled": "stopped before its answer, unspent", "under_way": "under way"}
_NOT_ASKED = {
    "wait": "waited: nobody could be asked or could work",
    "skip": "skipped what is left alone",
}


@dataclass(frozen=True)
class Story:
    name: str
    status: str
    seconds: float | None
    """From being asked for to being ready."""
    requeues: int
    degraded: list[str] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    why: str = ""

    def sentence(self) -> str:
        ended = {
            "completed": f"ready after {self.seconds or 0:.0f} s",
            "held": f"held for an editor: {self.why}",
            "failed": f"failed: {self.why}",
        }.get(self.status, f"not ended: {self.status}")
        parts = [ended]
        if self.requeues:
            parts.append(f"requeued {self.requeues} times")
        if self.met:
            parts.append("met " + ", ".join(self.met))
        if self.degraded:
            parts.append("degraded: " + "; ".join(self.degraded[:4]))
        return f"{self.name}: {'; '.join(parts)}."


def stories(site: Site) -> list[Story]:
    met: dict[object, list[str]] = {}
    for render, outcome, code, decision, count in site.rows.read(_ATTEMPTS):
        what = f"{code} ({decision.replace('_', ' ')})" if outcome == "error" else _TOLD.get(outcome, outcome)
        if outcome == "cancelled" and decision:
            what = _NOT_ASKED.get(decision, decision.replace("_", " "))
        met.setdefault(render, []).append(f"{count} x {what}")
    return [
        Story(
            name,
            "waiting for its requeue" if status == "failed" and not final else status,
            seconds,
            requeues,
            list(_degraded(degraded)),
            met.get(render, []),
            message,
        )
        for render, name, status, final, _, message, requeues, degraded, seconds in site.rows.read(_RENDERS)
    ]


def _degraded(told: list[dict[str, str]]) -> Iterator[str]:
    for one in told:
        where = " ".join(word for word in (one.get("stage"), one.get("segment")) if word)
        yield f"{where} by {one.get('provider')}"
