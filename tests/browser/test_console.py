"""The console in a real browser: what no other test can see."""

from __future__ import annotations

import pytest

from renders.models import Render
from tests.support import people as three
from tests.support import pipeline
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_render(page, site, render: Render) -> None:
    page.goto(f"{site}/admin/renders/render/{render.pk}/change/")


def test_one_signs_in_by_the_form(page, site, ours):
    page.goto(f"{site}/admin/renders/render/")
    page.fill("[name=username]", "operator")
    page.fill("[name=password]", three.PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_selector("nav.rh-strip")


def test_the_video_of_a_completed_render_plays_with_sound_and_captions(console, site, ours):
    render = states.completed(ours)
    console.goto(f"{site}/admin/renders/render/")
    console.click(f"text={render.name}")
    console.wait_for_selector("video.rh-video")
    assert "Completed in" in console.inner_text(".rh-sentence")
    played = console.evaluate(
        """async () => {
            const video = document.querySelector("video.rh-video");
            const track = document.querySelector("video.rh-video track");
            track.track.mode = "showing";
            await video.play();
            const from = video.currentTime;
            const until = (good) => new Promise((done, fail) => {
                const limit = setTimeout(() => fail(new Error(`waited in vain for ${good}`)), 15000);
                const look = () => good() ? (clearTimeout(limit), done()) : requestAnimationFrame(look);
                look();
            });
            await until(() => video.currentTime > from + 0.3);
            await until(() => track.readyState === 2);
            const heard = video.webkitAudioDecodedByteCount;
            video.pause();
            video.currentTime = 3;
            await until(() => !video.seeking && video.currentTime === 3);
            return {width: video.videoWidth, height: video.videoHeight, duration: video.duration, heard,
                    cues: [...track.track.cues].map((cue) => cue.text), seekable: video.seekable.end(0)};
        }"""
    )
    assert (played["width"], played["height"]) == (640, 360)
    assert played["duration"] == pytest.approx(4, abs=0.1)
    assert played["seekable"] == pytest.approx(4, abs=0.1)
    assert played["heard"] > 0
    assert len(played["cues"]) == 4
    assert played["cues"][0] == "Here are three stories that are worth a minute."
    pictures = "() => [...document.querySelectorAll('.rh-picture img')].map((img) => (img.loading = 'eager', img))"
    console.evaluate(pictures)
    console.wait_for_function(
        "[...document.querySelectorAll('.rh-picture img')].every((img) => img.naturalWidth === 640)"
    )


def test_a_page_follows_its_render_and_keeps_the_focus(console, site, ours):
    render = states.queued(ours)
    open_render(console, site, render)
    assert "Waits for a free worker" in console.inner_text(".rh-sentence")
    console.evaluate("document.querySelector('[data-live]').dataset.live = '0.2'")
    console.focus(".rh-copy")
    pipeline.run_all()
    console.click("[data-live-toggle]")
    console.focus(".rh-copy")
    console.evaluate("document.querySelector('[data-live-toggle]').click()")
    console.wait_for_selector("video.rh-video")
    assert "Completed in" in console.inner_text(".rh-sentence")
    assert console.evaluate("document.activeElement.className") == "rh-copy"
    console.wait_for_selector(".rh-live", state="hidden")


def test_times_are_told_in_the_viewers_zone(console, site, ours):
    render = states.retrying(ours)
    render.refresh_from_db()
    open_render(console, site, render)
    there = console.evaluate(
        "(iso) => new Date(iso).toLocaleTimeString('en-GB', {timeZone: 'Europe/Berlin'})", render.wake_at.isoformat()
    )
    assert f"Tries again by itself at {there}" in console.inner_text(".rh-sentence")


def test_filters_open_and_close_by_keyboard(console, site, ours):
    states.queued(ours)
    console.goto(f"{site}/admin/renders/render/")
    console.focus(".rh-filter-button")
    console.keyboard.press("Enter")
    console.wait_for_function("document.activeElement.closest('#changelist-filter') !== null")
    console.keyboard.press("Escape")
    console.wait_for_function("document.activeElement.classList.contains('rh-filter-button')")
