from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from renders.domain.errors import ErrorCode
from renders.models import Asset, Render, RenderLog
from tests.support import people as three
from tests.support import pipeline
from tests.support import renders_in_every_state as states
from tests.support.providers import Misbehaving

SENTENCES = {
    "queued": r"Waits for a free worker to take the script\.",
    "processing": r"At work on .+ \(fake\) for \d",
    "sleeping": r"Waiting: tries the script again at <time .+ because fake answered: Too many requests\.",
    "completed": r"Completed in .+ m?s\.",
    "degraded": r"Completed in .+ m?s; one visual is a fallback; one visual is missing\.",
    "retrying": r"Failed at composing: No answer from .+ Tries again by itself at <time .+\(requeue 1 of 3\)\.",
    "failed": r"Failed for good at script: The request was rejected by the safety system\.",
    "held": r"Made, but held for an editor: 2 narration\(s\) missing\. Goes out as it is at <time",
    "cancelled": r"Cancelled: nothing more is made of it\.",
    "rerendered": r"Completed in .+ m?s\.",
}
AT_REST = {"completed", "degraded", "failed", "cancelled", "rerendered"}


@pytest.fixture
def console(client, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.people = three.people()
    client.force_login(client.people.operator)
    Misbehaving.clear()
    return client


def address(render: Render, run: int | None = None) -> str:
    return reverse("admin:renders_render_change", args=[render.pk]) + (f"?run={run}" if run else "")


def page_of(console, render: Render, run: int | None = None) -> str:
    response = console.get(address(render, run))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_each_state_has_its_sentence_and_looks_again_unless_it_rests(console):
    for state, render in states.one_of_each(console.people.workspace).items():
        page = page_of(console, render)
        assert re.search(SENTENCES[state], page), state
        assert f'data-live="{0 if state in AT_REST else 5}"' in page, state
        assert ("<video class" in page) == (state in {"completed", "degraded", "rerendered"}), state


@pytest.mark.django_db
def test_a_completed_page_shows_video_captions_scenes_and_log(console):
    render = states.completed(console.people.workspace)
    page = page_of(console, render)
    assert f'src="{render.video_url}"' in page
    assert re.search(rf'<track kind="captions" src="{re.escape(render.captions_url)}" srclang="en"', page)
    for asset in Asset.objects.filter(render=render):
        assert f'src="/media/{render.pk}/asset/{asset.pk}"' in page
    assert page.count('<tr class="rh-log-') == RenderLog.objects.filter(render=render).count()
    assert page.count('class="rh-span"') == 7  # a bar an attempt: script, two voices, two visuals, video, publishing


@pytest.mark.django_db
def test_the_files_beside_the_video_are_offered_and_only_addresses_of_the_web_are_links(console):
    render = states.completed(console.people.workspace)
    step = render.steps.get(stage="upload", run=render.run)
    beside = {"subtitles_url": "/media/a.srt", "chapters_url": "/media/c.vtt", "karaoke_url": "javascript:alert(1)"}
    step.result = {**step.result, **beside}
    step.save(update_fields=["result"])
    page = page_of(console, render)
    assert '<track kind="chapters" src="/media/c.vtt"' in page
    assert 'href="/media/a.srt"' in page
    assert "javascript:" not in page


@pytest.mark.django_db
def test_what_fell_back_says_who_made_it_and_why(console):
    page = page_of(console, states.degraded(console.people.workspace))
    assert "made by second: drawn: PROVIDER_FAILURE: Manim left with exit code 1" in page
    assert "missing: The scene does not take this text" in page
    assert "PROVIDER_FAILURE: next provider" in page
    assert "INVALID_INPUT: left out" in page


@pytest.mark.django_db
def test_a_failure_tells_the_remedy_once_and_whether_a_retry_helps(console):
    page = page_of(console, states.failed(console.people.workspace))
    failures = page[page.index('id="failures-title"') :].split("</section>")[0]
    assert failures.count("Change the wording of the prompt") == 1
    assert "A retry alone will not help: the input has to change." in failures
    assert f"<code>manage.py rerender {Render.objects.get().pk}</code>" in page


@pytest.mark.django_db
def test_an_earlier_run_is_shown_as_it_was(console):
    render = states.rerendered(console.people.workspace)
    now, before = page_of(console, render), page_of(console, render, 1)
    assert "kept from run 1" in now
    assert "kept from run 1" not in before
    assert "This is run 1 of 2, as it was: completed" in before
    assert "<video class" not in before
    for run in ("0", "3", "x", "-1", "1e9"):
        assert console.get(f"{address(render)}?run={run}").status_code == 404


@pytest.mark.django_db
def test_the_number_of_queries_depends_on_nothing_that_the_render_holds(console):
    small = states.completed(console.people.workspace, "Short")
    large = pipeline.ask(length=180)
    Misbehaving.plan["tts"] = [states.failure(ErrorCode.INVALID_INPUT, "no") for _ in range(3)]
    pipeline.run_all()

    def queries(render: Render) -> int:
        with CaptureQueriesContext(connection) as context:
            page_of(console, render)
        return len(context)

    page_of(console, small)  # what is looked up once a process
    assert large.steps.count() > small.steps.count()
    assert queries(large) == queries(small) <= 9


@pytest.mark.django_db
def test_what_a_feed_sent_is_text_and_only_web_addresses_are_links(console):
    render = states.queued(console.people.workspace, "<img src=x onerror=alert(1)>")
    page = page_of(console, render)
    assert "<img src=x" not in page
    assert "javascript:" not in page
    assert 'href="https://example.org/en/2" rel="noopener noreferrer nofollow"' in page


@pytest.mark.django_db
def test_our_parts_of_the_page_have_no_inline_script_or_style(console):
    page = page_of(console, states.queued(console.people.workspace))
    ours = page[page.index('<main class="rh-page"') : page.index("</main>")]
    assert "<script" not in ours
    assert " style=" not in ours
    assert not re.search(r"\son[a-z]+=", ours)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["no-uuid", "00000000-0000-7000-8000-000000000000"])
def test_a_render_that_is_not_there_is_not_found(console, name):
    assert console.get(reverse("admin:renders_render_change", args=[name])).status_code == 404
