"""What is wrong with services and promises, in a real browser: axe-core finds nothing serious, by day and by night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.models import Alert
from renderhub.lib import clock
from renders.domain.calls import Calls, Tally
from renders.models import CircuitRow, Outlook, Service
from tests.browser.test_console import console, ours  # noqa: F401
from tests.support import looks
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAKE = "tests.support.providers.Fake"


@pytest.fixture
def pages(ours, settings):  # noqa: F811
    """A morning with a service that keeps failing, one that is down, one with limits, and a render at risk."""
    now = clock.now()
    settings.RENDERHUB_PROVIDERS = {
        **states.PROVIDERS,
        **dict.fromkeys(("openai_speech", "edge_speech", "s3"), (FAKE, "io", 5.0)),
    }
    settings.RENDERHUB_CHAINS = {
        **settings.RENDERHUB_CHAINS,
        "tts": ["openai_speech", "edge_speech", "espeak"],
        "upload": ["s3", "local_media"],
    }
    settings.RENDERHUB_PROVIDER_LIMITS = ["openai_speech=5", "openai_speech=600/min", "s3=4"]
    times = {"since": now - timedelta(hours=3), "checked_at": now - timedelta(seconds=20), "latency_ms": 84.2}
    for name, stages, primary in (
        *(("database", [], True), ("broker", [], True), ("espeak", ["tts"], False)),
        *(("openai_speech", ["tts"], True), ("edge_speech", ["tts"], False)),
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
    return ["", "renders/service/", "renders/render/?promise=at_risk", f"renders/render/{render.pk}/change/"]


def test_no_page_has_a_serious_fault_or_is_too_wide(console, site, pages):  # noqa: F811
    found = {}
    for path in pages:
        console.goto(f"{site}/admin/{path}")
        if wrong := looks.faults(console) | looks.too_wide(console):
            found[path] = wrong
    assert found == {}
