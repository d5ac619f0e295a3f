"""The leases that this process holds, renewed by one thread of it (DESIGN: lease 8 s, renewed every 2 s).

A step that is no longer ours (its render was cancelled, or we were away for too long) has its `cancelled` event set,
so that its provider stops and its children end.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error, connection

from renders.pipeline.transitions import steps
from renders.pipeline.transitions.claim import Claimed

logger = logging.getLogger(__name__)

_GRACE = 15.0
"""Seconds past its time limit after which a call is no longer believed: its lease is left to run out."""


@dataclass
class Held:
    """One claim in hand."""

    claimed: Claimed
    until: float
    """By the monotonic clock: when its time limit and the grace are over."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    handed_back: bool = False
    """It is to be stopped because its worker is, and not because it is lost: another worker takes it up."""


class LeaseKeeper:
    """Renews what is held. Its thread starts with the first claim, and anew after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[int, int], Held] = {}
        self._wanted = threading.Event()
        self._pid = 0
        self.stopping = False
        """This process takes no step any more."""

    @contextmanager
    def holding(self, claimed: Claimed, seconds: float) -> Iterator[Held]:
        held = Held(claimed, time.monotonic() + seconds + _GRACE)
        key = (claimed.step_id, claimed.claim_no)
        with self._lock:
            self._held[key] = held
            if self.stopping:  # claimed just before
                self._hand_back(held)
            self._start()
        self._wanted.set()
        try:
            yield held
        finally:
            with self._lock:
                self._held.pop(key, None)

    def hand_back_all(self) -> None:
        """Stop what is in hand, for others to go on with, and take nothing more: the worker was told to stop (R45)."""
        with self._lock:
            self.stopping = True
            for held in self._held.values():
                self._hand_back(held)

    def _hand_back(self, held: Held) -> None:
        held.handed_back = True
        held.cancelled.set()

    def _start(self) -> None:
        if self._pid == os.getpid():
            return
        self._pid = os.getpid()
        threading.Thread(target=self._renew_for_ever, name="lease-keeper", daemon=True).start()

    def _renew_for_ever(self) -> None:
        while True:
            # Idle workers renew nothing: the thread sleeps until something is held for longer than one renewal.
            self._wanted.wait()
            time.sleep(settings.RENDERHUB_LEASE_RENEWAL_SECONDS)
            with self._lock:
                held = list(self._held.values())
                if not held:
                    self._wanted.clear()
                    continue
            self._renew(held)

    def _renew(self, held: list[Held]) -> None:
        believed = [one for one in held if time.monotonic() < one.until]
        for one in held:
            if one not in believed:
                logger.error("A call did not end at its time limit; its step is left to another worker.")
                one.cancelled.set()
        pairs = [(one.claimed.step_id, one.claimed.claim_no) for one in believed]
        try:
            still_ours = steps.renew(pairs, settings.RENDERHUB_LEASE_SECONDS)
        except Error as error:
            # The database is away: try again with a new connection. If that takes too long the lease runs out, and
            # the fence refuses what we bring.
            logger.warning("Leases were not renewed: %s", str(error).strip())
            connection.close()
            return
        for one in believed:
            if one.claimed.step_id not in still_ours:
                one.cancelled.set()


keeper = LeaseKeeper()
