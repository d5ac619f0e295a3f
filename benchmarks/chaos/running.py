"""One run of chaos: a site, a workload, faults, and then the checks."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.chaos import recording
from benchmarks.chaos.report import Figures, Report
from benchmarks.chaos.workload import Workload, open_renders
from renderhub.drills import checks
from renderhub.drills.faults import Fault, FlushBroker, KillWorkers, Playing, RestartDatabase, Spell
from renderhub.drills.site import WORKERS, Post, Site
from renders.drills import journal, weather
from renders.drills.services import CHAINS, REFUSED, SERVICES
from renders.drills.weather import Weather

TOLD_EVERY = 10.0
HELD_FOR = 60.0
"""Seconds after which a render that is held for an editor goes out: nobody is there to look at it."""


@dataclass(frozen=True)
class Wanted:
    """What a run consists of."""

    seed: int
    workload: Workload
    fail: float = 0.2
    workers: int = len(WORKERS)
    calm: bool = False
    """Without faults of the machine: only the services fail."""
    outage: float = 0.0
    """Seconds for which every service but the local spares is down; 0 for none."""
    kill_every: float = 5.0
    flush_every: float = 20.0
    requeue_after: float = 30.0
    limit: float = 3600.0
    record: Path | None = None
    """Where to write the draws of the run."""
    settings: dict[str, str] = field(default_factory=dict)

    def queues(self) -> list[str]:
        return [WORKERS[number % len(WORKERS)] for number in range(self.workers)]

    def chains(self) -> dict[str, str]:
        return SERVICES if self.outage else CHAINS

    def environment(self) -> dict[str, str]:
        """Production's numbers, but for the waits that would make the run long, and one limit that kills would use
        up: these are ours, not the fault of a step that needs too much memory."""
        return {
            "REQUEUE_DELAY_SECONDS": str(self.requeue_after),
            "HELD_PUBLISHED_BEFORE_DUE_SECONDS": str(max(0.0, self.workload.due_in - HELD_FOR)),
            "WORKER_LOSSES": "50",
        } | self.settings


def run(wanted: Wanted, folder: Path) -> Report:
    """Do it all, and say what came of it."""
    with Site(folder, wanted.environment(), wanted.chains()) as site:
        return Run(wanted, site).report()


class Run:
    def __init__(self, wanted: Wanted, site: Site) -> None:
        self.wanted, self.site = wanted, site
        self._fair = Weather(seed=wanted.seed, fail=wanted.fail)

    def report(self) -> Report:
        wanted, site = self.wanted, self.site
        weather.tell(site.folder, self._fair)
        doubled = 1 if wanted.calm else 2
        workers = site.staff(wanted.queues(), beats=doubled, keepers=doubled)
        faults = self._faults(workers)
        killing = [fault for fault in faults if isinstance(fault, KillWorkers)]
        with Playing(faults, site) as playing:
            began = time.monotonic()
            self._work(began, faults)
        seconds = time.monotonic() - began
        wrongs: dict[str, list[str]] = {check.name: list(check.wrongs(site)) for check in checks.CHECKS}
        wrongs["the faults were played"] = list(playing.broke)
        resumed = checks.resume_seconds(site, [held for fault in killing for held in fault.held])
        if wanted.record:
            recording.write(
                wanted.record, recording.record(site, wanted.seed, wanted.fail, wanted.queues(), wanted.chains())
            )
        figures = self._figures(wrongs, resumed)
        more = self._more(seconds, resumed)
        return Report(figures, wrongs, [fault.told() for fault in faults], more)

    def _faults(self, workers: Sequence[Post]) -> list[Fault]:
        wanted = self.wanted
        faults: list[Fault] = []
        if not wanted.calm:
            faults += [
                KillWorkers(workers, wanted.seed, wanted.kill_every),
                FlushBroker(wanted.flush_every),
                RestartDatabase(min(30.0, wanted.workload.over / 2)),
            ]
        if wanted.outage:
            down = tuple(chain.split(",")[0] for chain in wanted.chains().values() if chain)
            bad = replace(self._fair, down=down)
            faults.append(Spell(f"{', '.join(down)} down", bad, wanted.outage, self._fair))
        return faults

    def _work(self, began: float, faults: Sequence[Fault]) -> None:
        """Until all that was asked for has ended, and the outage is over."""
        self.wanted.workload.ask(self.site)
        tell_at = time.monotonic()
        outages = [fault for fault in faults if isinstance(fault, Spell)]
        while (left := open_renders(self.site)) or not all(outage.ended.is_set() for outage in outages):
            spent = time.monotonic() - began
            if spent > self.wanted.limit + self.wanted.outage:
                return
            if time.monotonic() >= tell_at:
                tell_at += TOLD_EVERY
                print(f"{spent:5.0f} s: {left} of {len(self.wanted.workload.films())} left", file=sys.stderr)
            time.sleep(0.5)

    def _figures(self, wrongs: dict[str, list[str]], resumed: list[float]) -> Figures:
        wanted, rows = self.wanted, self.site.rows
        counted = {check.counts_as: len(wrongs[check.name]) for check in checks.CHECKS if check.counts_as}
        refused = "SELECT count(*) FROM renders_render WHERE name LIKE %s AND status = 'failed' AND final"
        return Figures(
            seed=wanted.seed,
            renders=wanted.workload.renders,
            full_renders=wanted.workload.full,
            completed=rows.value("SELECT count(*) FROM renders_render WHERE status = 'completed'"),
            failed_as_they_should=rows.value(refused, f"{REFUSED}%"),
            lost=counted["lost"] + len(wanted.workload.films()) - rows.value("SELECT count(*) FROM renders_render"),
            doubled=counted["doubled"],
            resume_p50_s=round(checks.middle(resumed), 2),
            resume_max_s=round(max(resumed, default=0.0), 2),
            amplification=round(checks.amplification(self.site), 3),
        )

    def _more(self, seconds: float, resumed: list[float]) -> dict[str, object]:
        rows = self.site.rows
        outcomes = dict(rows.read("SELECT outcome, count(*) FROM renders_attempt GROUP BY 1 ORDER BY 1"))
        degraded = rows.value("SELECT count(*) FROM renders_render WHERE status = 'completed' AND degraded <> '[]'")
        return {
            "seconds": round(seconds, 1),
            "resumed": [round(one, 1) for one in resumed],
            "calls": dict(Counter(call.stage for call in journal.read(self.site.folder))),
            "attempts": outcomes,
            "degraded": degraded,
            "requeued": rows.value("SELECT count(*) FROM renders_renderfailure WHERE NOT final"),
        }
