"""What is wrong with services and promises, in a real browser: axe-core finds nothing serious, by day and by night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.models import Alert
from renderhub.lib import clock
from renders.domain.calls import Calls, Tally
from renders.models import CircuitRow, Outlook, Render, Service, SpooledVideo
from renders.pipeline.spool.places import folder_of
from tests.support import looks
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAKE = "tests.support.providers.Fake"


@pytest.fixture
def pages(ours, settings):
    """A morning with a service that keeps failing, one that is down, one with limits, and a render at risk."""
    now = clock.now()
    settings.RENDERHUB_PROVIDERS = {
        **states.PROVIDERS,
        **dict.fromkeys(("openai_speech", "edge_speech", "s3", "manim_service"), (FAKE, "io", 5.0)),
    }
    settings.RENDERHUB_CHAINS = {
        **settings.RENDERHUB_CHAINS,
        "manim": ["manim_service", "manim", "still_card"],
        "tts": ["openai_speech", "edge_speech", "espeak"],
        "upload": ["s3", "local_media"],
    }
    settings.RENDERHUB_PROVIDER_LIMITS = ["openai_speech=5", "openai_speech=600/min", "s3=4"]
    times = {"since": now - timedelta(hours=3), "checked_at": now - timedelta(seconds=20), "latency_ms": 84.2}
    for name, stages, primary in (
        *(("database", [], True), ("broker", [], True), ("espeak", ["tts"], False)),
        *(("openai_speech", ["tts"], True), ("edge_speech", ["tts"], False), ("manim_service", ["manim"], True)),
    ):
        Service.objects.create(name=name, stages=stages, primary=primary, status="up", **times)
    refused = {"error": "403 from the bucket.", "remedy": "Check the credentials, the bucket and its rights."}
    Service.objects.create(name="s3", stages=["upload"], primary=True, status="down", **times, **refused)
    CircuitRow.objects.create(
        provider="openai_speech",
        calls=Calls().counted(Tally(wanted=30, made=7, failed=6), now, 60).to_json(),
        opened_at=now,
        open_until=now + timedelta(seconds=110),
        cool_down=120,
        code="API_ERROR",
        message="502 from the gateway: server_is_overloaded",
    )
    answered = Calls().counted(Tally(wanted=40, made=41, failed=1), now, 60).to_json()
    CircuitRow.objects.create(provider="edge_speech", calls=answered)
    about = {"first_seen": now - timedelta(minutes=12), "last_seen": now}
    told = "The last that it met: API_ERROR: 502. It is tried again after 2 m 00 s. Needed for: narration."
    Alert.objects.create(
        cause="service/openai_speech",
        kind="service_down",
        severity="critical",
        title="Service left alone: openai_speech keeps failing",
        details=told,
        count=3,
        **about,
    )
    render = states.queued(ours, "The day at risk", due_at=now + timedelta(minutes=9))
    expected = {"ready_at": now + timedelta(minutes=8), "slow_at": now + timedelta(minutes=12), "updated_at": now}
    why = "what is left of it takes about 8 m, most of it visuals; 3 renders before it"
    Outlook.objects.create(render=render, run=1, at_risk=True, why=why, **expected)
    CircuitRow.objects.create(
        provider="manim_service",
        out_since=now - timedelta(minutes=40),
        out_by="operator",
        out_reason="New scenes until 3",
    )
    spooled = spool(ours, now)
    out, speech = (
        f"renders/service/act/out/?id={Service.objects.get(name=name).pk}" for name in ("s3", "openai_speech")
    )
    lists = ["", "renders/service/", "renders/spooledvideo/", "renders/render/?promise=at_risk"]
    pages = [f"renders/render/{one.pk}/change/" for one in (render, spooled.render)]
    return [*lists, *pages, out, speech, f"renders/spooledvideo/act/move/?id={spooled.pk}"]


def spool(ours, now):
    """Two videos that the bucket did not take, one of them not yet tried, and one that was moved."""
    told = "403 from the bucket (AccessDenied). Check the credentials, the bucket and its rights."
    moved = {"tries": 1, "moved_at": now - timedelta(hours=2), "urls": {"video": "https://bucket.example.org/v.mp4"}}
    for name, ago, values in (
        ("World news", 50, {"tries": 3, "error": told, "wake_at": now + timedelta(minutes=14)}),
        ("Космические новости", 4, {"wake_at": now}),
        ("Sport", 300, {"error": told, "wake_at": now - timedelta(hours=2), **moved}),
    ):
        render = states.queued(ours, name)
        since = now - timedelta(minutes=ago)
        folder = folder_of(render.pk)
        folder.mkdir(parents=True)
        (folder / "video-1.mp4").write_bytes(b"0" * 1_400_000)
        shown = {"video_url": f"/media/videos/{render.pk}/video-1.mp4", "processing_ms": 312_000, "duration": 61.2}
        times = {"started_at": since - timedelta(minutes=6), "completed_at": since}
        Render.objects.filter(pk=render.pk).update(status="completed", **shown, **times)
        SpooledVideo.objects.create(render=render, run=1, files={"video": "video-1.mp4"}, **values)
    return SpooledVideo.objects.get(tries=3)


def test_the_rows_of_services_follow_and_none_comes_twice(console, site, pages):
    console.goto(f"{site}/admin/renders/service/")
    rows = console.locator("#result_list tr.data-row")
    assert rows.count() == Service.objects.count()
    console.evaluate("document.querySelector('[data-live]').dataset.live = '0.2'")
    Service.objects.filter(name="edge_speech").update(status="down", error="It is away.")
    console.evaluate("document.querySelectorAll('[data-live-toggle]').forEach((one) => { one.click(); one.click(); })")
    console.wait_for_selector("#result_list >> text=It is away.")
    assert rows.count() == Service.objects.count()
    console.click("text=Take back")
    console.wait_for_selector("text=manim_service is called again within 2 s")
    console.locator("tr.data-row", has_text="openai_speech").locator("text=Try now").click()
    console.wait_for_selector("text=one call tries it now")


def test_no_page_has_a_serious_fault_or_is_too_wide(console, site, pages):
    assert looks.wrong_with_pages(console, site, pages) == {}
