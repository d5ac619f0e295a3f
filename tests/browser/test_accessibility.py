"""axe-core over the console's pages: nothing serious, nothing critical, by day and by night.

axe-core comes with the development requirements, inside the package `axe-playwright-python`.
"""

from __future__ import annotations

from importlib import resources

import pytest

from renders.models import RenderFailure
from tests.browser.test_console import console, ours  # noqa: F401
from tests.support import renders_in_every_state as states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RUN = """async () => (await axe.run(document)).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(" | ")}`)"""


@pytest.fixture
def axe() -> str:
    package = resources.files("axe_playwright_python")
    return package.joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault(scheme, axe, console, site, ours):  # noqa: F811
    made = states.one_of_each(ours)
    console.emulate_media(color_scheme=scheme)
    faults = {}

    def look(path: str) -> None:
        console.evaluate(axe)
        if found := console.evaluate(RUN):
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
