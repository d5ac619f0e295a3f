"""How long what is left of a render is expected to take (R38): from the history of each provider, and from the estimate
that it was shipped with until there is enough of that."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import Error

from renders.domain.expectations import ENOUGH, Expected, one_after_the_other, side_by_side
from renders.domain.stages import Stage
from renders.models import StageHistory
from renders.pipeline import chains

logger = logging.getLogger(__name__)

REMEMBERED = 60.0
"""Seconds for which a process believes what it has read of the history."""
IN_HOUSE = "in_house"
"""What stands behind the orchestrator (R18): it answers at once, and what it takes is the pipeline of our own."""
A_LENGTH = 60
"""Seconds of narration that are reckoned with there."""
SECONDS_A_SEGMENT = 7.0
"""Of narration: how many segments a script will have is known once it is written."""


class History:
    """The figures of all providers, read once a minute and process, and only where a deadline asks for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._known: dict[tuple[str, str], Expected] = {}
        self._read_at = -float("inf")

    def of(self, stage: Stage, provider: str) -> Expected | None:
        with self._lock:
            stale = time.monotonic() - self._read_at > REMEMBERED
            if stale:
                self._read_at = time.monotonic()
        if stale:
            self._look()
        return self._known.get((stage.value, provider))

    def _look(self) -> None:
        rows = StageHistory.objects.filter(count__gte=ENOUGH).values_list("stage", "provider", "typical", "slow")
        try:
            self._known = {(stage, provider): Expected(typical, slow) for stage, provider, typical, slow in rows}
        except Error as error:
            logger.warning("The history could not be read: %s", str(error).strip())


history = History()


def of(stage: Stage, provider: str) -> Expected:
    """One call of `provider` for `stage`."""
    if stage is Stage.ORCHESTRATOR and provider == IN_HOUSE:
        return one_after_the_other([of_primary(Stage.SCRIPT_GEN), assets(A_LENGTH), of_primary(Stage.REVIDEO)])
    known = history.of(stage, provider)
    if known is not None:
        return known
    estimate = chains.candidate(provider).expected
    return Expected(estimate, estimate)


def after(stage: Stage, payload: Mapping[str, Any], length: int) -> Expected:
    """What comes after a step: the rest of its kind where their number is known, then the stages behind. `length`: of
    the narration that is asked for, in seconds."""
    match stage:
        case Stage.SCRIPT_GEN:
            return one_after_the_other([assets(length), *_behind(Stage.SCRIPT_GEN)])
        case Stage.MANIM:
            left = max(int(payload.get("count", 1)) - int(payload.get("index", 0)) - 1, 0)
            others = side_by_side([of_primary(stage)] * left, settings.RENDERHUB_STEPS_AT_ONCE)
            return one_after_the_other([others, *_behind(stage)])
        case _:
            return one_after_the_other(_behind(stage))


def assets(length: int) -> Expected:
    """The visuals and narrations of a script that is not written yet, side by side."""
    segments = max(round(length / SECONDS_A_SEGMENT), 1)
    each = [of_primary(Stage.TTS), of_primary(Stage.MANIM)]
    return side_by_side(each * segments, settings.RENDERHUB_STEPS_AT_ONCE)


def of_primary(stage: Stage) -> Expected:
    first = chains.primary(stage.value)
    return of(stage, first) if first else Expected()


def _behind(stage: Stage) -> list[Expected]:
    """The stages that follow one after the other."""
    if stage is Stage.UPLOAD:
        return []
    if stage in (Stage.REVIDEO, Stage.ORCHESTRATOR):
        return [of_primary(Stage.UPLOAD)]
    return [of_primary(Stage.REVIDEO), of_primary(Stage.UPLOAD)]
