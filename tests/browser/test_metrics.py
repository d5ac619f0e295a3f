"""Monitoring's pages in a real browser, with a month of data: axe-core, widths, and charts that can be read."""

from __future__ import annotations

from datetime import date

import pytest

from monitoring.models import SLARecord, SLAReport
from tests.support import looks
from tests.support.month import Month

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAST = date(2026, 11, 10)
METRICS, CAUSES = "monitoring/dailystat/", "monitoring/failurecause/"


COVERED = """() => [...document.querySelectorAll(".mo-chart svg")].flatMap((svg) => {
    const boxes = [...svg.querySelectorAll("text")]
        .map((text) => [text.textContent, text.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
    return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => a.left < b.right && b.left < a.right)
        .filter(([, b]) => a.top + 3 < b.bottom && b.top + 3 < a.bottom)
        .map(([two]) => `${one} | ${two}`));
})"""


def pages() -> list[str]:
    report = SLAReport.objects.order_by("on_time", "pk").first()
    hard = SLAReport.objects.order_by("-missing").first()
    return [
        *(f"{METRICS}?span={span}&date={LAST}" for span in ("day", "week", "month")),
        f"{METRICS}?date={LAST}&provider=manim",
        f"{METRICS}?date=2021-01-01",
        f"{CAUSES}?span=90d",
        f"{CAUSES}?span=24h",
        "monitoring/slareport/",
        f"monitoring/slareport/{report.pk}/change/",
        f"monitoring/slareport/{hard.pk}/change/",
        "monitoring/slarecord/",
        f"monitoring/slarecord/{SLARecord.objects.filter(on_time=False).first().pk}/change/",
    ]


def test_every_page_is_sound_by_day_and_night_on_a_desk_and_a_phone(console, site, ours):
    """Nothing serious for axe-core, nothing wider than its window, no letters of a chart over others."""
    Month(ours, LAST, per_day=12, reports=6).plant()
    assert looks.wrong_with_pages(console, site, pages(), also=COVERED) == {}


def test_the_sidebar_leads_to_them_and_a_provider_to_its_own_figures(console, site, ours):
    Month(ours, LAST, days=8, per_day=4, reports=0).plant()
    console.goto(f"{site}/admin/")
    console.click("#nav-sidebar >> text=Metrics")
    console.wait_for_selector("h1:has-text('The 7 days to')")
    console.goto(f"{site}/admin/{METRICS}?date={LAST}")
    console.click(".mo-providers >> text=manim")
    console.wait_for_selector("h1:has-text('manim: ')")
    assert "calls of manim were answered" in console.inner_text(".rh-sentence")
    console.click("text=All providers")
    console.wait_for_selector("#stages-title")
