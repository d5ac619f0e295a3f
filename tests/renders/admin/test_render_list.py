from __future__ import annotations

from datetime import timedelta

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


@pytest.mark.django_db(transaction=True)
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
    assert queries() == first <= 6


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
