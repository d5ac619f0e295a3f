"""Feeds, subscriptions and daily runs in a real browser: axe-core finds nothing serious, by day and by night."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renderhub.lib import clock
from renders.actions import daily_feeds, daily_rows, daily_tick
from renders.models import DailyRun, Feed
from tests.support import looks, news

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(ours, tmp_path):
    now = clock.now()
    world = news.feed(tmp_path, "World", news.entries(now - timedelta(days=1, hours=1)))
    broken = Feed.objects.create(title="Broken", source=str(tmp_path / "not-there.xml"))
    for feed in (world, broken):
        daily_feeds.read_now(feed)
    subscription = news.subscribe(world, broken, since=now)
    daily_tick.make_day([subscription], (now - timedelta(hours=1)).date())
    daily_rows.note_missed(subscription.workspace, "en", (now - timedelta(days=3)).date(), "Nobody looked.")
    lists = ["renders/feed/", "renders/dailysubscription/", "renders/dailyrun/"]
    forms = ["renders/feed/add/", "renders/dailysubscription/add/"]
    forms += [f"renders/feed/{feed.pk}/change/" for feed in (world, broken)]
    forms += [f"renders/dailysubscription/{subscription.pk}/change/"]
    return lists + forms + [f"renders/dailyrun/{run.pk}/change/" for run in DailyRun.objects.all()]


def test_no_page_has_a_serious_fault_or_is_too_wide(console, site, pages):
    assert looks.wrong_with_pages(console, site, pages) == {}
