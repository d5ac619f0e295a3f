"""The database refuses rows that cannot be, whoever writes them (STYLE: constraints in the database)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone

from renders.domain.states import AssetStatus, RenderStatus, StepStatus
from renders.models import (
    Asset,
    Attempt,
    DailyRun,
    DailySubscription,
    Feed,
    FeedItem,
    FeedItemUse,
    Membership,
    Render,
    RenderFailure,
    Step,
    User,
)
from renders.models.asset import AssetKind
from renders.models.attempt import AttemptOutcome
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def refused(rows: models.QuerySet[Any], constraint: str, **values: Any) -> None:
    with pytest.raises((IntegrityError, DataError), match=constraint), transaction.atomic():
        rows.update(**values)


@pytest.fixture
def renders() -> models.QuerySet[Render]:
    return Render.objects.filter(pk=pipeline.ask().pk)


@pytest.fixture
def steps(renders: models.QuerySet[Render]) -> models.QuerySet[Step]:
    return Step.objects.filter(stage="script_gen")


def test_no_word_is_a_status_that_nobody_knows(renders: Any, steps: Any) -> None:
    refused(renders, "render_is_whole", status="done")
    refused(steps, "step_is_whole", status="pending")


_WORDS = {
    "render_is_whole(w, w = 'failed', now(), '/v.mp4', 'why', now())": RenderStatus,
    "step_is_whole(w, 1, now(), now(), '{}', 0, 0, 0)": StepStatus,
    "attempt_is_whole(w, now())": AttemptOutcome,
    "asset_is_whole(w, 'image', 'key')": AssetStatus,
    "asset_is_whole('pending', w, 'key')": AssetKind,
}


@pytest.mark.parametrize(("rule", "words"), _WORDS.items())
def test_each_word_of_the_domain_is_known_and_no_other(rule: str, words: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT w, {rule} FROM unnest(%s) w", [[*words, "unheard_of"]])
        assert dict(cursor.fetchall()) == dict.fromkeys(words, True) | {"unheard_of": False}


def test_completed_has_a_video_and_a_time(renders: Any) -> None:
    now = timezone.now()
    refused(renders, "render_is_whole", status="completed")
    refused(renders, "render_is_whole", status="completed", completed_at=now)
    refused(renders, "render_is_whole", status="completed", video_url="/v.mp4")
    assert renders.update(status="completed", video_url="/v.mp4", completed_at=now)


def test_failed_says_when_it_goes_on_or_that_it_is_final_and_why(renders: Any) -> None:
    refused(renders, "render_is_whole", status="failed")
    refused(renders, "render_is_whole", status="failed", error_message="why")
    refused(renders, "render_is_whole", status="failed", final=True)
    assert renders.update(status="failed", wake_at=timezone.now())
    assert renders.update(wake_at=None, final=True, error_message="why")


@pytest.mark.parametrize("status", ["queued", "processing", "held", "cancelled"])
def test_only_what_failed_is_final(renders: Any, status: str) -> None:
    refused(renders, "render_is_whole", status=status, final=True)


def test_running_has_a_lease_and_sleeping_a_time_to_wake(steps: Any) -> None:
    refused(steps, "step_is_whole", status="running")
    refused(steps, "step_is_whole", status="sleeping")


def test_done_has_a_result(steps: Any) -> None:
    refused(steps, "step_is_whole", status="done")
    assert steps.update(status="done", result={})


def test_waiting_waits_for_something_and_counts_never_go_negative(steps: Any) -> None:
    refused(steps, "step_is_whole", status="waiting")
    refused(steps, "step_is_whole", waits=-1)
    refused(steps, "step_is_whole", attempt=-1)
    refused(steps, "step_is_whole", losses=-1)
    refused(steps, "step_is_whole", claim_no=-1)


@pytest.mark.parametrize("status", ["queued", "processing", "held"])
def test_a_wish_has_one_open_render(status: str) -> None:
    first = pipeline.ask()
    Render.objects.filter(pk=first.pk).update(status=status)
    with pytest.raises(IntegrityError, match="one_open_render_per_wish"), transaction.atomic():
        Render(workspace=first.workspace, name="twin", job_type="topic_short", fingerprint=first.fingerprint).save()


def test_a_render_that_waits_for_its_requeue_is_open_and_one_that_failed_for_good_is_not(renders: Any) -> None:
    first = renders.get()
    twin = Render(workspace=first.workspace, name="twin", job_type="topic_short", fingerprint=first.fingerprint)
    renders.update(status="failed", wake_at=timezone.now())
    with pytest.raises(IntegrityError, match="one_open_render_per_wish"), transaction.atomic():
        twin.save()
    renders.update(final=True, error_message="why")
    twin.save()


def test_a_run_has_one_step_per_slot(steps: Any) -> None:
    step = steps.get()
    step.pk = None
    with pytest.raises(IntegrityError, match="one_step_per_slot"), transaction.atomic():
        step.save(force_insert=True)


def test_a_claim_has_one_attempt_and_a_settled_one_an_end(steps: Any) -> None:
    claimed = pipeline.take()
    attempts = Attempt.objects.filter(step=claimed.step_id)
    refused(attempts, "attempt_is_whole", outcome="ok")
    refused(attempts, "attempt_is_whole", outcome="fine", ended_at=timezone.now())
    again = attempts.get()
    again.pk = None
    with pytest.raises(IntegrityError, match="one_attempt_per_claim"), transaction.atomic():
        again.save(force_insert=True)


def test_an_asset_has_its_slot_to_itself_and_a_file_once_it_is_generated(renders: Any) -> None:
    values = {"render": renders.get(), "segment": "s1", "slot": "tts", "kind": "narration", "run": 1}
    asset = Asset.objects.create(**values)
    with pytest.raises(IntegrityError, match="one_asset_per_slot"), transaction.atomic():
        Asset.objects.create(**values)
    rows = Asset.objects.filter(pk=asset.pk)
    refused(rows, "asset_is_whole", status="generated")
    refused(rows, "asset_is_whole", status="ok")
    refused(rows, "asset_is_whole", kind="hologram")


def test_a_failure_that_is_resolved_has_a_time(renders: Any) -> None:
    failure = RenderFailure.objects.create(
        render=renders.get(), run=1, stage="tts", code="TIMEOUT", failure_reason="x", created_at=timezone.now()
    )
    refused(RenderFailure.objects.filter(pk=failure.pk), "failure_resolved_has_time", resolved=True)


def test_a_workspace_has_one_daily_run_a_language_and_day_and_a_person_one_membership(renders: Any) -> None:
    render, today = renders.get(), timezone.now().date()
    values = {"workspace": render.workspace, "language": "en", "date": today}
    DailyRun.objects.create(render=render, source="feed", **values)
    other = pipeline.ask("other " * 60)
    with pytest.raises(IntegrityError, match="one_daily_run_a_day"), transaction.atomic():
        DailyRun.objects.create(render=other, source="feed", **values)
    user = User.objects.create(username="u")
    Membership.objects.create(workspace=render.workspace, user=user)
    with pytest.raises(IntegrityError, match="one_membership_each"), transaction.atomic():
        Membership.objects.create(workspace=render.workspace, user=user)
    refused(Membership.objects.all(), "membership_role_known", role="king")


def test_a_daily_run_was_made_or_missed(renders: Any) -> None:
    render, today = renders.get(), timezone.now().date()
    DailyRun.objects.create(render=render, workspace=render.workspace, language="en", date=today)
    run = DailyRun.objects.all()
    refused(run, "daily_run_made_or_missed", render=None)
    refused(run, "daily_run_made_or_missed", missed="why")
    assert run.update(render=None, missed="why")


def test_a_feed_that_is_broken_says_why_and_no_two_have_one_source() -> None:
    Feed.objects.create(title="one", source="/one")
    feeds = Feed.objects.filter(source="/one")
    refused(feeds, "feed_broken_says_why", error="why")
    refused(feeds, "feed_broken_says_why", broken_since=timezone.now())
    refused(feeds, "feed_has_a_source", source="")
    assert feeds.update(broken_since=timezone.now(), error="why")
    Feed.objects.create(title="one", source="/two")
    refused(feeds, "renders_feed_source", source="/two")


def test_an_item_has_one_row_and_one_use_a_workspace_and_language(renders: Any) -> None:
    workspace, now = renders.get().workspace, timezone.now()
    feed = Feed.objects.create(title="one", source="/one")
    items = [FeedItem.objects.create(feed=feed, guid=guid, title="T", first_seen_at=now, seen_at=now) for guid in "ab"]
    refused(FeedItem.objects.filter(guid="a"), "one_item_per_guid", guid="b")
    refused(FeedItem.objects.filter(guid="a"), "feed_item_says_something", title="")
    run = DailyRun.objects.create(missed="why", workspace=workspace, language="en", date=now.date())
    for language in ("en", "hi"):
        FeedItemUse.objects.create(item=items[0], run=run, workspace=workspace, language=language)
    refused(FeedItemUse.objects.filter(language="hi"), "item_used_once", language="en")


def test_a_workspace_has_one_subscription_a_language_with_what_is_on_offer(renders: Any) -> None:
    workspace = renders.get().workspace
    for language in ("en", "hi"):
        DailySubscription.objects.create(workspace=workspace, language=language)
    rows = DailySubscription.objects.filter(language="hi")
    refused(rows, "one_subscription_a_language", language="en")
    refused(rows, "subscription_length_on_offer", length=61)
    for field in ("style", "voice", "aspect_ratio", "theme", "priority"):
        refused(rows, "subscription_choices_known", **{field: "new"})
