"""One drill: a site of its own, a few renders, one named fault, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from renderhub.drills import checks
from renderhub.drills.faults import Playing, Spell
from renderhub.drills.scenarios import FAIR, SCENARIOS, Scenario
from renderhub.drills.site import Site
from renderhub.drills.stories import Story, stories
from renders.drills import weather

WORKERS = ("cpu", "cpu", "io", "io", "control")
APART = 1.5
"""Seconds between two requests: so that the fault meets renders in all their stages."""
LIMIT = 240.0
"""Seconds after which a drill is over whatever is left."""
_THERE = "SELECT count(*) FROM renders_presence WHERE kind = 'worker'"
_ENDED = ("completed", "cancelled", "held")


@dataclass(frozen=True)
class Outcome:
    scenario: str
    done: list[str]
    stories: list[Story]
    wrongs: list[str]
    """What must hold and does not."""


def run(name: str, folder: Path, renders: int, tell: Callable[[str], object]) -> Outcome:
    """Play the scenario in `folder`, which is empty. `tell` hears how it goes on. Raises KeyError for an unknown name,
    and `EmbeddedError`."""
    scenario = SCENARIOS[name]
    with Site(folder, scenario.environment(), scenario.chains) as site:
        weather.tell(site.folder, FAIR)
        workers = site.staff(WORKERS)
        _until_there(site, len(workers))
        faults = scenario.faults(workers)
        tell(f"{scenario.about} {renders} renders, {len(workers)} workers.")
        with Playing(faults, site) as playing:
            _work(site, renders, faults, tell)
        told = stories(site)
        wrongs = [*playing.broke, *_ended_otherwise(told, scenario)]
        for check in checks.CHECKS:
            if check.counts_as != "lost":
                wrongs += [f"{check.name}: {wrong}" for wrong in check.wrongs(site)]
        return Outcome(name, [fault.told() for fault in faults], told, wrongs)


def _until_there(site: Site, workers: int) -> None:
    """So that the fault meets them at work."""
    site.submit([])  # the front desk takes as long to start
    until = time.monotonic() + 60
    while site.rows.value(_THERE) < workers and time.monotonic() < until:
        time.sleep(0.2)


def _work(site: Site, renders: int, faults: list, tell: Callable[[str], object]) -> None:  # type: ignore[type-arg]
    began = time.monotonic()
    for number in range(renders):
        _ask(site, f"drill-{number + 1}")
        time.sleep(APART)
    spells = [fault for fault in faults if isinstance(fault, Spell)]
    told_at = began
    while time.monotonic() - began < LIMIT:
        left = [one for one in stories(site) if one.status not in _ENDED and one.status != "failed"]
        if not left and (all(spell.ended.is_set() for spell in spells) or spells[0].seconds > LIMIT / 3):
            return
        if time.monotonic() - told_at > 10:
            told_at = time.monotonic()
            tell(f"{time.monotonic() - began:.0f} s: {len(left)} of {renders} are not ready yet")
        time.sleep(0.5)


def _ask(site: Site, film: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            site.submit([{"film": film}])
        except RuntimeError:  # the database is being restarted: a twin is joined
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return


def _ended_otherwise(told: list[Story], scenario: Scenario) -> list[str]:
    return [f"all end right: {one.sentence()}" for one in told if one.status not in scenario.may_end]
