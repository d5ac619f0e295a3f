"""The rows of the days' runs: made or missed, once per workspace, language and date (R3)."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from renders.models import DailyRun, Render, Workspace
from renders.pipeline import outbox


def lock(workspace: Workspace) -> None:
    """Two at once: the second waits here, and then finds the first one's run. Call it inside a transaction."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def made(workspace: Workspace, language: str, day: date) -> DailyRun | None:
    """The day's run that was asked for; None where there is none yet, or it was missed."""
    runs = DailyRun.objects.filter(workspace=workspace, language=language, date=day, render__isnull=False)
    return runs.select_related("render").first()


def render_of(run: DailyRun) -> Render:
    """The render of a run that was made."""
    if run.render is None:
        raise ValueError(f"{run} was missed")
    return run.render


def note_made(workspace: Workspace, language: str, day: date, render: Render, source: str, note: str) -> DailyRun:
    """The day's run has its render; one that was missed is made up for. Call it under the workspace's lock."""
    key = {"workspace": workspace, "language": language, "date": day}
    told = {"render": render, "missed": "", "source": source[:500], "note": note}
    if DailyRun.objects.filter(**key, render__isnull=True).update(**told):
        return DailyRun.objects.get(**key)
    return DailyRun.objects.create(**key, **told)


def note_missed(workspace: Workspace, language: str, day: date, why: str) -> bool:
    """The day's run was given up: a row, and an event told once. False where it is there, made or missed."""
    try:
        with transaction.atomic():
            DailyRun.objects.create(workspace=workspace, language=language, date=day, missed=why[:4000])
            told = {"workspace": workspace.name, "language": language, "date": day.isoformat(), "why": why[:4000]}
            outbox.tell("daily.missed", **told)
    except IntegrityError:
        return False
    return True
