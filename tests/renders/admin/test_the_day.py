"""Feeds, subscriptions and daily runs in the console (R3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from renderhub.lib import clock
from renders.actions import daily_rows, daily_tick
from renders.models import DailyRun, DailySubscription, Feed, RenderEvent
from tests.support import news, pipeline
from tests.support import people as three
from tests.support import renders_in_every_state as states

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _signed_in(client, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    client.force_login(three.people().operator)


def page(client, name, *args):
    answer = client.get(reverse(f"admin:renders_{name}", args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_feed_is_read_as_it_is_entered(client, tmp_path):
    path = tmp_path / "news.json"
    path.write_text(news.json_feed(news.entries(clock.now())))
    answer = client.post(
        reverse("admin:renders_feed_add"), {"title": "News", "source": str(path), "_continue": ""}, follow=True
    )
    assert "News was read: 4 entries." in answer.content.decode()
    feed = Feed.objects.get()
    assert news.STORIES[0] in page(client, "feed_change", feed.pk)
    path.write_text("no feed")
    answer = client.post(
        reverse("admin:renders_feed_changelist"), {"action": "read_now", "_selected_action": [feed.pk]}, follow=True
    )
    told = answer.content.decode()
    assert "The answer is no feed that is known." in told
    assert "Check the feed&#x27;s address." in told
    assert ">Broken<" in told
    assert LogEntry.objects.filter(change_message="Read now.", object_id=feed.pk).count() == 1
    assert RenderEvent.objects.filter(kind="feed.broken").count() == 1
    assert "What to do" in page(client, "feed_change", feed.pk)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("ftp://e.org/feed", "is not an http(s) address"),
        ("https://user:password@e.org/feed", "login"),
        ("news.xml", "whole path"),
    ],
)
def test_what_is_no_source_is_said_at_the_field(client, source, why):
    answer = client.post(reverse("admin:renders_feed_add"), {"title": "News", "source": source})
    assert why in answer.content.decode()
    assert not Feed.objects.exists()


def test_the_lists_filters_and_searches_answer(client, tmp_path):
    now = clock.now()
    well = news.feed(tmp_path, "well", news.entries(now))
    Feed.objects.create(title="broken", source="/b", broken_since=now, error="It is broken.", remedy="Mend it.")
    Feed.objects.create(title="new", source="/n")
    news.subscribe(well, since=now)
    Feed.objects.filter(pk=well.pk).update(read_at=now)
    lists = reverse("admin:renders_feed_changelist")
    for health, title in (("broken", "broken"), ("well", "well"), ("new", "new")):
        found = client.get(lists, {"health": health}).context["cl"].result_list
        assert [feed.title for feed in found] == [title]
    assert [feed.title for feed in client.get(lists, {"q": "brok"}).context["cl"].result_list] == ["broken"]
    assert "It is broken." in page(client, "feed_changelist")


def subscription_form(subscription=None, **more):
    workspace = pipeline.workspace()
    form = {"workspace": workspace.pk, "language": "en", "at": "04:00", "enabled": "on", "length": "60"}
    form |= {"style": "detailed", "voice": "default", "aspect_ratio": "16:9", "theme": "ink", "priority": "normal"}
    return form | more


def test_a_subscription_is_made_and_switched(client, tmp_path):
    feed = news.feed(tmp_path, "world", [])
    with clock.frozen(NOW):
        client.post(reverse("admin:renders_dailysubscription_add"), subscription_form(feeds=[feed.pk]))
    subscription = DailySubscription.objects.get()
    assert (subscription.at, subscription.since, list(subscription.feeds.all())) == (time(4), NOW, [feed])
    change = reverse("admin:renders_dailysubscription_change", args=[subscription.pk])
    off = subscription_form(feeds=[feed.pk], at="05:30")
    del off["enabled"]
    with clock.frozen(NOW + timedelta(days=1)):
        client.post(change, off)
    subscription.refresh_from_db()
    assert (subscription.enabled, subscription.at, subscription.since) == (False, time(5, 30), NOW)
    with clock.frozen(NOW + timedelta(days=9)):
        client.post(change, subscription_form(feeds=[feed.pk], at="05:30"))
    subscription.refresh_from_db()
    assert (subscription.enabled, subscription.since) == (True, NOW + timedelta(days=9))


def test_a_second_subscription_of_the_language_and_one_of_an_unknown_language_are_refused(client, tmp_path):
    feed = news.feed(tmp_path, "world", [])
    add = reverse("admin:renders_dailysubscription_add")
    client.post(add, subscription_form(feeds=[feed.pk]))
    assert "already exists" in client.post(add, subscription_form(feeds=[feed.pk])).content.decode()
    client.post(add, subscription_form(feeds=[feed.pk], language="xx"))
    client.post(add, subscription_form(language="hi"))
    assert DailySubscription.objects.count() == 1


@pytest.mark.parametrize(
    ("now", "at", "said"),
    [
        (NOW, time(4), "Sun 29 Mar, 04:00 (in 14 h), due 06:00"),
        (NOW, time(22), "Sat 28 Mar, 22:00 (in 9 h), due Sun 06:00"),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), time(2, 30), "Sun 29 Mar, 03:30 (in 2 h), due 06:00"),
        (datetime(2026, 3, 29, 2, 1, tzinfo=UTC), time(4), "Now: it is looked at every minute."),
    ],
)
def test_the_next_run_is_told_in_words(client, tmp_path, now, at, said):
    subscription = news.subscribe(news.feed(tmp_path, "world", []), since=NOW - timedelta(hours=2), at=at)
    with clock.frozen(now):
        assert said in page(client, "dailysubscription_changelist")
        assert said in page(client, "dailysubscription_change", subscription.pk)


def test_one_that_is_switched_off_and_one_in_trouble_say_so(client, tmp_path):
    feed = news.feed(tmp_path, "world", [])
    news.subscribe(feed, since=NOW, enabled=False, slug="off")
    news.subscribe(feed, since=NOW - timedelta(days=1), slug="on", trouble="world broke just now.")
    with clock.frozen(NOW):
        told = page(client, "dailysubscription_changelist")
    assert "Switched off: no run." in told
    assert "Now: world broke just now." in told


def test_a_run_shows_its_items_and_a_missed_one_how_to_make_it_up(client, tmp_path):
    run_at = datetime(2026, 3, 28, 3, tzinfo=UTC)
    feed = news.feed(tmp_path, "world", news.entries(run_at))
    subscription = news.subscribe(feed, since=run_at - timedelta(hours=1))
    with clock.frozen(run_at):
        daily_tick.tick()
    daily_rows.note_missed(subscription.workspace, "en", date(2026, 3, 27), "Nobody looked.")
    made, missed = DailyRun.objects.order_by("-date")
    told = page(client, "dailyrun_change", made.pk)
    assert all(story in told for story in news.STORIES[:4])
    told = page(client, "dailyrun_change", missed.pk)
    assert "Nobody looked." in told
    assert "manage.py daily_run --date 2026-03-27 --workspace test --language en" in told
    lists = reverse("admin:renders_dailyrun_changelist")
    for outcome, run in (("missed", missed), ("asked", made)):
        assert list(client.get(lists, {"outcome": outcome}).context["cl"].result_list) == [run]
    told = page(client, "dailysubscription_changelist")
    assert reverse("admin:renders_dailyrun_change", args=[made.pk]) in told
