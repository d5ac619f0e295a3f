"""What is wrong with a page as it is shown: faults that axe-core finds serious or critical, by day and by night, and
what is wider than its window, on a desk and on a phone.

axe-core comes with the development requirements, inside the package `axe-playwright-python`; the web process of the
tests serves it (`AXE_FOLDER`), so that the browser keeps it, compiled.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

AXE_FOLDER = str(resources.files("axe_playwright_python"))
_RUN = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
_COLOURS = ["color-contrast", "link-in-text-block"]
"""What the night can change of a page: everything else is the same by day."""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIDEBAR = "#nav-sidebar"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}

_passed: list[str] = []
"""The looks whose colours have passed in this process: what looks the same is not measured again."""


def wrong(page: Any, *, only: str | None = None, also: str | None = None) -> dict[str, Any]:
    """What is wrong with the page that is open, by day and by night, on a desk and on a phone.

    `only`: a part, where the rest was looked at before. `also`: a script whose answer is a fault, on either size. The
    page is looked at as it is first, and is left as it was looked at last: to dress it once more costs a tenth of all.
    """
    looks = (lambda: _faults(page, only), lambda: _too_wide(page, also))
    at_the_desk = page.viewport_size == DESK
    found: dict[str, Any] = {}
    for look in looks if at_the_desk else reversed(looks):
        found |= look()
    return found


def wrong_with_pages(page: Any, site: str, paths: Iterable[str], *, also: str | None = None) -> dict[str, Any]:
    """What is wrong with each of them, by its path; every other one is loaded by night, and on a phone."""
    found = {}
    for path in paths:
        page.goto(f"{site}/admin/{path}")
        if told := wrong(page, also=also):
            found[path] = told
    return found


def _faults(page: Any, only: str | None) -> dict[str, Any]:
    """axe-core's findings. The console's sidebar is left out: it is a third of a page, and has a look of its own."""
    where = {"include": [only]} if only else {"exclude": [SIDEBAR]}
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url="/static/axe.min.js")
    one, other = _schemes(page)
    first = _asked(page, [], where)
    page.emulate_media(color_scheme=other)
    # The console chooses its class when it is loaded; what was clicked stays.
    page.evaluate("(dark) => document.documentElement.classList.toggle('dark', dark)", other == "dark")
    second = _asked(page, _COLOURS, where)
    assert first["ground"] != second["ground"], "the page is the same by day and by night"
    return {when: found["told"] for when, found in ((one, first), (other, second)) if found["told"]}


def _schemes(page: Any) -> tuple[str, str]:
    """The one that the page is shown in, and the other."""
    dark, dressed = page.evaluate(
        "[matchMedia('(prefers-color-scheme: dark)').matches, document.documentElement.classList.contains('dark')]"
    )
    assert dark == dressed, "the page is not dressed as the browser asks"
    return ("dark", "light") if dark else ("light", "dark")


def _asked(page: Any, rules: list[str], where: dict[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_RUN, {"passed": _passed, "rules": rules, "where": where})
    _passed[:] = found["passed"]
    return found


def _too_wide(page: Any, also: str | None) -> dict[str, Any]:
    """Pixels by which the page is wider than its window, and what `also` answers."""
    found: dict[str, Any] = {}
    sizes = [("phone", PHONE), ("desk", DESK)]
    for name, size in sorted(sizes, key=lambda one: one[1] != page.viewport_size):
        page.set_viewport_size(size)
        if wider := page.evaluate(_WIDER):
            found[name] = wider
        if also and (told := page.evaluate(also)):
            found[f"also on a {name}"] = told
    return found
