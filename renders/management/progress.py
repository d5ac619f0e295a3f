"""Progress of a render in a terminal: a bar for each stage, what is being made right now, since when (R22)."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TextIO
from uuid import UUID

from django.db import Error, connection
from django.db.models import QuerySet

from renders.domain.stages import Stage
from renders.domain.states import SETTLED_STEPS, RenderStatus, StepStatus
from renders.models import Render, Step

_TITLES = {
    Stage.ORCHESTRATOR: "elsewhere",
    Stage.SCRIPT_GEN: "script",
    Stage.MANIM: "visuals",
    Stage.TTS: "narration",
    Stage.MUSIC: "music",
    Stage.REVIDEO: "composing",
    Stage.UPLOAD: "publishing",
}
_WIDTH = 24
_LOOK = 0.3
"""Seconds between two looks at the rows."""


@dataclass(frozen=True)
class StageProgress:
    title: str
    settled: int
    total: int
    doing: str


def stages_of(steps: QuerySet[Step]) -> list[StageProgress]:
    """One line a stage, in order; stages whose steps are not planned yet have a total of 0."""
    rows = list(steps)
    lines = []
    elsewhere = {step.stage for step in rows} == {Stage.ORCHESTRATOR, Stage.UPLOAD}
    for stage, title in _TITLES.items():
        mine = [step for step in rows if step.stage == stage]
        if not mine and (elsewhere or stage in (Stage.MUSIC, Stage.ORCHESTRATOR)):
            continue
        settled = sum(step.status in SETTLED_STEPS for step in mine)
        lines.append(StageProgress(title, settled, len(mine), _doing(mine)))
    return lines


def watch(render_id: UUID, out: TextIO = sys.stdout) -> Render:
    """Show the render's progress until it rests: completed, held, cancelled, or failed for good."""
    display = _Bars(out) if out.isatty() else _Lines(out)
    started = time.monotonic()
    while True:
        try:
            render = Render.objects.get(pk=render_id)
            lines = stages_of(Step.objects.filter(render_id=render_id, run=render.run))
        except Error:
            connection.close()  # the database restarts; the render goes on when it is back
            time.sleep(_LOOK)
            continue
        display.show(render, lines, time.monotonic() - started)
        if _rests(render):
            display.end()
            return render
        time.sleep(_LOOK)


def _rests(render: Render) -> bool:
    if render.status == RenderStatus.FAILED:
        return render.final
    return render.status in (RenderStatus.COMPLETED, RenderStatus.CANCELLED, RenderStatus.HELD)


def _doing(steps: list[Step]) -> str:
    told = []
    for step in steps:
        if step.status == StepStatus.RUNNING:
            attempt = f", attempt {step.attempt}" if step.attempt > 1 else ""
            told.append(f"{step.segment or step.provider}{attempt}")
        elif step.status == StepStatus.SLEEPING and step.wake_at:
            told.append(f"{step.segment or step.provider} again at {step.wake_at:%H:%M:%S}")
    return ", ".join(told[:4])


class _Bars:
    """Bars that are drawn over themselves, for a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._drawn = out, 0

    def show(self, render: Render, lines: list[StageProgress], seconds: float) -> None:
        told = [f"{render.name}: {render.status}, {seconds:.0f} s"]
        for line in lines:
            full = round(_WIDTH * line.settled / line.total) if line.total else 0
            bar = "█" * full + "░" * (_WIDTH - full)
            count = f"{line.settled}/{line.total}" if line.total else "-"
            told.append(f"  {line.title:<11} {bar} {count:>6}  {line.doing}")
        if trouble := _trouble(render):
            told.append(f"  {trouble}")
        if self._drawn:
            self._out.write(f"\x1b[{self._drawn}F\x1b[J")
        self._out.write("\n".join(told) + "\n")
        self._out.flush()
        self._drawn = len(told)

    def end(self) -> None:
        self._drawn = 0


class _Lines:
    """A line for each change, for logs and pipes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last: dict[str, tuple[int, int]] = {}
        self._told = ""

    def show(self, render: Render, lines: list[StageProgress], seconds: float) -> None:
        for line in lines:
            now = (line.settled, line.total)
            if line.total and self._last.get(line.title, (0, 0)) != now:
                self._last[line.title] = now
                percent = 100 * line.settled // line.total
                self._out.write(f"{seconds:6.1f} s  {line.title:<11} {line.settled}/{line.total}  {percent} %\n")
        told = _trouble(render)
        if told and told != self._told:
            self._out.write(f"{seconds:6.1f} s  {told}\n")
        self._told = told
        self._out.flush()

    def end(self) -> None:
        self._out.flush()


def _trouble(render: Render) -> str:
    """What stands in the way of a render that will go on by itself."""
    if render.status != RenderStatus.FAILED or render.wake_at is None:
        return ""
    return f"{render.stage} failed: {render.error_message} Tries again at {render.wake_at:%H:%M:%S} UTC."
