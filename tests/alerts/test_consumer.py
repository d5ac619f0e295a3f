"""From events to alerts and messages, through the outbox's own reader."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts import book, duty
from alerts.models import Alert, Delivery, StreakRow
from renders.models import RenderEvent, RenderFailure
from renders.pipeline import outbox
from tests.support import alerting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fakes(settings, fakes):
    """Renders are made by the pipeline itself."""


@pytest.fixture
def channel():
    return alerting.slack_channel()


def messages() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("created_at").values_list("kind", "subject"))


def test_a_render_that_failed_for_good_is_an_alert_with_its_evidence(channel):
    render = alerting.render()
    alerting.fails(render)
    outbox.read()
    alert = Alert.objects.get(kind="render_failed")
    assert (alert.state, alert.severity, alert.count, alert.stage) == ("open", "critical", 1, "manim")
    assert alert.render == render
    assert alert.renders == [[str(render.pk), render.name]]
    assert alert.details == "No answer in time from <manim> & co."
    assert alert.remedy == "Check that the service is up."
    assert alert.path == f"/admin/renders/render/{render.pk}/change/"
    assert messages() == [("opened", alert.title)]


def test_the_same_cause_again_counts_and_says_nothing(channel):
    for name in ("one", "two"):
        alerting.fails(alerting.render(name))
        outbox.read()
    alert = Alert.objects.get(kind="render_failed")
    assert (alert.count, len(alert.renders)) == (2, 2)
    assert alert.path == f"/admin/alerts/alert/{alert.pk}/change/"
    assert len(messages()) == 1


def test_another_cause_is_another_alert(channel):
    alerting.fails(alerting.render("one"))
    alerting.fails(alerting.render("two"), code="API_ERROR")
    outbox.read()
    assert Alert.objects.filter(kind="render_failed").count() == 2


def test_every_enabled_channel_is_told_and_no_other(channel):
    alerting.mail_channel()
    alerting.slack_channel("off", enabled=False)
    alerting.fails(alerting.render())
    outbox.read()
    assert sorted(Delivery.objects.values_list("channel__name", flat=True)) == ["#renders", "Operators"]


def test_without_a_channel_the_alert_is_there_all_the_same():
    alerting.fails(alerting.render())
    outbox.read()
    assert Alert.objects.count() == 1
    assert not Delivery.objects.exists()


def test_each_failure_is_told_with_its_own_evidence_also_within_one_render(channel):
    render = alerting.render()
    alerting.fails(render, stage="tts", provider="espeak", final=False)
    alerting.fails(render, stage="manim")
    outbox.read()
    assert Alert.objects.get().cause == "failed/manim/manim/TIMEOUT"


def test_an_event_whose_render_is_gone_is_an_alert_still():
    RenderEvent.objects.create(
        render_id="01900000-0000-7000-8000-000000000000",
        kind="render.failed",
        stage="tts",
        data={"final": True, "code": "UNKNOWN"},
        created_at=book._database_now(),
    )
    outbox.read()
    assert Alert.objects.get().title == "Failed for good: UNKNOWN at narration"


# In a row


def test_three_failures_in_a_row_are_an_alert_interim_ones_too(channel):
    renders = [alerting.render(name) for name in ("one", "two", "three")]
    for render in renders[:2]:
        alerting.fails(render, final=False)
    outbox.read()
    assert not Alert.objects.exists()
    alerting.fails(renders[2], final=False)
    outbox.read()
    alert = Alert.objects.get()
    assert (alert.kind, alert.count, alert.render) == ("in_a_row", 3, renders[2])
    assert [name for _, name in alert.renders] == ["one", "two", "three"]
    assert messages() == [("opened", "Runs fail one after the other")]


def test_a_completed_run_between_them_starts_anew():
    renders = [alerting.render(name) for name in ("one", "two", "three", "four")]
    for render in renders[:2]:
        alerting.fails(render, final=False)
    alerting.completes(renders[3])
    alerting.fails(renders[2], final=False)
    outbox.read()
    assert not Alert.objects.exists()
    assert len(StreakRow.objects.get().failures) == 1


def test_a_completed_run_ends_it_and_that_is_told_once(channel):
    renders = [alerting.render(name) for name in ("one", "two", "three", "four", "five")]
    for render in renders[:3]:
        alerting.fails(render, final=False)
    outbox.read()
    for render in renders[3:]:
        alerting.completes(render)
        outbox.read()
    alert = Alert.objects.get()
    assert (alert.state, alert.resolved_at is None) == ("resolved", False)
    assert [kind for kind, _ in messages()] == ["opened", "recovered"]


def test_a_try_that_fails_twice_counts_once():
    """Two steps run side by side: one fails for now, the other for good."""
    render = alerting.render()
    alerting.fails(render, final=False, stage="tts")
    alerting.fails(render)
    outbox.read()
    assert len(StreakRow.objects.get().failures) == 1
    RenderEvent.objects.create(render=render, kind="render.requeued", created_at=book._database_now())
    alerting.fails(render)
    outbox.read()
    assert len(StreakRow.objects.get().failures) == 2


def test_the_threshold_is_a_setting(settings):
    settings.RENDERHUB_ALERT_IN_A_ROW = 1
    alerting.fails(alerting.render(), final=False)
    outbox.read()
    assert Alert.objects.get().kind == "in_a_row"


def test_a_younger_batch_that_was_read_first_is_right(settings):
    """Two readers: what is read later is older, and does not count."""
    renders = [alerting.render(name) for name in ("one", "two", "three", "four")]
    for render in renders[:2]:
        alerting.fails(render, final=False)
    older = list(RenderEvent.objects.filter(processed_at__isnull=True).values_list("pk", flat=True))
    alerting.completes(renders[2])
    alerting.fails(renders[3], final=False)
    younger = list(
        RenderEvent.objects.filter(processed_at__isnull=True).exclude(pk__in=older).values_list("pk", flat=True)
    )
    outbox._hand_on(younger)
    outbox._hand_on(older)
    assert len(StreakRow.objects.get().failures) == 1
    assert not Alert.objects.exists()


# Recovery


def test_a_service_that_is_back_is_told_when_that_has_lasted(channel):
    outbox.tell("service.down", name="a4f", error="refused", primary=True)
    outbox.read()
    outbox.tell("service.up", name="a4f")
    outbox.read()
    duty.close_what_is_over()
    assert Alert.objects.get().state == "open"
    alerting.let_pass(121)
    duty.close_what_is_over()
    duty.close_what_is_over()
    assert Alert.objects.get().state == "resolved"
    assert [kind for kind, _ in messages()] == ["opened", "recovered"]


def test_a_service_that_comes_and_goes_is_one_alert(channel):
    for _ in range(5):
        outbox.tell("service.down", name="a4f", error="refused")
        outbox.read()
        outbox.tell("service.up", name="a4f")
        outbox.read()
        alerting.let_pass(60)
        duty.close_what_is_over()
    alert = Alert.objects.get()
    assert (alert.state, alert.count) == ("open", 5)
    assert len(messages()) == 1


def test_a_recovery_without_an_alert_says_nothing(channel):
    outbox.tell("service.up", name="a4f")
    outbox.tell("feed.recovered", feed_id=1)
    outbox.read()
    assert not Alert.objects.exists()
    assert messages() == []


def test_what_failed_for_good_is_over_when_each_of_its_renders_was_made(channel):
    renders = [alerting.render(name) for name in ("one", "two")]
    for render in renders:
        alerting.fails(render)
    outbox.read()
    alerting.completes(renders[0])
    outbox.read()
    duty.close_what_is_over()
    assert Alert.objects.get().state == "open"
    RenderFailure.objects.filter(render=renders[1]).update(resolved=True, resolved_at=book._database_now())
    duty.close_what_is_over()
    assert Alert.objects.get().state == "resolved"
    assert [kind for kind, _ in messages()] == ["opened", "recovered"]


def test_a_rerender_that_is_only_queued_is_no_recovery():
    render = alerting.render()
    alerting.fails(render)
    outbox.read()
    type(render).objects.update(status="queued", final=False, run=2)
    duty.close_what_is_over()
    assert Alert.objects.get().state == "open"


def test_a_day_that_was_made_after_all_is_over(channel):
    from renders.models import DailyRun

    render = alerting.render()
    told = {"workspace": render.workspace.name, "language": "en", "date": "2026-11-22"}
    outbox.tell("daily.missed", **told, why="The feeds were broken.")
    outbox.read()
    duty.close_what_is_over()
    assert Alert.objects.get().state == "open"
    DailyRun.objects.create(workspace=render.workspace, language="en", date="2026-11-22", render=render, source="x")
    duty.close_what_is_over()
    assert Alert.objects.get().state == "resolved"


def test_after_its_recovery_the_same_cause_is_a_new_alert(channel):
    for _ in range(2):
        outbox.tell("sla.below_target", rate=0.9, target=0.95, days=1, date="2026-11-22")
        outbox.tell("sla.back_on_target", rate=1, target=0.95, days=1, date="2026-11-23")
        outbox.read()
    assert Alert.objects.filter(state="resolved").count() == 2
    assert [kind for kind, _ in messages()] == ["opened", "recovered"] * 2


# Reports


def test_a_report_goes_to_every_channel_once_and_is_no_alert(channel):
    alerting.mail_channel()
    for _ in range(2):
        outbox.tell("sla.report", report_id=4, subject="RenderHub 22 Nov", text="T", html="<p>T</p>", blocks=[])
    outbox.read()
    assert [kind for kind, _ in messages()] == ["report", "report"]
    assert not RenderEvent.objects.filter(processed_at__isnull=True).exists()
    assert Delivery.objects.first().payload["text"] == "T"
    assert not Alert.objects.exists()


# What it rests on


def test_the_database_holds_one_open_alert_a_cause():
    outbox.tell("service.down", name="a4f")
    outbox.read()
    known = Alert.objects.get()
    known.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        known.save(force_insert=True)


def test_events_of_no_interest_cost_no_query():
    for name in ("one", "two"):
        from tests.support import pipeline

        pipeline.ask(f"{name} " * 40)
    rows = list(RenderEvent.objects.filter(processed_at__isnull=True))
    assert rows
    from alerts import consumer

    with CaptureQueriesContext(
        connection,
    ) as asked:
        consumer.take(rows)
    assert len(asked) == 0


def test_a_batch_of_many_failures_of_one_cause_is_a_few_queries(channel):
    render = alerting.render()
    for _ in range(40):
        alerting.fails(render)
    with CaptureQueriesContext(connection) as asked:
        outbox.read()
    assert Alert.objects.get(kind="render_failed").count == 40
    assert len(asked) < 45, len(asked)


def test_the_bell_is_rung_when_the_rows_are_there(channel, no_bell, django_capture_on_commit_callbacks):
    alerting.fails(alerting.render())
    with django_capture_on_commit_callbacks(execute=True):
        outbox.read()
    assert no_bell == ["rung"]
