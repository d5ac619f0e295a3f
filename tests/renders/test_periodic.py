from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django_celery_beat.models import PeriodicTask

from renderhub.lib import clock
from renderhub.lib.queues import Queue
from renders import periodic
from renders.actions import daily_feeds
from renders.media.cache import FolderCache, key_of
from renders.models import RenderEvent, RenderLog
from tests.support import news, pipeline

pytestmark = pytest.mark.django_db


def test_it_drops_old_logs_in_batches_and_keeps_the_young(settings, monkeypatch):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = pipeline.FAKES, pipeline.FAKE_CHAINS
    monkeypatch.setattr(periodic, "_BATCH", 3)
    render = pipeline.ask()
    old, young = clock.now() - timedelta(days=91), clock.now() - timedelta(days=89)
    for moment in [old] * 7 + [young] * 2:
        RenderLog.objects.create(render=render, run=1, step_name="tts", status="started", created_at=moment)
        RenderEvent.objects.create(render=render, run=1, kind="render.test", created_at=moment)
    # The rows of the request itself came first by id, but are young: they must not hide the old ones for ever.
    RenderEvent.objects.filter(kind="render.queued").delete()
    assert periodic.prune() == 14
    assert RenderLog.objects.filter(created_at__lt=young).count() == 0
    assert RenderLog.objects.count() == 2
    assert RenderEvent.objects.count() == 2


def test_items_that_no_feed_has_had_for_long_go_with_their_uses(tmp_path, monkeypatch):
    monkeypatch.setattr(periodic, "_BATCH", 2)
    feed = news.feed(tmp_path, "world", news.entries(clock.now(), news.STORIES[:5]))
    daily_feeds.read_now(feed)
    feed.items.exclude(title=news.STORIES[0]).update(seen_at=clock.now() - timedelta(days=91))
    assert periodic.prune() == 4
    assert feed.items.get().title == news.STORIES[0]


def test_beats_entry_is_in_the_database_and_its_message_is_short_lived():
    # Tests with transactions of their own empty the tables: what the migration does is done again.
    import_module("renders.migrations.0005_feeds_and_subscriptions").schedule(apps, None)
    entry = PeriodicTask.objects.get(task="renders.daily")
    assert (entry.enabled, entry.queue, entry.expire_seconds) == (True, Queue.CONTROL, 55)
    assert str(entry.crontab).startswith("* * * * *")
    assert periodic.daily.expires == 55


@pytest.mark.django_db(transaction=True)
def test_beats_task_makes_what_is_owed(settings, tmp_path):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = pipeline.FAKES, pipeline.FAKE_CHAINS
    run_at = datetime(2026, 3, 10, 4, tzinfo=UTC)
    news.subscribe(news.feed(tmp_path, "world", news.entries(run_at)), since=run_at)
    with clock.frozen(run_at):
        assert [periodic.daily(), periodic.daily()] == [1, 0]


def test_it_keeps_the_pieces_of_video_under_their_quota(settings, tmp_path):
    settings.RENDERHUB_CACHE, settings.RENDERHUB_CACHE_MB = str(tmp_path / "cache"), 1
    cache = FolderCache(tmp_path / "cache")
    for number in range(3):
        piece = tmp_path / f"{number}.h264"
        piece.write_bytes(bytes([number]) * 600_000)
        cache.put(key_of(number), piece)
        kept = cache.get(key_of(number))
        os.utime(kept, (1_000_000 + number, 1_000_000 + number))
    assert periodic.prune_cache() == 1_200_000
    assert [cache.get(key_of(number)) is not None for number in range(3)] == [False, False, True]
