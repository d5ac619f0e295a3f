"""The page of the spool (R17): what waits here for the bucket, and having it moved now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from renderhub.lib import clock
from renders.models import Render, Service, SpooledVideo
from renders.pipeline import out_of_use
from renders.pipeline.spool import moving
from renders.pipeline.spool.places import folder_of
from tests.renders.admin.test_service_acts import words
from tests.support import people as three
from tests.support import renders_in_every_state as states

pytestmark = pytest.mark.django_db
LIST, MOVE = "/admin/renders/spooledvideo/", "/admin/renders/spooledvideo/act/move/"


@pytest.fixture
def console(client, settings):
    settings.RENDERHUB_PROVIDERS = states.PROVIDERS
    settings.RENDERHUB_CHAINS = {**states.QUICK_CHAINS, "upload": ["s3", "local_media"]}
    client.people = three.people()
    client.force_login(client.people.operator)
    return client


def spooled(console, name: str = "World news", **more: object) -> SpooledVideo:
    """Published here an hour ago; tried three times."""
    now = clock.now()
    render = states.queued(console.people.workspace, name)
    url = f"/media/videos/{render.pk}/video-abc.mp4"
    times = {"started_at": now - timedelta(hours=1, minutes=2), "completed_at": now - timedelta(hours=1)}
    Render.objects.filter(pk=render.pk).update(status="completed", video_url=url, processing_ms=1, **times)
    folder = folder_of(render.pk)
    folder.mkdir(parents=True)
    (folder / "video-abc.mp4").write_bytes(b"x" * 2_000_000)
    told = "403 from <the> bucket. Check the credentials."
    values = {"tries": 3, "error": told, "wake_at": now + timedelta(minutes=20, seconds=30), **more}
    return SpooledVideo.objects.create(render=render, run=1, files={"video": "video-abc.mp4"}, **values)


def sent(*rows: SpooledVideo) -> dict[str, object]:
    return {"id": [f"{row.pk}:0" for row in rows], "previewed": "", "do": "1"}


def test_it_says_what_waits_since_when_and_what_was_met(console):
    spooled(console)
    response = console.get(LIST)
    assert response.context["summary"].startswith("1 video waits here for s3")
    shown = words(response.content.decode())
    for told in (
        "World news",
        "1.9\xa0MB",
        "1 h ago",
        "in 20 m",
        "403 from &lt;the&gt; bucket. Check the credentials.",
    ):
        assert told.replace("\xa0", " ") in shown.replace("&nbsp;", " "), told


def test_what_waits_stands_before_what_was_moved(console):
    moved = {"moved_at": clock.now(), "urls": {"video": "https://bucket.example.org/v.mp4"}}
    spooled(console, "Moved", **moved)
    later = spooled(console, "Later")
    sooner = spooled(console, "Sooner", wake_at=clock.now() - timedelta(seconds=1))
    response = console.get(LIST)
    assert list(response.context["cl"].queryset.values_list("render__name", flat=True)) == ["Sooner", "Later", "Moved"]
    assert "within 15 s" in response.content.decode()
    here = console.get(f"{LIST}?where=here").context["cl"].queryset
    assert set(here) == {later, sooner}
    assert list(console.get(f"{LIST}?q={sooner.render_id}").context["cl"].queryset) == [sooner]


@pytest.mark.parametrize(
    ("chain", "said"),
    [(["s3", "local_media"], "Nothing waits here. What s3"), (["local_media"], "Videos stay here by wish")],
)
def test_an_empty_one_says_what_it_is_for(console, settings, chain, said):
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "upload": chain}
    assert said in console.get(LIST).content.decode()


def test_it_is_tried_at_the_next_look_after_a_click(console):
    row = spooled(console)
    assert "Is tried within 15 s" in console.get(f"{MOVE}?id={row.pk}").content.decode()
    assert not moving._due().exists(), "looking does nothing"
    assert "It is tried within 15 s." in console.post(MOVE, sent(row), follow=True).content.decode()
    assert moving._due().get() == row
    row.refresh_from_db()
    assert row.tries == 3
    told = set(LogEntry.objects.values_list("object_id", "user__username"))
    assert told == {(str(row.pk), "operator"), (str(row.render_id), "operator")}


def test_without_a_choice_all_that_wait_are_moved_and_no_other(console):
    row = spooled(console)
    spooled(console, "Moved", moved_at=clock.now(), urls={"video": "https://bucket.example.org/v.mp4"})
    response = console.get(MOVE)
    assert [one.thing for one in response.context["rows"]] == [row]


def test_what_is_moved_already_is_refused(console):
    row = spooled(console, moved_at=clock.now(), urls={"video": "https://bucket.example.org/v.mp4"})
    before = row.wake_at
    assert "Not done. It is in the bucket already." in console.post(MOVE, sent(row), follow=True).content.decode()
    assert not moving.hasten(row.pk)
    row.refresh_from_db()
    assert row.wake_at == before


@pytest.mark.parametrize(("ill", "said"), [("down", "s3 is down"), ("out", "s3 is out of use")])
def test_a_bucket_that_takes_nothing_now_is_said_beforehand(console, ill, said):
    row = spooled(console)
    if ill == "down":
        Service.objects.create(name="s3", status="down", since=clock.now(), checked_at=clock.now())
    else:
        out_of_use.take_out("s3", "anna")
    assert f"{said}: nothing is moved" in console.get(f"{MOVE}?id={row.pk}").content.decode()


def test_nothing_is_moved_while_an_operator_has_taken_the_bucket_out_of_use(console, monkeypatch):
    spooled(console, wake_at=clock.now())
    out_of_use.take_out("s3", "anna")
    monkeypatch.setattr(moving.chains, "provider", lambda name: pytest.fail(f"{name} was asked"))
    assert moving.move_due() == 0
    assert "s3 is out of use: nothing is moved." in console.get(LIST).content.decode()


@pytest.mark.parametrize("who", ["owner", "teammate", "outsider", "staff"])
def test_nobody_else_sees_or_moves_it(client, console, who):
    row = spooled(console)
    person = getattr(console.people, who, None) or type(console.people.owner).objects.create_user("x", is_staff=True)
    client.force_login(person)
    for answer in (client.get(LIST), client.get(MOVE), client.post(MOVE, sent(row))):
        assert answer.status_code == (403 if who == "staff" else 302)
    assert not moving._due().exists()


def test_rows_cannot_be_changed_by_hand(console):
    row = spooled(console)
    assert console.get(f"{LIST}add/").status_code == 403
    assert console.post(f"{LIST}{row.pk}/change/", {"tries": "0"}).status_code == 403
    assert console.post(f"{LIST}{row.pk}/delete/").status_code == 403


def test_the_page_of_its_render_and_of_the_services_lead_there(console):
    row = spooled(console)
    change = f"/admin/renders/render/{row.render_id}/change/"
    assert f'href="{LIST}?q={row.render_id}"' in console.get(change).content.decode()
    assert "1 video waits in the spool." in console.get("/admin/renders/service/").content.decode()
    SpooledVideo.objects.update(moved_at=clock.now(), urls={"video": "https://bucket.example.org/v.mp4"})
    assert "in the spool" not in console.get(change).content.decode()
    assert "in the spool" not in console.get("/admin/renders/service/").content.decode()
