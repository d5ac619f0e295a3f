"""A month of renders with the spread of a real one: weekdays busier than weekends, one day of an outage, a provider
that falls back, a few late mornings. The same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from monitoring import rollup, terms
from monitoring.figures.days import days_up_to
from monitoring.models import RunOutcome, SLARecord
from monitoring.sla import reporting
from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import JobType
from renders.models import Render, RenderFailure, Workspace

_KINDS = ((JobType.DAILY_CA, 0.45), (JobType.TOPIC_SHORT, 0.4), (JobType.DOUBT, 0.15))
_STAGES = (("script_gen", 2.5), ("manim", 55.0), ("tts", 9.0), ("music", 1.5), ("revideo", 38.0), ("upload", 1.2))
_PROVIDERS = {
    "script_gen": ("openai", "extractive"),
    "manim": ("manim", "still"),
    "tts": ("a4f", "espeak"),
    "music": ("library", "library"),
    "revideo": ("composer", "composer"),
    "upload": ("s3", "spool"),
}
_FAILURES = (
    (ErrorCode.TIMEOUT, "revideo", "composer", "No answer from composer.internal within 600 s"),
    (ErrorCode.QUOTA_EXCEEDED, "tts", "a4f", "You exceeded your current quota, please check your plan"),
    (ErrorCode.SENSITIVE_CONTENT, "script_gen", "openai", "The request was rejected by the safety system"),
    (ErrorCode.API_ERROR, "upload", "s3", "503 Slow Down: please reduce your request rate"),
)
_LANGUAGES = ("en", "ru", "hi")
_TITLES = ("World news", "Science and nature", "Markets", "Sport", "From the regions", "Culture", "Health", "Space")

_SLOW = (
    "Nothing failed: asked for 1 h 40 m before it was due, it waited 1 h 38 m for a worker and took 2 m 04 s to make."
)


@dataclass
class Month:
    workspace: Workspace
    last: date
    days: int = 30
    per_day: int = 40
    seed: int = 4
    reports: int | None = None
    """Of how many of its last mornings there is one; of all where nothing is said."""

    def plant(self) -> None:
        """Write it all, bring the figures up to date, and write the reports of its mornings."""
        self.dice = random.Random(self.seed)
        made = [row for day in days_up_to(self.last, self.days) for row in self._day(day)]
        Render.objects.bulk_create([row.render for row in made], batch_size=2000)
        for row in made:
            row.render.created_at = row.render.queued_at = row.began - timedelta(seconds=20)
        Render.objects.bulk_update([row.render for row in made], ["created_at", "queued_at"], batch_size=500)
        RunOutcome.objects.bulk_create([row.outcome for row in made], batch_size=2000)
        RenderFailure.objects.bulk_create([row for one in made for row in one.failures], batch_size=2000)
        self._promise_all([row.promise for row in made if row.promise])
        with clock.frozen(max(terms.report_moment(self.last), clock.now())):
            rollup.roll_up()

    def _promise_all(self, promises: list[SLARecord]) -> None:
        """The reports see what was there when they were written."""
        came_later = {}
        for promise in promises:
            written = terms.report_moment(promise.date)
            if promise.ready_at and promise.ready_at > written:
                came_later[promise.render_id], promise.ready_at = promise.ready_at, None
        SLARecord.objects.bulk_create(promises, batch_size=2000)
        for day in days_up_to(self.last, self.days if self.reports is None else self.reports):
            with clock.frozen(terms.report_moment(day)):
                reporting.write(day)
        late = list(SLARecord.objects.filter(render__in=came_later))
        for promise in late:
            promise.ready_at = came_later[promise.render_id]
        SLARecord.objects.bulk_update(late, ["ready_at"])

    def _day(self, day: date) -> Iterator[_Made]:
        weekend = day.weekday() >= 5
        count = round(self.per_day * (0.45 if weekend else 1.0) * self.dice.uniform(0.85, 1.15))
        outage = (self.last - day).days == 8
        for number in range(count):
            kind = self.dice.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])[0]
            yield self._render(day, number, kind, outage)

    def _render(self, day: date, number: int, kind: JobType, outage: bool) -> _Made:
        due = terms.due_on(day) if kind is JobType.DAILY_CA else None
        slow = 1.6 if outage else 1.0
        stages = [(stage, mean * self.dice.lognormvariate(0, 0.3) * slow) for stage, mean in _STAGES]
        seconds = sum(took for _, took in stages) * 1.05
        start = due - timedelta(minutes=self.dice.uniform(20, 100)) if due else terms.due_on(day)
        began = start + timedelta(hours=0 if due else self.dice.uniform(2, 14))
        failed = self.dice.random() < (0.22 if outage else 0.012)
        if due and not failed and self.dice.random() < (0.35 if outage else 0.012):
            began = due - timedelta(minutes=2) + timedelta(minutes=self.dice.choice((0.5, 25)))
        fallbacks = {
            stage for stage, _ in stages if stage in ("manim", "tts") and self.dice.random() < (0.4 if outage else 0.05)
        }
        ended = began + timedelta(seconds=seconds)
        name = f"{_TITLES[number % len(_TITLES)]}, {day.day} {day:%B}"
        marks = [
            {"stage": stage, "segment": "s2", "provider": _PROVIDERS[stage][1], "reason": "TIMEOUT: no answer in time"}
            for stage in sorted(fallbacks)
        ]
        render = Render(
            workspace=self.workspace,
            name=name,
            job_type=kind.value,
            language=_LANGUAGES[number % 3],
            fingerprint=f"{day} {number} {self.seed}",
            due_at=due,
            target_date=day if due else None,
            status="failed" if failed else "completed",
            final=failed,
            started_at=began,
            completed_at=None if failed else ended,
            video_url="" if failed else "/media/video.mp4",
            processing_ms=None if failed else round(seconds * 1000),
            degraded=[] if failed else marks,
        )
        failure = self._failure(render, ended, outage) if failed else None
        if failure is not None:
            render.stage, render.error_code = failure.stage, failure.code
            render.error_message, render.error_remedy = failure.failure_reason, failure.error_details["remedy"]
        hiccups = [] if failed or self.dice.random() > 0.06 else [self._failure(render, began, outage, final=False)]
        outcome = self._outcome(render, day, ended, seconds, stages, fallbacks, failure)
        promise = self._promise(render, day, due, ended, failure) if due else None
        return _Made(render, began, outcome, [*hiccups, *([failure] if failure else [])], promise)

    def _outcome(
        self,
        render: Render,
        day: date,
        ended: datetime,
        seconds: float,
        stages: list[tuple[str, float]],
        fallbacks: set[str],
        failure: RenderFailure | None,
    ) -> RunOutcome:
        calls: list[dict[str, Any]] = []
        for stage, took in stages:
            first, second = _PROVIDERS[stage]
            share = 6 if stage in ("manim", "tts") else 1
            for number in range(share):
                ok = not (stage in fallbacks and number == 1)
                calls.append({"stage": stage, "provider": first, "ok": ok, "seconds": round(took / share, 3)})
                if not ok:
                    calls.append({"stage": stage, "provider": second, "ok": True, "seconds": round(took / 9, 3)})
        if failure is not None:
            calls.append({"stage": failure.stage, "provider": failure.provider, "ok": False, "seconds": 60.0})
        return RunOutcome(
            render=render,
            run=1,
            job_type=render.job_type,
            outcome="failed" if failure else "completed",
            ended_at=ended,
            date=day,
            code=failure.code if failure else "",
            stage=failure.stage if failure else "",
            provider=failure.provider if failure else "",
            seconds=None if failure else seconds,
            measured=True,
            degraded=bool(fallbacks),
            stages=[{"stage": s, "seconds": round(took, 3), "degraded": s in fallbacks} for s, took in stages],
            calls=calls,
        )

    def _failure(self, render: Render, at: datetime, outage: bool, *, final: bool = True) -> RenderFailure:
        code, stage, provider, reason = _FAILURES[0] if outage else self.dice.choice(_FAILURES)
        error = GenerationError(code, provider, reason)
        return RenderFailure(
            render=render,
            run=1,
            stage=stage,
            provider=provider,
            code=code.value,
            fingerprint=f"{provider}/{stage}/{code.value}",
            failure_reason=reason,
            error_details=error.to_json(),
            final=final,
            created_at=at,
        )

    def _promise(
        self, render: Render, day: date, due: datetime, ended: datetime, failure: RenderFailure | None
    ) -> SLARecord:
        return SLARecord(
            render=render,
            workspace=self.workspace,
            name=render.name,
            job_type=render.job_type,
            language=render.language,
            target_date=day,
            date=day,
            due_at=due,
            ready_at=None if failure else ended,
            failed_at=ended if failure else None,
            degraded=render.degraded,
            code=failure.code if failure else "",
            stage=failure.stage if failure else "",
            provider=failure.provider if failure else "",
            reason=failure.failure_reason if failure else _SLOW if ended > due else "",
            remedy=failure.error_details["remedy"] if failure else "",
        )


@dataclass
class _Made:
    render: Render
    began: datetime
    outcome: RunOutcome
    failures: list[RenderFailure]
    promise: SLARecord | None
