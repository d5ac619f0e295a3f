"""What the page of a render shows (R61), gathered in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Case, F, When

from renderhub.lib import clock
from renders.actions import audit
from renders.actions.audit import Record
from renders.admin.render_scenes import Scene, scenes_of
from renders.admin.render_timeline import TimelineView, timeline_of
from renders.admin.render_waterfall import Waterfall, waterfall_of
from renders.domain.job import JobType, NewsItem
from renders.domain.stages import Stage
from renders.domain.states import SETTLED_STEPS, RenderStatus, StepStatus
from renders.models import Asset, Attempt, Outlook, Render, RenderEvent, RenderFailure, RenderLog, SpooledVideo, Step
from renders.models.attempt import AttemptOutcome
from renders.pipeline import chains
from renders.presentation import status, telling
from renders.presentation.job_types import JOB_TYPES
from renders.presentation.languages import language_name
from renders.presentation.stages import TITLES
from renders.presentation.telling import Evidence, Telling
from renders.presentation.words import Words

MOST_LOG_ROWS = 400
REFRESH_SECONDS = 5


@dataclass(frozen=True)
class StageProgress:
    title: str
    settled: int
    total: int
    state: str
    """`done`, `active`, `failed` or `waiting`."""


@dataclass(frozen=True)
class Page:
    render: Render
    run: int
    runs: Sequence[int]
    """All runs, newest first."""
    telling: Telling
    punctuality: str
    stages: Sequence[StageProgress]
    waterfall: Waterfall
    scenes: Sequence[Scene]
    music: Asset | None
    logs: Sequence[RenderLog]
    logs_left_out: bool
    failures: Sequence[RenderFailure]
    timeline: TimelineView | None
    trail: Sequence[Record]
    """What operators did with it."""
    beside: Mapping[str, str]
    """Addresses of the files beside the video, by `{role}_url`."""
    refresh: int
    """Seconds between two looks; 0 where nothing changes by itself."""

    @property
    def is_current(self) -> bool:
        return self.run == self.render.run

    @property
    def has_video(self) -> bool:
        return bool(self.is_current and self.render.video_url)

    @property
    def is_spooled(self) -> bool:
        """Whether its video waits here for the bucket."""
        found: SpooledVideo | None = self.render._state.fields_cache.get("spooled")
        return self.has_video and found is not None and found.run == self.run and found.moved_at is None

    @property
    def outlook(self) -> Outlook | None:
        """When it is expected to be ready, where that is looked at: open, and due."""
        found: Outlook | None = self.render._state.fields_cache.get("outlook")
        return found if found is not None and self.is_current and found.run == self.run else None

    @property
    def kind(self) -> str:
        return JOB_TYPES[JobType(self.render.job_type)]

    @property
    def degraded(self) -> list[tuple[str, str]]:
        return telling.reasons(self.render)

    @property
    def shape(self) -> str:
        """`wide`, `tall` or `square`."""
        return {"9:16": "tall", "1:1": "square"}.get(self.render.aspect_ratio, "wide")

    @property
    def seconds_made(self) -> float | None:
        return None if self.render.processing_ms is None else self.render.processing_ms / 1000

    @property
    def language(self) -> str:
        return language_name(self.render.language)

    @property
    def items(self) -> list[dict[str, str]]:
        """The day's items; an address is a link only where it leads into the web (I9)."""
        told = map(NewsItem.from_json, self.render.items)
        return [{"title": item.title, "text": item.text, "source": item.source, **_link(item.url)} for item in told]

    @property
    def pulled_from(self) -> str:
        """The feed that a day's items came from."""
        return self.render.daily_run.source if hasattr(self.render, "daily_run") else ""


def _link(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return {}
    return {"link": url, "host": parts.hostname} if parts.scheme in ("http", "https") and parts.hostname else {}


def build(render: Render, run: int) -> Page:
    """The page of one run; `render` comes with its workspace and daily run."""
    now = clock.now()
    current = run == render.run
    steps = list(_steps(render, run))
    attempts = list(Attempt.objects.filter(step__render=render, step__run=run).order_by("started_at", "id"))
    assets = list(Asset.objects.filter(render=render)) if current else []
    logs = list(render.logs.filter(run=run).order_by("-created_at", "-id")[: MOST_LOG_ROWS + 1])
    scenes, music = scenes_of(steps, assets)
    return Page(
        render=render,
        run=run,
        runs=range(render.run, 0, -1),
        telling=_tell(render, steps, attempts, now) if current else _tell_of_earlier(render, run),
        punctuality=telling.punctuality(render, now),
        stages=_progress(steps),
        waterfall=waterfall_of(steps, attempts, now),
        scenes=scenes,
        music=music,
        logs=logs[:MOST_LOG_ROWS],
        beside=_beside(steps) if current else {},
        logs_left_out=len(logs) > MOST_LOG_ROWS,
        failures=list(render.failures.filter(run=run).select_related("resolved_by").order_by("-created_at")),
        timeline=timeline_of(_timeline(steps)),
        trail=audit.of(render),
        refresh=REFRESH_SECONDS if current and not status.rests(render) else 0,
    )


def _steps(render: Render, run: int) -> Any:
    # Results are large; the page needs parts of three of them.
    wanted = {
        "script": Case(When(stage=Stage.SCRIPT_GEN, then=F("result"))),
        "published": Case(When(stage=Stage.UPLOAD, then=F("result"))),
        "timeline": Case(When(stage=Stage.REVIDEO, then=F("result__timeline"))),
    }
    return render.steps.filter(run=run).order_by("position").defer("payload", "result").annotate(**wanted)


def _timeline(steps: Sequence[Step]) -> Any:
    return next((getattr(step, "timeline", None) for step in steps if step.stage == Stage.REVIDEO), None)


def _beside(steps: Sequence[Step]) -> Mapping[str, str]:
    """Addresses of what lies beside the video (`chapters_url`, `subtitles_url`, ...)."""
    results = [getattr(step, "published", None) for step in steps if step.stage == Stage.UPLOAD]
    told = [pair for result in results if isinstance(result, dict) for pair in result.items()]
    return {name: url for name, url in told if str(url).startswith(("/", "http://", "https://"))}


def _tell(render: Render, steps: Sequence[Step], attempts: Sequence[Attempt], now: datetime) -> Telling:
    errors = [attempt.error["message"] for attempt in attempts if attempt.error]
    evidence = Evidence(
        steps=steps,
        now=now,
        since={a.step_id: a.started_at for a in attempts if a.outcome == AttemptOutcome.UNDER_WAY},
        last_error=errors[-1] if errors else "",
        ahead=_ahead(render, steps),
        requeues=chains.limits().requeues,
    )
    return telling.tell(render, evidence)


def _ahead(render: Render, steps: Sequence[Step]) -> int:
    """Due steps that are served before this render's first one; no query where none of it is due."""
    due = next((step for step in steps if step.status == StepStatus.DUE), None)
    if due is None or render.status not in (RenderStatus.QUEUED, RenderStatus.PROCESSING):
        return 0
    before = Step.objects.filter(status=StepStatus.DUE, queue=due.queue, rank__lt=due.rank)
    return before.exclude(render=render).count()


def _tell_of_earlier(render: Render, run: int) -> Telling:
    last = RenderEvent.objects.filter(render=render, run=run, kind__startswith="render.").order_by("-id").first()
    what = last.kind.removeprefix("render.") if last else "of which nothing is kept"
    ended: Words = (" at ", last.created_at) if last else ()
    return Telling((f"This is run {run} of {render.run}, as it was: {what}", *ended, "."))


def _progress(steps: Sequence[Step]) -> list[StageProgress]:
    lines = []
    elsewhere = {step.stage for step in steps} == {Stage.ORCHESTRATOR, Stage.UPLOAD}
    for stage in Stage:
        mine = [step for step in steps if step.stage == stage]
        if not mine and (elsewhere or stage in (Stage.MUSIC, Stage.ORCHESTRATOR)):
            continue
        lines.append(_stage_progress(stage, mine))
    return lines


def _stage_progress(stage: Stage, steps: Sequence[Step]) -> StageProgress:
    settled = sum(step.status in SETTLED_STEPS for step in steps)
    if steps and settled == len(steps):
        state = "done"
    elif any(step.status == StepStatus.FAILED for step in steps):
        state = "failed"
    elif any(step.status in (StepStatus.RUNNING, StepStatus.SLEEPING) for step in steps) or settled > 0:
        state = "active"
    else:
        state = "waiting"
    return StageProgress(TITLES[stage], settled, len(steps), state)
