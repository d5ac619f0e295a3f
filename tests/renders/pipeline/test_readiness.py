"""How the services are is known and logged when a run begins (R10, R29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renderhub.lib import clock
from renders import tasks
from renders.domain.stages import Stage
from renders.models import CircuitRow, Render, RenderLog, Service
from renders.pipeline import circuits, readiness
from renders.pipeline.transitions.claim import claim
from tests.support import pipeline

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fakes")]


def service(name: str, status: str = "up", age: float = 10.0) -> None:
    at = clock.now() - timedelta(seconds=age)
    Service.objects.create(name=name, status=status, since=at, checked_at=at, error="refused")
    circuits.board.forget()


def lines() -> list[tuple[str, str]]:
    rows = RenderLog.objects.filter(step_name=readiness.STEP_NAME).order_by("id")
    return list(rows.values_list("status", "error_message"))


def begin() -> None:
    while pipeline.take() is not None:
        pass


class TestTheLine:
    def test_is_written_once_where_a_run_begins_and_not_with_every_step(self) -> None:
        service("database")
        pipeline.ask()
        while (claimed := claim("cpu", None, "w", 8.0, readiness.note())) is not None:
            pipeline.run(claimed)
        assert lines() == [("completed", "1 of 1 services answer.")]

    def test_is_written_again_where_the_render_is_requeued(self) -> None:
        service("database")
        pipeline.ask()
        claim("cpu", Stage.SCRIPT_GEN, "w", 8.0, readiness.note())
        Render.objects.update(status="queued")
        Render.objects.get().steps.update(status="due", lease_until=None, due_since=clock.now())
        Render.objects.get().steps.exclude(stage="script_gen").update(status="waiting", waits=1)
        claim("cpu", Stage.SCRIPT_GEN, "w", 8.0, readiness.note())
        assert len(lines()) == 2

    def test_names_what_is_down_or_left_alone_and_what_needs_it(self, settings: Any) -> None:
        settings.RENDERHUB_PROVIDERS = {
            **settings.RENDERHUB_PROVIDERS,
            "speech": ("a.B", "io", 1),
            "s3": ("a.B", "io", 1),
        }
        settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["speech", "fake"], "upload": ["s3", "fake"]}
        now = clock.now()
        CircuitRow.objects.create(provider="speech", opened_at=now, open_until=now + timedelta(seconds=60))
        service("speech")
        service("s3", "down")
        assert readiness.note() == (
            "degraded",
            "1 of 2 services answer. Down: s3 (upload). Left alone: speech (tts).",
        )

    def test_does_not_believe_what_is_old(self) -> None:
        service("s3", "down", age=600)
        assert readiness.note() == ("completed", "Nobody has asked the services.")

    def test_costs_no_statement_of_its_own(self) -> None:
        service("database")
        pipeline.ask()
        claim("cpu", Stage.TTS, "w", 8.0)
        note = readiness.note()
        with CaptureQueriesContext(connection) as captured:
            claim("cpu", Stage.SCRIPT_GEN, "w", 8.0, readiness.note())
        assert note.text
        assert len([query for query in captured.captured_queries if not query["sql"].startswith("PREPARE")]) == 1
        assert len(lines()) == 1


def test_a_workers_claim_brings_it_along(monkeypatch: pytest.MonkeyPatch) -> None:
    service("database")
    pipeline.ask()
    assert tasks._claim("cpu", Stage.SCRIPT_GEN) is not None
    assert lines() == [("completed", "1 of 1 services answer.")]
