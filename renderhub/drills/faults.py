"""What is done to a site while it works. A fault is a thread's work that ends when it is told to."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from renderhub.drills.rows import Rows
from renderhub.drills.site import Post, Site
from renders.drills import weather
from renders.drills.weather import Weather


class Fault(Protocol):
    name: str

    def play(self, site: Site, stop: threading.Event) -> None:
        """Do harm until `stop` is set; leave everything running then."""
        ...

    def told(self) -> str:
        """What was done, in a few words."""
        ...


@dataclass(frozen=True)
class Held:
    """A claim that a worker held when it was killed. The database is on the same machine, and so by the same clock."""

    step_id: int
    claim_no: int
    stage: str
    at: datetime


_HELD = "SELECT id, claim_no, stage FROM renders_step WHERE status = 'running' AND worker LIKE ANY(%s)"


@dataclass
class KillWorkers:
    """SIGKILL for a random worker, which is started again at once."""

    workers: Sequence[Post]
    seed: int
    every: float = 5.0
    name: str = "workers killed"
    kills: int = 0
    held: list[Held] = field(default_factory=list)

    def play(self, site: Site, stop: threading.Event) -> None:
        chance, rows = random.Random(self.seed), Rows(site.servers.urls.database)
        while not stop.wait(self.every):
            post = chance.choice(self.workers)
            names, at = [f"%/{pid}" for pid in post.pool()], datetime.now(UTC)
            site.kill(post)
            site.restart(post)
            self.kills += 1
            # Read after the kill: nobody moves these any more but who finds them lost.
            self.held += [Held(step, claim, stage, at) for step, claim, stage in rows.read(_HELD, names)]
        rows.close()

    def told(self) -> str:
        return f"{self.kills} workers killed, {len(self.held)} steps in their hands"


@dataclass
class FlushBroker:
    """FLUSHALL: every message that waits is gone."""

    every: float = 20.0
    name: str = "broker flushed"
    times: int = 0

    def play(self, site: Site, stop: threading.Event) -> None:
        while not stop.wait(self.every):
            site.flush_broker()
            self.times += 1

    def told(self) -> str:
        return f"the broker flushed {self.times} times"


@dataclass
class RestartDatabase:
    """One restart, by SIGQUIT: as after a crash, it recovers from its log."""

    after: float = 30.0
    name: str = "database restarted"
    seconds_away: float = 0.0
    times: int = 0

    def play(self, site: Site, stop: threading.Event) -> None:
        if stop.wait(self.after):
            return
        began = time.monotonic()
        site.stop_database(signal.SIGQUIT)
        site.start_database()
        self.seconds_away = time.monotonic() - began
        self.times = 1

    def told(self) -> str:
        return f"the database restarted {self.times} times ({self.seconds_away:.1f} s away)"


@dataclass
class Spell:
    """The services, or the machine, are as `bad` from `after` on for so many seconds, and then as `fair`; `times`
    spells, as many seconds apart as each of them is long."""

    what: str
    bad: Weather
    seconds: float
    fair: Weather = field(default_factory=Weather)
    after: float = 0.0
    times: int = 1
    name: str = "a spell"
    ended: threading.Event = field(default_factory=threading.Event)

    def play(self, site: Site, stop: threading.Event) -> None:
        if not stop.wait(self.after):
            for number in range(self.times):
                weather.tell(site.folder, self.bad)
                over = stop.wait(self.seconds)
                weather.tell(site.folder, self.fair)
                if over or (number + 1 < self.times and stop.wait(self.seconds)):
                    break
        self.ended.set()

    def told(self) -> str:
        often = f"{self.times} times, " if self.times > 1 else ""
        return f"{self.what}: {often}{self.seconds:g} s"


@dataclass
class Playing:
    """Faults under way, each on a thread of its own. Use as a context manager."""

    faults: Sequence[Fault]
    site: Site
    stop: threading.Event = field(default_factory=threading.Event)
    broke: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Playing:
        for fault in self.faults:
            thread = threading.Thread(target=self._play, args=(fault,), name=fault.name, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(60)

    def _play(self, fault: Fault) -> None:
        try:
            fault.play(self.site, self.stop)
        except Exception as error:  # the drill's own fault, which must not pass for the system's good health
            self.broke.append(f"{fault.name}: {type(error).__name__}: {error}")
