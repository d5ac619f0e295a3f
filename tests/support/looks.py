"""What is wrong with a page as it is shown: faults that axe-core finds serious or critical, by day and by night, and
what is wider than its window.

axe-core comes with the development requirements, inside the package `axe-playwright-python`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

_RUN = """async ([rules, where]) => {
    const grave = ["serious", "critical"];
    // Rules that find nothing grave are not asked: they take a fifth of the time.
    const light = axe._audit.rules.filter((rule) => rule.impact && !grave.includes(rule.impact)).map((rule) => rule.id);
    const found = await axe.run(where, {
        resultTypes: ["violations"], preload: false,
        ...(rules.length ? {runOnly: {type: "rule", values: rules}}
            : {rules: Object.fromEntries(light.map((id) => [id, {enabled: false}]))})});
    return found.violations.filter((one) => grave.includes(one.impact))
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}"""
_COLOURS = ["color-contrast", "link-in-text-block"]
"""What the night can change of a page: everything else is the same by day."""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIDEBAR = "#nav-sidebar"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def faults(page: Any, *, only: str | None = None) -> dict[str, Any]:
    """axe-core's findings on the page that is open, by day and by night. `only`: a part, where the rest was looked
    at before. The console's sidebar is left out: it is a third of a page, and has a look of its own (`SIDEBAR`)."""
    where = {"include": [only]} if only else {"exclude": [SIDEBAR]}
    page.evaluate(_axe())
    day = _dress(page, "light")
    found = {"day": page.evaluate(_RUN, [[], where])}
    assert _dress(page, "dark") != day, "the page is the same by night"
    found |= {"night": page.evaluate(_RUN, [_COLOURS, where])}
    _dress(page, "light")
    return {when: told for when, told in found.items() if told}


def too_wide(page: Any) -> dict[str, int]:
    """Pixels by which the page that is open is wider than its window, on a phone and on a desk."""
    found = {}
    for name, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        if wider := page.evaluate(_WIDER):
            found[name] = wider
    return found


def _dress(page: Any, scheme: str) -> str:
    """Show the page that is open in this scheme, without loading it anew: what was clicked stays. The colour of its
    ground is answered. The console chooses its class when it is loaded."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("(dark) => document.documentElement.classList.toggle('dark', dark)", scheme == "dark")
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
