"""A plant whose usual workers outlive a test: a process costs seconds to start, and most tests harm only one."""

from __future__ import annotations

import itertools
import shutil
import signal
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.plant import Plant, Running
from tests.support.waiting import wait_until

SIZES = {"cpu": 3, "io": 4}


class StandingPlant(Plant):
    """Its usual workers and its keeper are those that `make run` starts: one a queue, all settings the plant's."""

    def __init__(self, folder: Path, *, sizes: Mapping[str, int] = SIZES, **more: Any) -> None:
        """`sizes`: processes of the usual worker for `cpu`, threads of that for `io`."""
        super().__init__(folder, **more)
        self.sizes = sizes
        self._usual: dict[str, Running] = {}
        self._numbers = itertools.count(1)

    def usual(self, queue: str) -> Running:
        """The usual worker of this queue, or another one where it has ended or was retired."""
        one = self._usual.get(queue)
        if one not in self.running or one.popen.poll() is not None:
            pool = {"cpu": "prefork", "io": "threads"}[queue]
            one = self._usual[queue] = self.worker(queue, pool, self.sizes[queue], f"{queue}-{next(self._numbers)}")
        return one

    def retire(self, queue: str) -> Running:
        """The usual worker of this queue, which is from now on any other."""
        return self._usual.pop(queue)

    def without(self, queue: str) -> None:
        """Kill the usual worker of this queue, where one runs."""
        one = self._usual.pop(queue, None)
        if one in self.running:
            self.kill(one)

    def ready(self) -> None:
        """See to it that keeper and usual workers run."""
        self.keeper()
        for queue in self.sizes:
            self.usual(queue)

    @contextmanager
    def parked(self, *parked: Running) -> Iterator[None]:
        """Stop these for a while, and let them have no message meanwhile, not even one that they have asked for."""
        for one in parked:
            one.signal_all(signal.SIGSTOP)
        self._let_go_of_messages()
        try:
            yield
        finally:
            for one in parked:
                if one in self.running:
                    one.signal_all(signal.SIGCONT)

    def _let_go_of_messages(self) -> None:
        """Answer who waits for a message that there is none: who is awake asks again."""
        for client in self.broker.client_list():
            if "b" in client["flags"]:
                self.broker.client_unblock(int(client["id"]))

    def clear(self, keep: Collection[str] = ("keeper",)) -> None:
        """Forget all work, for the next test, and kill all processes but the usual workers and those of these names."""
        self.open_all()
        for one in [*self.running]:
            one.signal_all(signal.SIGCONT)
            if one.popen.poll() is not None or (one.name not in keep and one not in self._usual.values()):
                self.kill(one)
        wait_until(lambda: not self.left_over(), 10, "no process left")
        self.rows("TRUNCATE renders_render, django_celery_beat_periodictask CASCADE; SELECT 1")
        there = [one.name for one in self.running]
        self.rows("DELETE FROM renders_presence WHERE split_part(name, '@', 1) <> ALL(%s); SELECT 1", there)
        self.broker.flushall()
        (self.folder / "journal").unlink(missing_ok=True)
        shutil.rmtree(self.media, ignore_errors=True)
