"""The pages of alerts in a real browser: nothing too wide, nothing serious for axe-core, the buttons as clicked."""

from __future__ import annotations

import pytest

from alerts.models import Alert, Channel, Delivery
from tests.alerts.conftest import fakes, no_bell, slack  # noqa: F401
from tests.browser.conftest import signed_in
from tests.support import alerts_in_every_state as states
from tests.support import looks
from tests.support import people as three

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def console(page, site, slack, fakes):  # noqa: F811
    three.people()
    states.one_of_each(slack)
    return signed_in(page, site)


def addresses() -> list[str]:
    lists = ["alert/", "channel/", "delivery/", "channel/add/"]
    lists += [f"alert/{states.opened(kind).pk}/change/" for kind in ("render_failed", "below_target")]
    lists += [f"channel/{pk}/change/" for pk in Channel.objects.filter(name="#old-room").values_list("pk", flat=True)]
    failed = Delivery.objects.filter(state="failed").values_list("pk", flat=True)
    return [*lists, *[f"delivery/{pk}/change/" for pk in failed[:1]]]


def test_no_page_has_a_serious_fault_or_is_too_wide(console, site):
    pages = [f"alerts/{path}" for path in addresses()]
    assert looks.wrong_with_pages(console, site, pages) == {}


def test_a_channel_is_tested_and_an_alert_resolved_by_click(console, site, slack):  # noqa: F811
    channel = Channel.objects.get(name="#old-room")
    console.goto(f"{site}/admin/alerts/channel/{channel.pk}/change/")
    Channel.objects.update(free_at=None)
    slack.plan = []
    console.click("text=Send a test")
    console.wait_for_selector("text=Sent. The answer: 200 ok")
    alert = states.opened("render_failed")
    console.goto(f"{site}/admin/alerts/alert/{alert.pk}/change/")
    console.fill("#note", "Restarted it.")
    console.click("button:text('Resolve')")
    console.wait_for_selector("text=Resolved by operator: Restarted it.")
    assert Alert.objects.get(pk=alert.pk).state == "resolved"
