"""The form that asks for a video (R1, R4, R5, R7, R8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from renderhub.lib import clock
from renders.admin import uploads
from renders.admin.render_form import stories
from renders.models import Render, RenderRequest
from renders.source_files import SizeLimits
from tests.support import people as three
from tests.support import pipeline
from tests.support import renders_in_every_state as states

ADD = "/admin/renders/render/add/"
TEXT = "Canals are made of water. " * 20
pytestmark = pytest.mark.django_db


@pytest.fixture
def console(client, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.people = three.people()
    client.force_login(client.people.operator)
    return client


def wish(console, **more):
    return {
        **{"job_type": "topic_short", "name": "Canals", "input_text": TEXT, "style": "concise", "length": "120"},
        **{"voice": "female", "language": "hi", "aspect_ratio": "9:16", "theme": "paper", "burn_captions": "on"},
        **{"priority": "high", "workspace": str(console.people.workspace.pk), "due_at": ""},
        **more,
    }


def errors(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    assert not Render.objects.exists()
    assert not LogEntry.objects.exists()
    return {name: list(told) for name, told in response.context["form"].errors.items()}


def test_everything_that_is_chosen_is_asked_for(console):
    due = timezone.localtime(clock.now() + timedelta(hours=2)).replace(second=0, microsecond=0)
    response = console.post(ADD, wish(console, due_at=f"{due:%Y-%m-%dT%H:%M}"), follow=True)
    render = Render.objects.get()
    assert response.redirect_chain[-1][0] == f"/admin/renders/render/{render.pk}/change/"
    assert "Canals: queued." in response.content.decode()
    assert (render.name, render.style, render.length, render.voice, render.language) == (
        "Canals", "concise", 120, "female", "hi",
    )  # fmt: skip
    assert (render.aspect_ratio, render.theme, render.burn_captions, render.priority) == ("9:16", "paper", True, "high")
    assert (render.workspace, render.due_at) == (console.people.workspace, due)
    assert RenderRequest.objects.get().user == console.people.operator
    assert '"what": "request"' in LogEntry.objects.get().change_message


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(console):
    problems = errors(console.post(ADD, wish(console, input_text="", length="61", voice="robot", workspace="")))
    assert set(problems) == {"length", "voice", "workspace"}
    problems = errors(console.post(ADD, wish(console, input_text="  ")))
    assert problems == {"input_text": ["It is empty; send the question or the text that the video is to explain."]}
    response = console.post(ADD, wish(console, input_text="x" * 20_001))
    assert "20001 characters; at most 20000 are taken." in errors(response)["input_text"][0]
    page = response.content.decode()
    assert 'id="id_input_text_error"' in page
    assert "Nothing was queued: 1 field needs another look." in page


def test_a_due_time_that_is_over_is_refused(console):
    assert "That is over" in errors(console.post(ADD, wish(console, due_at="2020-01-01T06:00")))["due_at"][0]


def test_a_question_without_a_chat_provider_is_refused_in_plain_words(console, settings):
    settings.RENDERHUB_CHAINS = {**states.QUICK_CHAINS, "script_gen": ["extractive"]}
    problems = errors(console.post(ADD, wish(console, job_type="doubt", input_text="Why do canals need locks?")))
    assert "needs a chat provider, and none is configured" in problems["input_text"][0]


def test_an_open_twin_is_joined_and_said(console):
    console.post(ADD, wish(console))
    page = console.post(ADD, wish(console), follow=True).content.decode()
    assert "The same video is on its way already" in page
    assert Render.objects.count() == 1
    assert RenderRequest.objects.count() == 1


def test_a_video_that_is_made_already_is_offered_and_a_fresh_one_is_made_on_request(console):
    console.post(ADD, wish(console))
    pipeline.run_all()
    assert "The same video is made already" in console.post(ADD, wish(console), follow=True).content.decode()
    assert Render.objects.count() == 1
    console.post(ADD, wish(console, fresh="on"))
    assert Render.objects.count() == 2


def test_a_document_becomes_the_material(console):
    file = SimpleUploadedFile("../Rivers of Asia.md", f"# Rivers\n\n{TEXT}".encode(), "text/markdown")
    console.post(ADD, wish(console, input_text="", name="", source=file))
    render = Render.objects.get()
    assert (render.source_kind, render.source_name, render.name) == ("document", "Rivers of Asia.md", "Rivers of Asia")
    assert render.source_file


def test_a_file_that_cannot_be_used_is_refused_beside_its_field(console):
    file = SimpleUploadedFile("program.exe", b"MZ\x00\x00" + b"\x01" * 100)
    assert "The file is a program" in errors(console.post(ADD, wish(console, source=file)))["source"][0]


@pytest.mark.parametrize(("head", "most"), [(b"text ", 10), (b"\x00\x00\x00\x18ftypmp42", 40)])
def test_a_file_that_is_too_large_is_dropped_while_it_comes_in(console, monkeypatch, tmp_path, settings, head, most):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    limits = SizeLimits(document=10_000, image=10_000, video=400_000)
    monkeypatch.setattr(uploads, "SizeLimits", lambda: limits)
    written: list[int] = []
    receive = uploads.TemporaryFileUploadHandler.receive_data_chunk

    def counted(self, data, start):
        written.append(len(data))
        return receive(self, data, start)

    monkeypatch.setattr(uploads.TemporaryFileUploadHandler, "receive_data_chunk", counted)
    file = SimpleUploadedFile("big.bin", head + b"x" * 1_000_000)
    response = console.post(ADD, wish(console, source=file))
    assert "send a smaller one" in errors(response)["source"][0]
    assert sum(written) <= most * 10_000
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_the_token_is_checked_after_the_limits(console):
    client = Client(enforce_csrf_checks=True)
    client.force_login(console.people.operator)
    assert client.post(ADD, wish(console)).status_code == 403
    token = client.get(ADD).context["csrf_token"]
    assert client.post(ADD, wish(console, csrfmiddlewaretoken=str(token))).status_code == 302


def test_a_days_video_is_made_of_stories(console):
    text = "Canal opens\nIt is 193 km long.\n\n\nProbe speeds on\r\nIt does 17 km/s.\r\n \r\nIce melts"
    told = [(item.title, item.text) for item in stories(text)]
    assert told == [
        ("Canal opens", "It is 193 km long."), ("Probe speeds on", "It does 17 km/s."), ("Ice melts", "Ice melts"),
    ]  # fmt: skip
    console.post(ADD, wish(console, job_type="daily_ca", input_text=text))
    render = Render.objects.get()
    assert (len(render.items), render.input_text) == (3, "")
    assert render.target_date == timezone.localdate()


def test_too_many_stories_are_refused(console):
    problems = errors(console.post(ADD, wish(console, job_type="daily_ca", input_text="A story\n\n" * 7)))
    assert problems == {"input_text": ["7 stories; at most 6 are told in one video."]}
