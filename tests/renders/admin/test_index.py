from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renderhub.lib import clock
from renders.models import RenderFailure
from tests.support import people as three
from tests.support import renders_in_every_state as states


@pytest.fixture
def console(client, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.people = three.people()
    client.force_login(client.people.operator)
    return client


@pytest.mark.django_db
def test_an_empty_console_says_what_to_do_first(console):
    page = console.get("/admin/").content.decode()
    assert "0 videos made today, 0 under way. Nothing needs you." in page
    assert "manage.py daily_run" in page


@pytest.mark.django_db
def test_it_says_how_the_day_stands_and_who_is_needed(console):
    made = states.one_of_each(console.people.workspace)
    response = console.get("/admin/")
    assert response.context["sentence"] == (
        "3 videos made today, 3 under way, 1 trying again by itself. 2 renders need you."
    )
    assert {render.pk for render in response.context["needy"]} == {made["held"].pk, made["failed"].pk}
    assert next(render.pk for render in response.context["latest"]) == made["queued"].pk


@pytest.mark.django_db
def test_a_failure_that_is_dealt_with_needs_nobody(console):
    states.failed(console.people.workspace)
    RenderFailure.objects.update(resolved=True, resolved_at=clock.now())
    assert console.get("/admin/").context["needy"] == []


@pytest.mark.django_db
def test_what_is_late_needs_somebody(console):
    states.queued(console.people.workspace, "Late", due_at=clock.now() - timedelta(minutes=5, seconds=5))
    response = console.get("/admin/")
    assert "1 late. One render needs you." in response.context["sentence"]
    assert "5 m late" in response.content.decode()


@pytest.mark.django_db
def test_yesterdays_work_is_not_todays(console):
    render = states.queued(console.people.workspace)
    yesterday = clock.now() - timedelta(days=1)
    type(render).objects.update(status="completed", completed_at=yesterday, queued_at=yesterday, video_url="/media/x")
    assert console.get("/admin/").context["sentence"].startswith("0 videos made today, 0 under way")


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(console):
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert console.get("/admin/").status_code == 200
        return len(context)

    states.queued(console.people.workspace, "First")
    first = queries()
    for number in range(5):
        states.queued(console.people.workspace, f"Number {number}")
    assert queries() == first <= 8


@pytest.mark.django_db
def test_what_is_wrong_now_comes_first(console):
    from alerts.models import Alert
    from renders.models import CircuitRow, Service

    now = clock.now()
    assert "Wrong now" not in console.get("/admin/").content.decode()
    about = {"first_seen": now - timedelta(minutes=12), "last_seen": now, "details": "502 <b>bad</b>"}
    Alert.objects.create(cause="a", kind="service_down", severity="warning", title="Service down: b", **about)
    Alert.objects.create(cause="b", kind="key_refused", severity="critical", title="Key refused: a", count=7, **about)
    Alert.objects.create(
        cause="c", kind="at_risk", severity="critical", title="Over", state="resolved", resolved_at=now, **about
    )
    Service.objects.create(name="s3", status="down", since=now, checked_at=now, primary=True)
    page = console.get("/admin/")
    assert [notice.title for notice in page.context["wrong"]] == ["Key refused: a", "Service down: b"]
    text = page.content.decode()
    assert "7 times" in text
    assert "502 &lt;b&gt;bad&lt;/b&gt;" in text
    assert "1 of 1 services is down: s3." in text
    Service.objects.update(status="up")
    assert console.get("/admin/").context["services"] == ""
    assert not CircuitRow.objects.exists()


@pytest.mark.django_db
def test_a_render_at_risk_needs_somebody_and_is_marked(console):
    from renders.models import Outlook

    now = clock.now()
    render = states.queued(console.people.workspace, "The day", due_at=now + timedelta(minutes=9))
    expected = {"ready_at": now + timedelta(minutes=8), "slow_at": now + timedelta(minutes=12), "updated_at": now}
    Outlook.objects.create(render=render, run=1, at_risk=True, why="most of it visuals", **expected)
    page = console.get("/admin/")
    assert page.context["sentence"].endswith("1 at risk of coming late. One render needs you.")
    assert "Waits for its turn. Most of it visuals." in page.content.decode()
    assert 'nine times of ten: most of it visuals.">at risk</span>' in page.content.decode()
    listed = console.get("/admin/renders/render/?promise=at_risk").content.decode()
    assert "The day" in listed
    assert ">at risk</span>" in listed
    own = console.get(f"/admin/renders/render/{render.pk}/change/").content.decode()
    assert "Most of it visuals." in own
