"""axe-core over the console's pages: nothing serious, nothing critical, by day and by night.

axe-core comes with the development requirements, inside the package `axe-playwright-python`.
"""

from __future__ import annotations

from importlib import resources

import pytest

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
    renders = [f"renders/render/{render.pk}/change/" for render in made.values()]
    for path in ("", "renders/render/", "renders/renderfailure/", f"renders/workspace/{ours.pk}/change/", *renders):
        console.goto(f"{site}/admin/{path}")
        console.evaluate(axe)
        if found := console.evaluate(RUN):
            faults[path] = found
    console.context.clear_cookies()
    console.goto(f"{site}/admin/login/")
    console.evaluate(axe)
    faults["login"] = console.evaluate(RUN)
    assert {path: found for path, found in faults.items() if found} == {}
