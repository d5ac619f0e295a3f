"""Nobody sees another workspace's anything (R80)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from renders.models import Asset, Membership, Render, Step, User
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def render() -> Render:
    made = pipeline.ask()
    Asset.objects.create(render=made, segment="s1", slot="tts", kind="narration", run=1)
    return made


def member(render: Render, **more: bool) -> User:
    user = User.objects.create(username=f"user{User.objects.count()}", **more)
    Membership.objects.create(workspace=render.workspace, user=user)
    return user


@pytest.mark.parametrize("model", [Render, Step, Asset])
def test_members_and_staff_see_it_and_strangers_do_not(render: Render, model: type) -> None:
    stranger = User.objects.create(username="stranger")
    Membership.objects.create(workspace=pipeline.workspace("theirs"), user=stranger)
    assert model.objects.visible_to(member(render)).exists()
    assert model.objects.visible_to(User.objects.create(username="staff", is_staff=True)).exists()
    for nobody in (stranger, AnonymousUser(), member(render, is_active=False)):
        assert not model.objects.visible_to(nobody).exists()


def test_a_member_sees_each_thing_once_however_many_members_there_are(render: Render) -> None:
    users = [member(render) for _ in range(3)]
    assert Render.objects.visible_to(users[0]).count() == 1


def test_staff_who_are_locked_out_see_nothing(render: Render) -> None:
    gone = User.objects.create(username="gone", is_staff=True, is_active=False)
    assert not Render.objects.visible_to(gone).exists()
