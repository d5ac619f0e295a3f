"""The running processes: started, started again when they die, stopped in order."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from renderhub.embedded.server import log_tail
from renderhub.lib import child
from renderhub.supervisor.processes import Process
from renderhub.supervisor.terminal import complain

FIRST_DELAY = 0.25
LONGEST_DELAY = 5.0
HEALTHY_SECONDS = 60.0
"""Who has run for this long is well: its next death starts with the shortest delay again."""
TOLD_AFTER = 3
"""Deaths in a row after which the operator is shown the log, and from then on hears of it once a minute."""
HOPELESS_AFTER = 12
"""Deaths in a row (about 40 s of trying) after which a run for one video gives up."""
REMIND_SECONDS = 60.0


class Hopeless(Exception):
    """A process ends again and again, right after each start."""


LOG_BYTES = 5_000_000
STUCK_SECONDS = 8.0
"""Beyond its grace: a watchdog reports within this time that it has ended everything."""


def delay(deaths: int) -> float:
    """Seconds before a process is started again after this many deaths in a row (1 or more)."""
    return min(FIRST_DELAY * 2.0 ** (deaths - 1), LONGEST_DELAY)


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Move a large log aside; one older generation is kept."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_name(log.name + ".1"))


class Post:
    """One process of the table and whoever fills the post now."""

    def __init__(self, process: Process, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.process = process
        self.env = {**env, **process.env}
        self.cwd = cwd
        self.log = log
        self.child: child.Child | None = None
        self.started = 0.0
        self.deaths = 0
        self.due = 0.0
        self.remind_at = 0.0

    def start(self, now: float) -> None:
        """Fill the post. Raises `child.ChildError` when the program cannot be started at all."""
        rotate(self.log)
        with self.log.open("ab") as output:
            self.child = child.spawn(
                self.process.argv,
                cwd=self.cwd,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                stop_signal=self.process.stop_signal,
            )
        self.started = now

    def look(self, now: float) -> None:
        """Notice a death; start again when that is due."""
        if self.child is None:
            if now >= self.due:
                try:
                    self.start(now)
                except child.ChildError as exc:  # the machine is short of something: like a death
                    self.count_death(now, f"did not start ({exc})")
            return
        code = self.child.poll()
        if code is not None:
            self.child = None
            self.count_death(now, ended(code))

    def count_death(self, now: float, how: str) -> None:
        """Set when to try again, and say so."""
        self.deaths = 1 if now - self.started >= HEALTHY_SECONDS else self.deaths + 1
        self.due = now + delay(self.deaths)
        if self.deaths > TOLD_AFTER and now < self.remind_at:
            return
        self.remind_at = now + REMIND_SECONDS
        complain(f"{self.process.name} {how}; starting it again in {self.due - now:g} s (log: {self.log})")
        if self.deaths >= TOLD_AFTER:
            complain(f"{self.process.name} keeps ending. Its log ends with:\n{log_tail(self.log)}")


class Crew:
    """All processes of a plan."""

    def __init__(self, processes: Iterable[Process], env: Mapping[str, str], cwd: Path, logs: Path) -> None:
        self.posts = [Post(process, env, cwd, logs / f"{process.name}.log") for process in processes]

    def start(self) -> None:
        """Start every process. Raises `child.ChildError`."""
        for post in self.posts:
            post.start(time.monotonic())

    def look(self) -> None:
        """Look after every process once; returns at once."""
        for post in self.posts:
            post.look(time.monotonic())

    def give_up_if_hopeless(self) -> None:
        """Raises `Hopeless` when a process has no chance: then nobody would ever finish the job."""
        for post in self.posts:
            if post.deaths >= HOPELESS_AFTER:
                raise Hopeless(f"{post.process.name} ends right after each start; see {post.log}")

    def pids(self) -> dict[str, int]:
        """Who runs now."""
        return {post.process.name: post.child.pid for post in self.posts if post.child}

    def stop(self, hurry: threading.Event) -> None:
        """Stop all, turn by turn in the order of their `stops`, each within its grace; at once when `hurry` is set."""
        order = sorted(self.posts, key=lambda post: post.process.stops)
        for _, turn in groupby(order, key=lambda post: post.process.stops):
            _stop_together([post for post in turn if post.child], hurry)


def ended(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _stop_together(posts: list[Post], hurry: threading.Event) -> None:
    began = time.monotonic()
    hurried = False
    for post in posts:
        if post.child:
            post.child.ask_to_stop(post.process.grace)
    while posts:
        if hurry.is_set() and not hurried:
            hurried = True
            for post in posts:
                if post.child:
                    post.child.ask_to_stop(0.0)
        for post in posts:
            if post.child and time.monotonic() - began > post.process.grace + STUCK_SECONDS:
                post.child.terminate(0.0)  # its watchdog itself is stuck
            if post.child and post.child.poll() is not None:
                post.child = None
        posts = [post for post in posts if post.child]
        time.sleep(0.02 if posts else 0.0)
