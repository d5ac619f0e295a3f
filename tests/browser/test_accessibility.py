"""axe-core over the console's pages: nothing serious, nothing critical, by day and by night; and nothing wider than its
window, on a desk and on a phone."""

from __future__ import annotations

import pytest

from renders.models import Render, RenderFailure
from tests.support import looks
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "A name that is long and has_no_place_to_break_" + "x" * 100


def test_no_page_has_a_serious_fault_or_is_too_wide(console, site, ours, settings):
    # What is published of them is looked at by others; here it need not be made.
    settings.RENDERHUB_CHAINS = states.QUICK_CHAINS
    made = states.one_of_each(ours)
    Render.objects.filter(pk=made["degraded"].pk).update(name=LONG)
    faults = {}

    def look(path: str, only: str | None = None) -> None:
        if found := looks.wrong(console, only=only):
            faults[path] = found

    everything = "&".join(f"id={render.pk}" for render in made.values())
    # For each verb one that it is done to, and one that is refused.
    several = "&".join(f"id={made[state].pk}" for state in ("queued", "failed", "completed"))
    failure = RenderFailure.objects.get(final=True)
    acts = [f"renders/render/act/{verb}/?{several}" for verb in ("retry", "cancel", "prioritise")]
    acts.append(f"renders/render/act/rerender/?{everything}")
    renders = [f"renders/render/{made[state].pk}/change/" for state in ("degraded", "failed", "processing")]
    lists = ["", "renders/render/", "renders/renderfailure/", "admin/logentry/", "renders/dailyrun/", "renders/user/"]
    forms = [f"renders/workspace/{ours.pk}/change/", f"renders/renderfailure/{failure.pk}/change/", "renders/user/add/"]
    resolving = f"renders/renderfailure/act/resolve/?id={failure.pk}"
    for path in (*lists, *forms, "renders/render/add/", resolving, *acts, *renders):
        console.goto(f"{site}/admin/{path}")
        look(path)
    for state in ("held", "retrying"):
        console.goto(f"{site}/admin/renders/render/{made[state].pk}/change/")
        look(f"what is said of one that is {state}", only=".rh-head")
    look("the sidebar", only=looks.SIDEBAR)
    console.goto(f"{site}/admin/renders/render/add/")
    console.click("[data-do]")
    console.wait_for_selector(".rh-answer-error")
    look("the form with a field that is wrong")
    console.goto(f"{site}/admin/renders/render/")
    console.check("#action-toggle")
    look("what can be done with the rows chosen", only=".rh-choice")
    console.click(".rh-choice button >> text=Cancel…")
    console.click("[data-do]")
    console.wait_for_selector("text=One by one")
    look("the report")
    console.goto(f"{site}/admin/renders/render/")
    console.click(".rh-filter-button")
    look("the filters of the list", only="#changelist-filter")
    console.context.clear_cookies()
    console.goto(f"{site}/admin/login/")
    look("login")
    assert faults == {}
