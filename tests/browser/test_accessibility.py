"""axe-core over the console's pages: nothing serious, nothing critical, by day and by night."""

from __future__ import annotations

import pytest

from renders.models import RenderFailure
from tests.browser.test_console import console, ours  # noqa: F401
from tests.support import looks
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_page_has_a_serious_fault(console, site, ours):  # noqa: F811
    made = states.one_of_each(ours)
    faults = {}

    def look(path: str) -> None:
        if found := looks.faults(console):
            faults[path] = found

    everything = "&".join(f"id={render.pk}" for render in made.values())
    failure = RenderFailure.objects.get(final=True)
    acts = [f"renders/render/act/{verb}/?{everything}" for verb in ("rerender", "retry", "cancel", "prioritise")]
    shown = ("degraded", "failed", "held", "retrying", "processing")
    renders = [f"renders/render/{made[state].pk}/change/" for state in shown]
    lists = ["", "renders/render/", "renders/renderfailure/", "admin/logentry/", "renders/dailyrun/", "renders/user/"]
    forms = [f"renders/workspace/{ours.pk}/change/", f"renders/renderfailure/{failure.pk}/change/", "renders/user/add/"]
    resolving = f"renders/renderfailure/act/resolve/?id={failure.pk}"
    for path in (*lists, *forms, "renders/render/add/", resolving, *acts, *renders):
        console.goto(f"{site}/admin/{path}")
        look(path)
    console.goto(f"{site}/admin/renders/render/add/")
    console.click("[data-do]")
    console.wait_for_selector(".rh-answer-error")
    look("the form with a field that is wrong")
    console.goto(f"{site}/admin/renders/render/")
    console.check("#action-toggle")
    look("the list with rows chosen")
    console.click(".rh-choice button >> text=Cancel…")
    console.click("[data-do]")
    console.wait_for_selector("text=One by one")
    look("the report")
    console.goto(f"{site}/admin/renders/render/")
    console.click(".rh-filter-button")
    look("the list with its filters")
    console.context.clear_cookies()
    console.goto(f"{site}/admin/login/")
    look("login")
    assert faults == {}
