from __future__ import annotations

import pytest
from django.urls import reverse

from renders.models import RenderFailure
from tests.support import people as three
from tests.support import renders_in_every_state as states

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def failure(client, people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.force_login(people.operator)
    states.failed(people.workspace)
    return RenderFailure.objects.get()


def page(failure: RenderFailure) -> str:
    return reverse("admin:renders_renderfailure_change", args=[failure.pk])


def test_it_is_marked_as_dealt_with_by_whom_and_when(client, people, failure):
    answer = client.post(page(failure), {"resolved": "on", "note": "The feed's wording was changed."})
    assert answer.status_code == 302
    failure.refresh_from_db()
    assert (failure.resolved, failure.resolved_by, failure.note) == (
        True,
        people.operator,
        "The feed's wording was changed.",
    )
    assert failure.resolved_at is not None


def test_it_is_taken_back_whole(client, failure):
    client.post(page(failure), {"resolved": "on"})
    client.post(page(failure), {})
    failure.refresh_from_db()
    assert (failure.resolved, failure.resolved_by, failure.resolved_at) == (False, None, None)


def test_nothing_else_about_it_can_be_changed(client, failure):
    client.post(page(failure), {"resolved": "on", "code": "UNKNOWN", "failure_reason": "x", "final": ""})
    changed = RenderFailure.objects.get()
    assert (changed.code, changed.failure_reason, changed.final) == (failure.code, failure.failure_reason, True)


def test_the_evidence_is_shown_as_text(client, failure):
    RenderFailure.objects.update(error_details={"message": "<script>alert(1)</script>"})
    shown = client.get(page(failure)).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
