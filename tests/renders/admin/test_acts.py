"""Previews, acts and reports (R62): nothing is done by looking, each click once, and everything is told."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renders.actions.cancel import cancel
from renders.models import Render, RenderFailure
from tests.support import people as three
from tests.support import pipeline
from tests.support import renders_in_every_state as states
from tests.support.providers import Misbehaving

LIST = "/admin/renders/render/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def console(client, people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    Misbehaving.clear()
    client.people = people
    client.force_login(people.operator)
    return client


def act(verb: str, noun: str = "render") -> str:
    return reverse(f"admin:renders_render{noun.removeprefix('render')}_act", args=[verb])


def look(console, verb: str, *renders: Render, noun: str = "render", **more: str) -> dict[str, list[str]]:
    """The preview's form as a browser would send it."""
    response = console.post(act(verb, noun), {"_selected_action": [str(one.pk) for one in renders], **more})
    assert response.status_code == 200
    return form_of(response)


def form_of(response) -> dict[str, list[str]]:
    page = response.content.decode()
    page = page[page.index("<form method") : page.index("</form>", page.index("<form method"))]
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        sent.setdefault(name, []).append(html.unescape(value))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        sent[name] = [re.findall(r'value="([^"]*)" selected', options)[0]]
    return sent


def do(console, verb: str, *renders: Render, noun: str = "render", **more: str):
    sent = look(console, verb, *renders, noun=noun, **more)
    return console.post(act(verb, noun), {**sent, **more, "do": "1"}, follow=True)


def test_looking_changes_nothing(console):
    made = states.one_of_each(console.people.workspace)
    before, rows = pipeline.snapshot(), LogEntry.objects.count()
    for verb in ("rerender", "retry", "cancel", "prioritise"):
        look(console, verb, *made.values())
        for render in made.values():
            assert console.get(f"{act(verb)}?id={render.pk}").status_code == 200
    assert pipeline.snapshot() == before
    assert LogEntry.objects.count() == rows


def test_get_never_acts(console):
    render = states.completed(console.people.workspace)
    sent = look(console, "rerender", render)
    assert console.get(act("rerender"), {**sent, "do": "1"}).status_code == 200
    assert Render.objects.get().run == 1


def test_without_the_token_nothing_is_done(people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    render = states.queued(people.workspace)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.operator)
    answer = client.post(act("cancel"), {"id": f"{render.pk}:1", "do": "1", "previewed": ""})
    assert answer.status_code == 403
    assert Render.objects.get().status == "queued"


def test_one_render_is_run_again_from_a_stage_and_its_page_says_so(console):
    render = states.completed(console.people.workspace)
    response = do(console, "rerender", render, from_stage="revideo")
    render.refresh_from_db()
    assert (render.status, render.run) == ("queued", 2)
    assert response.redirect_chain[-1][0] == reverse("admin:renders_render_change", args=[render.pk])
    page = response.content.decode()
    assert page.count("Run 2 queued, from composing on.") == 2, "as a message, and in the trail"
    assert "operator, just now" in re.sub(r"<[^>]*>", "", page)


def test_a_choice_that_was_not_looked_at_is_shown_first(console):
    render = states.completed(console.people.workspace)
    sent = look(console, "rerender", render)
    response = console.post(act("rerender"), {**sent, "from_stage": "upload", "do": "1"})
    assert "The choice has changed" in response.content.decode()
    assert Render.objects.get().run == 1
    console.post(act("rerender"), {**form_of(response), "do": "1"})
    assert Render.objects.get().run == 2


def test_several_are_told_one_by_one(console):
    made = states.one_of_each(console.people.workspace)
    response = do(console, "rerender", *made.values())
    page = response.content.decode()
    assert "Done to 5 renders. 5 were refused." in page
    assert page.count("Run 2 queued.") + page.count("Run 3 queued.") == 5
    assert "It is being made (run 1): cancel it first, or wait." in page
    mine = LogEntry.objects.filter(user=console.people.operator)
    assert mine.filter(change_message__contains='"refused": false').count() == 5
    assert mine.count() == 10


def test_a_second_click_does_nothing_and_tells_the_same(console):
    first, second = (states.completed(console.people.workspace, name) for name in ("One", "Two"))
    sent = look(console, "rerender", first, second)
    reports = [console.post(act("rerender"), {**sent, "do": "1"}, follow=True) for _ in range(2)]
    assert all("Done to 2 renders." in report.content.decode() for report in reports)
    assert set(Render.objects.values_list("run", flat=True)) == {2}


def test_what_changed_between_looking_and_acting_is_said(console):
    render = states.queued(console.people.workspace)
    sent = look(console, "cancel", render)
    cancel(render.pk)
    page = console.post(act("cancel"), {**sent, "do": "1"}, follow=True).content.decode()
    assert "Not done. It is cancelled (run 1): there is nothing to stop." in page


def test_a_cancelled_one_stops_and_its_page_offers_a_new_run(console):
    render = states.processing(console.people.workspace)
    page = do(console, "cancel", render).content.decode()
    assert Render.objects.get().status == "cancelled"
    assert pipeline.run_one() is None
    assert f"{act('rerender')}?id={render.pk}" in page
    assert f"{act('cancel')}?id={render.pk}" not in page


def test_the_priority_is_changed(console):
    render = states.queued(console.people.workspace)
    do(console, "prioritise", render, priority="high")
    render.refresh_from_db()
    assert render.priority == "high"


def test_all_that_failed_are_retried_by_the_filter_of_the_list(console):
    other = states.failed(console.people.workspace, "Refused too")
    made = states.one_of_each(console.people.workspace)
    response = console.get(act("retry"), {"status": "failed", "q": "Refused"})
    assert len(form_of(response)["id"]) == 2
    response = console.get(act("retry"))
    assert len(form_of(response)["id"]) == 2
    console.post(act("retry"), {**form_of(response), "do": "1"})
    for render in (made["failed"], other):
        render.refresh_from_db()
        assert (render.status, render.run) == ("queued", 2)
    assert Render.objects.filter(run__gt=1).count() == 3, "and the one that was run twice before"


def test_nothing_to_do_leads_back_with_a_word(console):
    response = console.get(act("retry"), follow=True)
    assert "Nothing to retry" in response.content.decode()
    response = console.post(act("cancel"), {"_selected_action": ["no-uuid", str(uuid.uuid4())]}, follow=True)
    assert "Nothing to cancel" in response.content.decode()


def test_across_means_all_that_match_and_no_other(console):
    states.queued(console.people.workspace, "Hindi", language="hi")
    shown = states.queued(console.people.workspace, "English")
    states.queued(console.people.workspace, "English too")
    response = console.post(f"{act('cancel')}?language=en", {"_selected_action": [str(shown.pk)], "across": "1"})
    assert len(form_of(response)["id"]) == 2


def test_unknown_verbs_filters_and_reports_are_not_found(console):
    states.queued(console.people.workspace)
    assert console.get(act("explode")).status_code == 404
    assert console.get(f"{act('retry')}?no_such=1").status_code == 404
    report = reverse("admin:renders_render_report", args=[uuid.uuid4()])
    assert console.get(report).status_code == 404


def test_a_failure_is_marked_with_a_note_from_the_renders_page(console):
    render = states.failed(console.people.workspace)
    failure = RenderFailure.objects.get()
    page = console.get(reverse("admin:renders_render_change", args=[render.pk])).content.decode()
    place = f"{act('resolve', 'renderfailure')}?id={failure.pk}"
    assert place in page
    sent = form_of(console.get(place))
    console.post(act("resolve", "renderfailure"), {**sent, "note": "The wording was changed.", "do": "1"})
    failure.refresh_from_db()
    assert (failure.resolved_by, failure.note) == (console.people.operator, "The wording was changed.")
    page = console.get(reverse("admin:renders_render_change", args=[render.pk])).content.decode()
    assert "Marked as dealt with: The wording was changed." in page
    do(console, "reopen", failure, noun="renderfailure")
    failure.refresh_from_db()
    assert not failure.resolved


def test_the_queries_of_a_preview_do_not_grow(console):
    made = [states.completed(console.people.workspace, f"Film {number}") for number in range(5)]

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as context:
            look(console, "rerender", *made[:count], from_stage="tts")
        return len(context)

    assert queries(5) == queries(2) <= 9


@pytest.mark.parametrize("who", ["owner", "teammate", "outsider", "nobody", "looker"])
def test_every_door_is_closed_to_who_may_not_act(who, console):
    from django.contrib.auth.models import Permission

    from renders.models import User

    people = console.people
    render, failed = states.queued(people.workspace), states.failed(people.workspace)
    failure = RenderFailure.objects.get()
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_render", "view_renderfailure"]))
    client = Client()
    if who != "nobody":
        client.force_login(looker if who == "looker" else getattr(people, who))
    before = pipeline.snapshot()
    doors = [(verb, "render", render) for verb in ("cancel", "rerender", "retry", "prioritise")]
    doors += [(verb, "renderfailure", failure) for verb in ("resolve", "reopen")]
    for verb, noun, thing in doors:
        sent = {"id": f"{thing.pk}:1", "do": "1", "previewed": "", "priority": "high"}
        for answer in (client.post(act(verb, noun), sent), client.get(f"{act(verb, noun)}?id={thing.pk}")):
            assert answer.status_code == (403 if who == "looker" else 302), verb
            assert who == "looker" or answer["Location"].startswith("/admin/login/")
    for place in (LIST + "add/", "/admin/admin/logentry/", f"{LIST}act/report/{uuid.uuid4()}/"):
        assert client.get(place).status_code == (403 if who == "looker" else 302), place
    assert client.post(LIST + "add/", {}).status_code == (403 if who == "looker" else 302)
    assert pipeline.snapshot() == before
    assert not LogEntry.objects.exists()
    if who == "looker":
        page = client.get(LIST).content.decode()
        assert "action-select" not in page
        assert "Retry all failed" not in page
        assert (
            "act/rerender" not in client.get(reverse("admin:renders_render_change", args=[failed.pk])).content.decode()
        )


def test_a_name_is_text_in_previews_and_reports(console):
    evil = "<script>alert(1)</script>"
    first, second = states.queued(console.people.workspace, evil), states.queued(console.people.workspace, f"{evil}2")
    preview = console.post(act("cancel"), {"_selected_action": [str(first.pk), str(second.pk)]})
    report = console.post(act("cancel"), {**form_of(preview), "do": "1"}, follow=True)
    trail = console.get("/admin/admin/logentry/")
    for response in (preview, report, trail):
        page = response.content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
