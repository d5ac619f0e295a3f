"""Daily videos that were expected and that nobody asked for: the schedule could not, or was not running (R3, R75)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from monitoring import terms
from monitoring.models import SLARecord
from renders.actions import daily_calendar
from renders.domain.job import JobType
from renders.models import DailyRun, DailySubscription, RenderEvent, Workspace

KIND = "daily.missed"
_NOT_ASKED_FOR = "The daily run has not asked for it: the schedule has not been served."
_SERVE_IT = "Check that beat and a worker of the control queue are running; the run is then made up for by itself."


@dataclass(frozen=True)
class Expected:
    """A day's video of a workspace and language, and why there is none."""

    workspace: Workspace
    language: str
    day: date
    due: datetime
    why: str
    remedy: str = ""


def note(events: Sequence[RenderEvent]) -> None:
    """Promises of `daily.missed` events that no render stands for."""
    for event in events:
        data = event.data
        day, language = date.fromisoformat(str(data["date"])), str(data.get("language", ""))[:12]
        for workspace in _workspaces(str(data.get("workspace", "")), language, day):
            due = _due(workspace, language, day)
            why, remedy = str(data.get("why", "")), str(data.get("remedy", ""))
            miss([Expected(workspace, language, day, due, why, remedy)])


def look(now: datetime) -> None:
    """What the subscriptions owe, is due and has not even been asked for: missing so far (R76). What is asked for
    later takes the promise up."""
    enabled = DailySubscription.objects.filter(enabled=True).select_related("workspace")
    miss(
        Expected(run.subscription.workspace, run.subscription.language, run.day, run.due_at, _NOT_ASKED_FOR, _SERVE_IT)
        for run in daily_calendar.owed(enabled, now)
        if run.due_at <= now
    )


def miss(expected: Iterable[Expected]) -> None:
    """A promise without a render for each, unless one stands there already; the reason that is told last stays."""
    for one in expected:
        of_day = Q(workspace=one.workspace, language=one.language, target_date=one.day, job_type=JobType.DAILY_CA)
        if SLARecord.objects.filter(of_day, render__isnull=False).exists():
            continue
        said = {"reason": one.why[:2000], "remedy": one.remedy[:2000], "rolled": False}
        SLARecord.objects.update_or_create(
            workspace=one.workspace,
            language=one.language,
            target_date=one.day,
            render=None,
            defaults=said,
            create_defaults={
                **said,
                "job_type": JobType.DAILY_CA.value,
                "name": f"Daily video, {one.day.isoformat()}",
                "due_at": one.due,
                "date": terms.report_day(one.due),
            },
        )


def _due(workspace: Workspace, language: str, day: date) -> datetime:
    """When it would have been due: an evening's run is for the next morning."""
    subscription = DailySubscription.objects.filter(workspace=workspace, language=language).first()
    return daily_calendar.of(subscription, day).due_at if subscription else terms.due_on(day)


def _workspaces(told: str, language: str, day: date) -> list[Workspace]:
    """Whom an event means. It tells a name, which several may have: then those whose run of the day was missed."""
    named = list(Workspace.objects.filter(Q(slug=told) | Q(name=told)).order_by("created_at"))
    if len(named) < 2:
        return named
    runs = DailyRun.objects.filter(workspace__in=named, language=language, date=day, render__isnull=True)
    missed = set(runs.values_list("workspace_id", flat=True))
    return [workspace for workspace in named if workspace.pk in missed]
