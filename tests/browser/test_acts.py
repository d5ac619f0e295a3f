"""An operator at work in a real browser: what is previewed, done and told (R60 to R62)."""

from __future__ import annotations

import pytest

from renders.actions.cancel import cancel
from renders.models import Render
from tests.browser.test_console import open_render
from tests.support import pipeline
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _quick(settings, ours) -> None:
    settings.RENDERHUB_CHAINS = states.QUICK_CHAINS


def hurry(page) -> None:
    """Look again soon; the page itself waits five seconds."""
    page.evaluate("document.querySelector('[data-live]').dataset.live = '0.2'")
    page.evaluate("document.querySelectorAll('[data-live-toggle]').forEach((one) => { one.click(); one.click(); })")


def row(page, name: str):
    return page.locator("#result_list tr.data-row", has_text=name)


def test_a_render_is_run_again_by_click_after_its_preview(console, site, ours):
    render = states.completed(ours, "Locks")
    open_render(console, site, render)
    console.click("text=Re-render…")
    assert "Keeps nothing; makes everything" in console.inner_text(".rh-foreseen")
    console.select_option("[name=from_stage]", "revideo")
    console.wait_for_selector("text=makes again the composing and the publishing")
    assert Render.objects.get().run == 1, "looking does nothing"
    console.dblclick("[data-do]")
    console.wait_for_selector("text=Run 2 queued, from composing on.")
    assert "Waits for a free worker to take composing" in console.inner_text(".rh-sentence")
    render.refresh_from_db()
    assert (render.status, render.run) == ("queued", 2)
    spoken = pipeline.calls("tts")
    pipeline.run_all()
    assert pipeline.calls("tts") == spoken, "what was kept is not made again"


def test_what_waits_is_cancelled_from_the_list_by_keyboard(console, site, ours):
    states.queued(ours, "Stays")
    goes = states.queued(ours, "Goes")
    console.goto(f"{site}/admin/renders/render/")
    console.focus(f"input.action-select[value='{goes.pk}']")
    console.keyboard.press("Space")
    assert console.inner_text("[data-chosen-count]") == "1 of 2 on this page"
    for _ in range(40):
        console.keyboard.press("Tab")
        if console.evaluate("document.activeElement.textContent.trim()") == "Cancel…":
            break
    assert console.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    console.keyboard.press("Enter")
    console.wait_for_selector("[data-do]")
    console.focus("[data-do]")
    console.keyboard.press("Enter")
    console.wait_for_selector("text=Cancelled.")
    assert dict(Render.objects.values_list("name", "status")) == {"Stays": "queued", "Goes": "cancelled"}


def test_several_are_acted_on_and_told_one_by_one(console, site, ours):
    states.completed(ours, "Made")
    states.queued(ours, "Waiting")
    console.goto(f"{site}/admin/renders/render/")
    console.check("#action-toggle")
    console.click(".rh-choice button >> text=Re-render…")
    assert "This will be done to 1 render. 1 is refused" in console.inner_text(".rh-sentence")
    console.click("[data-do]")
    console.wait_for_selector("text=Done to 1 render. 1 was refused.")
    assert "It is queued already" in console.inner_text(".rh-foreseen .rh-refused")


def test_a_field_that_is_wrong_is_found_and_put_right(console, site, ours):
    console.goto(f"{site}/admin/renders/render/add/")
    console.fill("[name=name]", "Locks")
    console.fill("[name=input_text]", " ")
    console.click("[data-do]")
    console.wait_for_selector(".rh-answer-error")
    assert console.evaluate("document.activeElement.hasAttribute('data-first-look')"), "it is read out first"
    assert "It is empty" in console.inner_text("#id_input_text_error")
    assert "id_input_text_error" in console.get_attribute("[name=input_text]", "aria-describedby")
    console.click(".rh-error-links a")
    assert console.evaluate("document.activeElement.name") in ("input_text", "")
    assert console.input_value("[name=name]") == "Locks"
    console.fill("[name=input_text]", "A lock lifts a ship from one water to another. " * 10)
    console.click("[data-do]")
    console.wait_for_selector("text=Locks: queued.")
    assert Render.objects.get().name == "Locks"


def test_the_list_follows_its_renders_and_keeps_focus_and_scroll(console, site, ours):
    for number in range(30):
        states.queued(ours, f"Film {number}")
    render = Render.objects.get(name="Film 3")
    console.goto(f"{site}/admin/renders/render/")
    link = row(console, "Film 3").last.locator("a").first
    link.focus()
    console.evaluate("window.scrollTo(0, 400)")
    before = console.evaluate("window.scrollY")
    focused = console.evaluate("document.activeElement.href")
    assert str(render.pk) in focused
    cancel(render.pk)
    hurry(console)
    console.wait_for_selector("#result_list .rh-status-cancelled")
    assert console.evaluate("document.activeElement.href") == focused
    assert console.evaluate("window.scrollY") == before


def test_the_list_waits_while_rows_are_chosen(console, site, ours):
    render = states.queued(ours, "Chosen")
    console.goto(f"{site}/admin/renders/render/")
    console.check("input.action-select[value]")
    hurry(console)
    console.wait_for_selector("[data-live-state]:has-text('rows are chosen')")
    cancel(render.pk)
    console.wait_for_timeout(600)
    assert console.locator("#result_list .rh-status-cancelled").count() == 0
    assert console.is_checked(f"input.action-select[value='{render.pk}']")
    console.keyboard.press("Escape")
    console.wait_for_selector("#result_list .rh-status-cancelled")
    states.queued(ours, "Came later")
    console.wait_for_selector("#result_list >> text=Came later")
    console.check("#action-toggle")
    assert console.inner_text("[data-chosen-count]") == "2 of 2 on this page"


def test_a_player_goes_on_while_its_page_follows_a_new_run(console, site, ours, settings):
    settings.RENDERHUB_CHAINS = states.CHAINS
    render = states.completed(ours)
    open_render(console, site, render)
    console.click("text=Re-render…")
    console.click("[data-do]")
    console.wait_for_selector("text=Run 2 queued.")
    console.evaluate("(window.player = document.querySelector('video.rh-video')).play()")
    console.evaluate("window.player.loop = true")  # it is short, and must not end by itself
    console.wait_for_function("window.player.currentTime > 0.2")
    hurry(console)
    pipeline.run_one()
    console.wait_for_selector(".rh-stage-done")
    assert console.evaluate("document.querySelector('video.rh-video') === window.player && !window.player.paused")


def test_it_works_on_a_phone_with_a_thumb(console, site, ours):
    states.queued(ours, "Small screens")
    console.set_viewport_size({"width": 390, "height": 844})
    console.goto(f"{site}/admin/renders/render/")
    console.check("input.action-select[value]")
    small = """() => [...document.querySelectorAll(
            '.rh-choice button, .rh-list-actions a, .rh-strip-link, .rh-filter-button')]
        .map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    assert console.evaluate(small) == []
    cell = console.locator("td:has(> input.action-select)").bounding_box()
    assert min(cell["width"], cell["height"]) >= 44
    console.click(".rh-choice button >> text=Change priority…")
    console.wait_for_selector("[data-do]")
    assert console.locator("[data-do]").bounding_box()["height"] >= 44
    console.click("[data-do]")
    console.wait_for_selector("text=Priority changed from normal to high.")
    for path in ("add/", "act/retry/", f"act/rerender/?id={Render.objects.get().pk}"):
        console.goto(f"{site}/admin/renders/render/{path}")
        wider = console.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, path


def test_the_list_and_its_acts_work_without_scripts(browser, console, site, ours):
    states.queued(ours, "Plain")
    context = browser.new_context(java_script_enabled=False, storage_state=console.context.storage_state())
    page = context.new_page()
    page.goto(f"{site}/admin/renders/render/")
    page.check("input.action-select")
    page.click(".rh-choice button >> text=Change priority…")
    page.select_option("[name=priority]", "low")
    page.click("[data-update]")
    page.click("[data-do]")
    page.wait_for_selector("text=Priority changed from normal to low.")
    assert Render.objects.get().priority == "low"
    context.close()
