from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renderhub.lib import clock
from renders.models import Render
from tests.support import people as three
from tests.support import renders_in_every_state as states

LIST = "/admin/renders/render/"


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def console(client, people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.force_login(people.operator)
    return client


def names(response) -> list[str]:
    return [render.name for render in response.context["cl"].result_list]


@pytest.mark.django_db
def test_every_state_is_told_by_a_word_and_a_shape(console, people):
    states.one_of_each(people.workspace)
    response = console.get(LIST)
    page = response.content.decode()
    for word in ("Queued", "Processing", "Held", "Tries again", "Failed", "Completed", "Cancelled"):
        assert f"<span>{word}" in page
    assert "1 fallback, 1 missing" in page
    counts = {link["word"]: link["count"] for link in response.context["status_links"]}
    assert counts == {
        **{"All": 10, "Processing": 2, "Queued": 1, "Held": 1, "Tries again": 1, "Failed": 1},
        **{"Completed": 3, "Cancelled": 1},
    }
    for link in response.context["status_links"]:
        assert len(names(console.get(LIST + link["url"]))) == link["count"]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_renders(console, people):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert console.get(LIST).status_code == 200
        return len(context)

    states.queued(people.workspace, "First")
    first = queries()
    for number in range(8):
        states.queued(people.workspace, f"Number {number}")
    assert queries() == first <= 7


@pytest.mark.django_db
def test_it_finds_by_name_and_by_a_part_of_the_id(console, people):
    wanted = states.queued(people.workspace, "The Suez Canal")
    states.queued(people.workspace, "Voyager")
    for term in ("suez", str(wanted.pk), str(wanted.pk)[-8:].upper(), f"…{str(wanted.pk)[-8:]}"):
        assert names(console.get(LIST, {"q": term})) == ["The Suez Canal"]
    assert names(console.get(LIST, {"q": "nothing of the kind"})) == []


@pytest.mark.django_db
def test_it_filters_by_language_and_kind_and_ignores_a_status_that_is_none(console, people):
    states.queued(people.workspace, "Hindi", language="hi")
    states.queued(people.workspace, "English")
    assert names(console.get(LIST, {"language": "hi"})) == ["Hindi"]
    assert names(console.get(LIST, {"job_type": "doubt"})) == []
    assert len(names(console.get(LIST, {"status": "no-such"}))) == 2


@pytest.mark.django_db
def test_priority_and_due_time_are_told_in_words(console, people):
    states.queued(people.workspace, "Urgent", priority="high", due_at=clock.now() + timedelta(minutes=25, seconds=30))
    states.queued(people.workspace, "Overdue", priority="low", due_at=clock.now() - timedelta(minutes=5, seconds=30))
    page = console.get(LIST).content.decode()
    for told in ("high priority", "low priority", "in 25 m", "5 m late"):
        assert told in page


@pytest.mark.django_db
def test_a_name_is_text(console, people):
    states.queued(people.workspace, "<script>alert(1)</script>")
    page = console.get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.django_db
def test_an_address_of_a_render_leads_to_its_page(console, people):
    render = states.queued(people.workspace)
    assert reverse("admin:renders_render_change", args=[render.pk]) in console.get(LIST).content.decode()
    assert Render.objects.count() == 1


@pytest.mark.django_db
def test_every_filter_leaves_what_it_names(console, people):
    made = states.one_of_each(people.workspace)
    other = states.queued(people.workspace, "Elsewhere", priority="high")

    def found(**chosen: str) -> set[str]:
        return set(names(console.get(LIST, chosen)))

    everything = {render.name for render in made.values()} | {other.name}
    assert found(priority="high") == {other.name}
    assert found(stage="revideo") == {made["retrying"].name, made["held"].name}
    assert found(error_code="SENSITIVE_CONTENT") == {made["failed"].name}
    assert found(degraded="yes") == {made["degraded"].name}
    assert found(degraded="no") == everything - {made["degraded"].name}
    assert found(workspace=str(people.workspace.pk)) == everything
    assert found(status="failed", error_code="TIMEOUT") == set()
    for nonsense in ({"workspace": "x"}, {"stage": "x"}, {"asked": "2026-99-99"}, {"priority": "'--"}):
        assert found(**nonsense) == everything


@pytest.mark.django_db
def test_days_are_those_of_the_sites_zone(console, people, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    render = states.queued(people.workspace)
    Render.objects.update(created_at=datetime(2026, 11, 21, 19, 0, tzinfo=UTC))  # half past midnight there
    assert names(console.get(LIST, {"asked": "2026-11-22"})) == [render.name]
    assert names(console.get(LIST, {"asked": "2026-11-21"})) == []
    assert names(console.get(LIST, {"asked": "today"})) == []


@pytest.mark.django_db
def test_a_form_of_filters_that_are_not_set_leads_to_a_short_address(console):
    answer = console.get(LIST, {"status": "failed", "stage": "", "q": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?status=failed")


@pytest.mark.django_db
def test_rows_can_be_chosen_and_acted_on(console, people):
    render = states.queued(people.workspace)
    page = console.get(LIST, {"status": "queued"}).content.decode()
    assert f'value="{render.pk}" class="action-select' in page
    assert 'formaction="/admin/renders/render/act/cancel/?status=queued"' in page
    assert "actions.js" not in page, "Django's own script does not follow rows that are fetched anew"
