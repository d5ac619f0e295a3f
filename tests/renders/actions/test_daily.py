"""The day's video: one a workspace, language and day, however often it is asked for (R3)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from renderhub.lib import clock
from renders.actions import daily
from renders.actions.daily import daily_run
from renders.actions.request import RequestRefused
from renders.feeds import FeedError
from renders.models import DailyRun, Render, Workspace
from renders.pipeline.transitions import renders
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

DAY = date(2026, 3, 1)
STORIES = [
    "A telescope saw a comet break apart",
    "Engineers opened a bridge over the strait",
    "Doctors tried a malaria vaccine in Ghana",
    "A museum found a lost painting",
    "Farmers grew wheat in salty soil",
    "Sailors mapped an unknown reef",
    "Bakers won a prize for rye bread",
]


def feed(folder: Path, *, language: str = "en", entries: int = 4, name: str = "feed.json", hours_old: float = 1) -> str:
    newest = datetime(2026, 3, 1, 4, tzinfo=UTC) - timedelta(hours=hours_old)
    items = [
        {
            "id": f"{number}",
            "url": f"https://example.org/{number}",
            "title": STORIES[number],
            "content_text": f"{STORIES[number]} on Sunday. It took the people who worked at it three years to do.",
            "date_published": (newest - timedelta(minutes=number)).isoformat(),
        }
        for number in range(entries)
    ]
    path = folder / name
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "The News", "language": language}
    path.write_text(json.dumps(head | {"items": items}), encoding="utf-8")
    return str(path)


def test_it_asks_for_the_days_render_with_its_due_time(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "UTC"
    with clock.frozen(datetime(2026, 3, 1, 4, tzinfo=UTC)):
        answer = daily_run(pipeline.workspace(), feed(tmp_path), day=DAY)
    assert answer.created
    render = answer.run.render
    assert (render.job_type, render.language, render.target_date) == ("daily_ca", "en", DAY)
    assert render.due_at == datetime(2026, 3, 1, 6, tzinfo=UTC)
    assert [item["title"] for item in render.items] == STORIES[:4]
    assert render.items[0]["source"] == "The News"


def test_at_most_six_of_the_newest_are_taken(tmp_path: Path) -> None:
    render = daily_run(pipeline.workspace(), feed(tmp_path, entries=7), day=DAY).run.render
    assert [item["title"] for item in render.items] == STORIES[:6]


def test_a_day_that_is_over_has_no_deadline_any_more(tmp_path: Path) -> None:
    with clock.frozen(datetime(2026, 3, 2, tzinfo=UTC)):
        assert daily_run(pipeline.workspace(), feed(tmp_path), day=DAY).run.render.due_at is None


@pytest.mark.parametrize(("day", "utc_hour"), [(date(2026, 3, 28), 5), (date(2026, 3, 29), 4), (date(2026, 10, 25), 5)])
def test_it_is_due_at_six_by_the_wall_clock_across_dst_changes(day: date, utc_hour: int, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert daily.due_time(day).astimezone(UTC) == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)


@pytest.mark.parametrize("then", ["queued", "completed", "cancelled"])
def test_running_it_twice_creates_nothing_twice(tmp_path: Path, then: str) -> None:
    first = daily_run(pipeline.workspace(), feed(tmp_path), day=DAY)
    if then == "completed":
        pipeline.run_all()
    if then == "cancelled":
        renders.cancel(first.run.render.pk)
    again = daily_run(pipeline.workspace(), feed(tmp_path, hours_old=2), day=DAY)
    assert (again.created, again.run.pk) == (False, first.run.pk)
    assert (DailyRun.objects.count(), Render.objects.count()) == (1, 1)


def test_another_language_day_or_workspace_has_a_run_of_its_own(tmp_path: Path) -> None:
    path = feed(tmp_path)
    daily_run(pipeline.workspace(), path, day=DAY)
    assert daily_run(pipeline.workspace(), path, day=DAY, language="hi").created
    assert daily_run(pipeline.workspace(), path, day=DAY + timedelta(days=1)).created
    assert daily_run(pipeline.workspace("other"), path, day=DAY).created


def test_the_feeds_language_and_newest_day_are_taken_where_none_is_named(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "UTC"
    run = daily_run(pipeline.workspace(), feed(tmp_path, language="ru")).run
    assert (run.language, run.date) == ("ru", DAY)
    assert daily_run(pipeline.workspace(), feed(tmp_path, language="fi", hours_old=48)).run.language == "en"


@pytest.mark.parametrize(
    "content", [None, "", "no feed", '{"version": "https://jsonfeed.org/version/1.1", "items": []}']
)
def test_a_broken_or_empty_feed_is_an_error_and_stores_nothing(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "feed.json"
    if content is not None:
        path.write_text(content)
    workspace = pipeline.workspace()
    before = pipeline.snapshot()
    with pytest.raises(FeedError):
        daily_run(workspace, str(path), day=DAY)
    assert pipeline.snapshot() == before
    assert not DailyRun.objects.exists()


def test_a_feed_without_entries_of_the_week_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no entry of the 7 days before"):
        daily_run(pipeline.workspace(), feed(tmp_path, hours_old=9 * 24), day=DAY)


def test_a_render_that_is_refused_leaves_no_daily_run(tmp_path: Path) -> None:
    with pytest.raises(RequestRefused):
        daily_run(pipeline.workspace(), feed(tmp_path), day=DAY, language="xx")
    assert not DailyRun.objects.exists()


def test_a_crash_between_the_render_and_its_run_leaves_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**_: Any) -> None:
        raise RuntimeError

    workspace, path = pipeline.workspace(), feed(tmp_path)
    before = pipeline.snapshot()
    monkeypatch.setattr(DailyRun.objects, "create", crash)
    with pytest.raises(RuntimeError):
        daily_run(workspace, path, day=DAY)
    assert pipeline.snapshot() == before


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/feed", "http://169.254.169.254/latest", "file:///etc/passwd"])
def test_private_addresses_are_not_fetched(address: str) -> None:
    with pytest.raises((FeedError, OSError)):
        daily_run(pipeline.workspace(), address, day=DAY)


def test_two_feeds_of_one_name_have_workspaces_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, two = (daily.workspace_of(feed(folder)) for folder in (tmp_path, tmp_path / "other"))
    assert one != two
    assert daily.workspace_of(feed(tmp_path)) == one
    assert daily.workspace_of(None).slug == "main"
    assert Workspace.objects.filter(slug__startswith="feed-").count() == 2


@pytest.mark.parametrize("place", ["https://example.org/" + "x" * 500, "https://example.org/?q=новости", "???", "/"])
def test_any_place_has_a_workspace(place: str) -> None:
    assert daily.workspace_of(place) == daily.workspace_of(place)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_create_one(tmp_path: Path) -> None:
    workspace, path = pipeline.workspace(), feed(tmp_path)
    answers = pipeline.in_threads(*[lambda: daily_run(workspace, path, day=DAY)] * 3)
    assert sorted(answer.created for answer in answers) == [False, False, True]
    assert len({answer.run.pk for answer in answers}) == 1
    assert (DailyRun.objects.count(), Render.objects.count()) == (1, 1)
    connection.close()
