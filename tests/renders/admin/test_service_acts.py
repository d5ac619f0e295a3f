"""A service is taken out of use and back from its page (R10, R39): by whom, when, what for; nobody else may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from renderhub.lib import clock
from renders.actions.act import perform
from renders.actions.services import TakeBack, TakeOut
from renders.models import CircuitRow, Service, User
from renders.pipeline import circuits
from tests.renders.admin.test_services import LIST, console, left_alone, service, speech  # noqa: F401
from tests.support import people as three

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("speech")]
OUT, BACK = f"{LIST}act/out/", f"{LIST}act/back/"


@pytest.fixture
def row() -> Service:
    return service("speech", stages=["tts"], primary=True)


def sent(row: Service, **more: str) -> dict[str, str]:
    """A preview's form, as a browser sends it when its button is clicked."""
    return {"id": f"{row.pk}:0", "previewed": "", "do": "1", **more}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def is_out() -> bool:
    return CircuitRow.objects.filter(provider="speech", out_since__isnull=False).exists()


def trail() -> list[str]:
    return [entry.change_message for entry in LogEntry.objects.order_by("id")]


def test_it_is_taken_out_after_its_preview_and_the_page_says_by_whom_and_what_for(console, row):  # noqa: F811
    preview = console.get(f"{OUT}?id={row.pk}").content.decode()
    assert "calls under way go on to their end. Meanwhile narration goes to espeak." in preview
    assert not is_out(), "looking does nothing"
    page = console.post(OUT, sent(row, reason="a <b>new</b> key"), follow=True).content.decode()
    assert is_out()
    shown = words(page)
    assert "1 is out of use: speech." in shown
    assert "Out of use" in shown
    assert "taken out just now by operator “a &lt;b&gt;new&lt;/b&gt; key”" in shown
    assert "Take back" in shown
    assert "Take out…" not in shown
    told = trail()[-1]
    assert '"what": "take_out"' in told
    assert "Taken out of use: a <b>new</b> key" in told
    assert LogEntry.objects.get().user.username == "operator"


def test_it_is_taken_back_by_one_click(console, row):  # noqa: F811
    console.post(OUT, sent(row))
    page = console.post(BACK, sent(row), follow=True).content.decode()
    assert not is_out()
    assert "speech is called again within 2 s" in page
    assert "All 1 services are up." in page
    assert '"what": "take_back"' in trail()[-1]


@pytest.mark.parametrize("who", ["owner", "teammate", "outsider", "staff", "nobody"])
def test_nobody_does_either_without_the_right(client, row, who):
    people = three.people()
    left_alone()
    if who == "staff":
        staff = User.objects.create_user("clerk", password="x", is_staff=True)
        staff.user_permissions.set(Permission.objects.filter(codename="view_service"))
        client.force_login(staff)
        assert "Take out…" not in client.get(LIST).content.decode()
    elif who != "nobody":
        client.force_login(getattr(people, who))
    for address in (OUT, BACK):
        assert client.get(f"{address}?id={row.pk}").status_code in (302, 403)
        answer = client.post(address, sent(row))
        assert answer.status_code == (403 if who == "staff" else 302)
        assert answer.get("Location", "/admin/login/").startswith("/admin/login/")
    assert not is_out()
    assert CircuitRow.objects.get().open_until > clock.now()
    assert trail() == []


def test_a_look_never_acts_and_nothing_is_done_to_what_was_not_named(console, row):  # noqa: F811
    assert console.get(OUT, sent(row)).status_code == 200
    assert console.post(OUT, {"do": "1", "previewed": ""}).status_code == 302
    assert console.put(OUT).status_code == 405
    assert not is_out()


def test_what_is_done_already_is_refused_and_told(console, row):  # noqa: F811
    console.post(OUT, sent(row, reason="mine"))
    page = console.post(OUT, sent(row, reason="no, mine"), follow=True).content.decode()
    assert "Not done. It is out of use already" in page
    assert CircuitRow.objects.get().out_reason == "mine"
    assert '"refused": true' in trail()[-1]


def test_a_double_click_is_one_click(console, row):  # noqa: F811
    click = sent(row, operation="0190b4a0-0000-7000-8000-000000000001")
    for _ in range(2):
        page = console.post(OUT, click, follow=True).content.decode()
        assert "Not done" not in page
    assert len(trail()) == 1


def test_what_works_on_the_workers_themselves_is_not_taken_out_here(console):  # noqa: F811
    local, database = service("espeak", stages=["tts"]), service("database", primary=True)
    assert "Take out…" not in console.get(LIST).content.decode()
    for one in (local, database):
        page = console.post(OUT, sent(one), follow=True).content.decode()
        assert "Not done. It is not called over a network" in page
    assert not CircuitRow.objects.exists()


@pytest.mark.parametrize(
    ("chain", "said"), [(["speech"], "Nobody else does narration: renders wait for it"), (["speech", "espeak"], "")]
)
def test_it_is_foreseen_who_does_the_work_meanwhile(console, row, settings, chain, said):  # noqa: F811
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": chain}
    page = console.get(f"{OUT}?id={row.pk}").content.decode()
    assert ("Nobody else does" in page) is bool(said)
    assert said in page


def test_others_that_are_out_do_not_count(row, settings):
    settings.RENDERHUB_PROVIDERS |= {"other": settings.RENDERHUB_PROVIDERS["speech"]}
    settings.RENDERHUB_CHAINS = {**settings.RENDERHUB_CHAINS, "tts": ["other", "speech"], "music": ["speech"]}
    [line] = perform(TakeOut(), [(service("other"), None)], by=None)
    assert not line.refused
    warning = TakeOut().foresee([row])[row.pk].warning
    assert "Nobody else does narration" in warning
    assert "Videos are made without music." in warning


class TestWhatIsLeftAlone:
    def test_it_is_tried_at_once_by_one_click(self, console, row):  # noqa: F811
        left_alone()
        assert "Try now" in console.get(LIST).content.decode()
        page = console.post(BACK, sent(row), follow=True).content.decode()
        assert "one call tries it now" in page
        assert CircuitRow.objects.get().open_until <= clock.now()

    def test_one_that_is_down_or_pauses_too(self, console, row):  # noqa: F811
        for ill in ("down", "paused"):
            if ill == "down":
                Service.objects.update(status="down")
            else:
                Service.objects.update(status="up")
                CircuitRow.objects.update_or_create(
                    provider="speech", defaults={"limited_until": clock.now() + timedelta(days=1)}
                )
            assert "Try now" in console.get(LIST).content.decode(), ill
            console.post(BACK, sent(row))
            assert "Try now" not in console.get(LIST).content.decode(), ill

    def test_what_nothing_keeps_from_being_called_is_refused(self, console, row):  # noqa: F811
        page = console.post(BACK, sent(row), follow=True).content.decode()
        assert "Not done. It is in use" in page
        assert TakeBack().foresee([row])[row.pk].refused


class TestCommand:
    def test_it_does_the_same_and_is_written_down(self, row, capsys):
        call_command("service", "speech", "out", "--reason", "night shift")
        assert CircuitRow.objects.values_list("out_by", "out_reason").get() == ("command-line", "night shift")
        circuits.board.forget()
        call_command("service", "speech", "back")
        assert not is_out()
        assert "speech is called again within 2 s" in capsys.readouterr().out
        assert [entry.user.username for entry in LogEntry.objects.all()] == ["command-line"] * 2

    def test_what_cannot_be_done_is_an_error(self, row):
        with pytest.raises(CommandError, match="It is in use"):
            call_command("service", "speech", "back")
        with pytest.raises(CommandError, match=r"There is no service 'spech'\. There are: speech"):
            call_command("service", "spech", "out")
