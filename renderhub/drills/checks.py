"""What must be true of a site after anything was done to it. A check answers what is wrong, in plain words."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from renderhub.drills.faults import Held
from renderhub.drills.site import Site
from renders.drills import journal
from renders.drills.services import REFUSED

T = TypeVar("T")
CLEANED_WITHIN = 20.0
"""Seconds in which orphans are ended and working folders of the dead removed: some sweeps."""


@dataclass(frozen=True)
class Check:
    name: str
    wrongs: Callable[[Site], Iterator[str]]
    """What is wrong; nothing where all is well."""
    counts_as: str = ""
    """The figure of the report that counts its wrongs: `lost` or `doubled`."""


def lost(site: Site) -> Iterator[str]:
    """Each render was made, or failed where it was meant to (R42)."""
    for name, status, final, message in site.rows.read(
        "SELECT name, status, final, error_message FROM renders_render ORDER BY name"
    ):
        wanted = "failed" if name.startswith(REFUSED) else "completed"
        if status != wanted or (status == "failed" and not final):
            yield f"{name} is {status}: {message or 'not ended'}"


def doubled(site: Site) -> Iterator[str]:
    """Each completed render was published exactly once: one event, one set of files, the one that it names."""
    sql = """SELECT r.id, r.name, r.video_url, count(e.id) FROM renders_render r
               LEFT JOIN renders_renderevent e ON e.render_id = r.id AND e.kind = 'render.completed'
              WHERE r.status = 'completed' GROUP BY r.id"""
    known = set()
    for render, name, url, events in site.rows.read(sql):
        folder = site.media / "videos" / str(render)
        known.add(folder.name)
        kinds = sorted(path.suffix for path in folder.glob("*.mp4"))
        if events != 1:
            yield f"{name} was completed {events} times"
        if kinds != [".mp4"] or not (folder / Path(url).name).is_file():
            yield f"{name} was published as {sorted(path.name for path in folder.glob('*'))}, and names {url}"
    for folder in site.media.glob("videos/*"):
        if folder.name not in known:
            yield f"{folder.name} was published and is not completed"


def half_written(site: Site) -> Iterator[str]:
    """Whatever can be seen is whole: its bytes are those that its name promises; no temporary file is left."""
    for path in (*site.media.glob("objects/*/*"), *site.media.glob("videos/*/*")):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            yield f"{path.relative_to(site.media)} is not what its name promises"
    left = _until_empty(lambda: list((site.media / "work").glob("*")))
    yield from (f"{path.relative_to(site.media)} was left behind" for path in left)


def orphans(site: Site) -> Iterator[str]:
    """No process is left of those whose worker was killed."""
    for pid in _until_empty(site.left_over):
        command = Path(f"/proc/{pid}/cmdline")
        said = command.read_bytes().replace(b"\0", b" ").decode(errors="replace") if command.exists() else "gone now"
        yield f"process {pid} has nobody: {said[:200]}"


def unsettled(site: Site) -> Iterator[str]:
    """No step is under way or waits for anything any more, and each attempt has its end."""
    for stage, status, count in site.rows.read(
        """SELECT s.stage, s.status, count(*) FROM renders_step s JOIN renders_render r ON r.id = s.render_id
            WHERE r.status = 'completed' AND s.run = r.run AND s.status NOT IN ('done', 'placeholder') GROUP BY 1, 2"""
    ):
        yield f"{count} steps of {stage} in completed renders are {status}"
    open_attempts = site.rows.value("SELECT count(*) FROM renders_attempt WHERE outcome = 'under_way'")
    if open_attempts:
        yield f"{open_attempts} attempts have no end"


CHECKS: Sequence[Check] = (
    Check("all end right", lost, counts_as="lost"),
    Check("published exactly once", doubled, counts_as="doubled"),
    Check("nothing half-written", half_written),
    Check("no orphans", orphans),
    Check("nothing left under way", unsettled),
)


def amplification(site: Site) -> float:
    """Calls made for each call wanted; one is wanted for each step, and one more for each requeue of it."""
    calls = list(journal.read(site.folder))
    return len(calls) / max(1, len({call.wanted for call in calls}))


def resume_seconds(site: Site, held: Sequence[Held]) -> list[float]:
    """From each kill to the next claim of what the worker held; what was over by then is not counted."""
    sql = "SELECT min(started_at) FROM renders_attempt WHERE step_id = %s AND claim_no > %s"
    claimed = [(one, site.rows.value(sql, one.step_id, one.claim_no)) for one in held]
    return sorted(max(0.0, (again - one.at).total_seconds()) for one, again in claimed if again is not None)


def middle(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) if seconds else 0.0


def _until_empty(look: Callable[[], list[T]]) -> list[T]:
    until = time.monotonic() + CLEANED_WITHIN
    while (found := look()) and time.monotonic() < until:
        time.sleep(0.2)
    return found
