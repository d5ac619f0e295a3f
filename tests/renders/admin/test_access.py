from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from renders.models import User
from tests.support import people as three
from tests.support import renders_in_every_state as states

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def render(people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    return states.queued(people.workspace)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages_of(render) -> list[str]:
    change = reverse("admin:renders_render_change", args=[render.pk])
    return [reverse("admin:index"), reverse("admin:renders_render_changelist"), change]


@pytest.mark.parametrize("who", ["owner", "teammate", "outsider", "nobody"])
def test_only_staff_get_into_the_console(who, people, render):
    client = Client() if who == "nobody" else signed_in(getattr(people, who))
    for page in pages_of(render):
        response = client.get(page)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/admin/login/")


def test_staff_without_rights_see_the_index_and_no_renders(people, render):
    client = signed_in(User.objects.create_user("new", password="x", is_staff=True))
    index, changelist, change = pages_of(render)
    response = client.get(index)
    assert response.status_code == 200
    assert render.name not in response.content.decode()
    assert client.get(changelist).status_code == client.get(change).status_code == 403


def test_the_login_leads_on_to_the_index(client, people):
    page = client.get("/admin/login/").content.decode()
    assert '<input type="hidden" name="next" value="/admin/" form="login-form">' in page
    answer = client.post("/admin/login/", {"username": "operator", "password": three.PASSWORD, "next": "/admin/"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("page", ["change", "delete"])
def test_nothing_about_a_render_is_edited_here(page, people, render):
    client = signed_in(people.operator)
    place = reverse(f"admin:renders_render_{page}", args=[render.pk])
    response = client.post(place, {"status": "completed", "post": "yes"})
    assert response.status_code in (403, 405)
    render.refresh_from_db()
    assert render.status == "queued"


def test_every_noun_has_a_list_and_a_form_that_open(people, render):
    client = signed_in(people.operator)
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = client.get(reverse(f"{name}_changelist"))
        assert listed.status_code == 200, name
        if model_admin.has_add_permission(listed.wsgi_request):
            assert client.get(reverse(f"{name}_add")).status_code == 200, name


def test_who_may_edit_users_does_not_make_themselves_or_become_a_superuser(people):
    from django.contrib.auth.models import Permission

    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = signed_in(clerk)
    page = reverse("admin:renders_user_change", args=[clerk.pk])
    data = {
        "username": "clerk",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00",
    }
    client.post(page, data)
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    password = reverse("admin:auth_user_password_change", args=[people.operator.pk])
    assert client.post(password, {"password1": "a-new-one-12", "password2": "a-new-one-12"}).status_code == 403
