"""What is asked for: light renders in a steady stream, full ones among them, and a few that must fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from renderhub.drills.site import Site
from renders.drills.services import FULL, REFUSED

REFUSED_IN = 50
"""One light render in so many is refused by every provider, and has to fail for good."""
BATCH = 5


@dataclass(frozen=True)
class Workload:
    renders: int
    full: int
    over: float
    """Seconds over which the light ones are asked for."""
    due_in: float = 6 * 3600.0
    """Seconds to each one's due time."""

    def films(self) -> list[str]:
        light = [
            f"{REFUSED}-{number}" if number % REFUSED_IN == REFUSED_IN // 2 else f"light-{number}"
            for number in range(self.renders)
        ]
        return [f"{FULL}-{number}" for number in range(self.full)] + light

    def batches(self) -> Iterator[tuple[float, Sequence[str]]]:
        """Films and when to ask for them, in seconds from the start."""
        films = self.films()
        full, light = films[: self.full], films[self.full :]
        if full:
            yield 0.0, full
        pieces = [light[at : at + BATCH] for at in range(0, len(light), BATCH)]
        for number, piece in enumerate(pieces):
            yield self.over * number / len(pieces), piece

    def ask(self, site: Site) -> None:
        """Ask for all of it, in its time. A desk that met the database's restart asks again: a twin joins."""
        began = time.monotonic()
        for at, films in self.batches():
            time.sleep(max(0.0, began + at - time.monotonic()))
            due = (datetime.now(UTC) + timedelta(seconds=self.due_in)).isoformat()
            wishes = [{"film": film, "due_at": due} for film in films]
            for patience in range(20):
                try:
                    site.submit(wishes)
                    break
                except RuntimeError:
                    if patience == 19:
                        raise
                    time.sleep(1.0)


def open_renders(site: Site) -> int:
    """How many have not come to their end."""
    return int(
        site.rows.value(
            "SELECT count(*) FROM renders_render WHERE status IN ('queued', 'processing', 'held') "
            "OR status = 'failed' AND NOT final"
        )
    )
