"""The day by itself: every run that is owed is made, once, or noted as missed, once (R3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from renderhub.lib import clock
from renders import feeds
from renders.actions import daily_feeds, daily_run_of, daily_tick
from renders.actions.daily_tick import NOBODY_LOOKED, tick
from renders.models import DailyRun, DailySubscription, Feed, FeedItemUse, Render, RenderEvent
from tests.support import news, pipeline
from tests.support.news import STORIES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 10)
RUN = datetime(2026, 3, 10, 4, tzinfo=BERLIN)
BEFORE = RUN - timedelta(hours=20)
"""When the subscriptions were made: the first run is RUN's."""


@pytest.fixture(autouse=True)
def _berlin(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


def tick_at(moment: datetime) -> daily_tick.Told:
    with clock.frozen(moment.astimezone(UTC)):
        return tick()


def kinds() -> list[str]:
    return [kind for kind in RenderEvent.objects.order_by("id").values_list("kind", flat=True) if "render." not in kind]


def titles(render: Render | None) -> list[str]:
    assert render is not None
    return [item["title"] for item in render.items]


def simple(tmp_path: Path, **more: Any) -> DailySubscription:
    return news.subscribe(news.feed(tmp_path, "world", news.entries(RUN - timedelta(hours=1))), since=BEFORE, **more)


def test_the_run_is_made_when_its_hour_has_come_and_not_before(tmp_path: Path) -> None:
    subscription = simple(tmp_path, length=120, voice="female", theme="paper", priority="high", style="concise")
    assert not tick_at(RUN - timedelta(seconds=1)).made
    assert not Render.objects.exists()
    [made] = tick_at(RUN).made
    run = DailyRun.objects.get()
    render = run.render
    assert render is not None
    assert (made.run, run.date, run.language, run.source) == (run, DAY, "en", "world")
    assert titles(render) == list(STORIES[:4])
    assert (render.target_date, render.due_at) == (DAY, datetime(2026, 3, 10, 5, tzinfo=UTC))
    assert (render.length, render.voice, render.theme, render.priority) == (120, "female", "paper", "high")
    assert (render.name, render.style, render.job_type) == ("The News, 2026-03-10", "concise", "daily_ca")
    assert FeedItemUse.objects.filter(run=run, workspace=subscription.workspace, language="en").count() == 4


def test_looking_again_makes_nothing_twice(tmp_path: Path) -> None:
    simple(tmp_path)
    for minute in range(5):
        tick_at(RUN + timedelta(minutes=minute))
    assert (DailyRun.objects.count(), Render.objects.count(), FeedItemUse.objects.count()) == (1, 1, 4)


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_make_it_once(tmp_path: Path) -> None:
    simple(tmp_path)
    with clock.frozen(RUN.astimezone(UTC)):
        answers = pipeline.in_threads(*[tick] * 3)
    assert [error for error in answers if isinstance(error, BaseException)] == []
    assert (DailyRun.objects.count(), Render.objects.count(), FeedItemUse.objects.count()) == (1, 1, 4)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_and_no_lock_is_open_while_a_feed_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple(tmp_path)
    asking, real, seen = connections["default"], feeds.read, []

    def read(*words: Any, **more: Any) -> Any:
        seen.append(asking.in_atomic_block)  # of the thread that asked for it, not of this one
        return real(*words, **more)

    monkeypatch.setattr(feeds, "read", read)
    tick_at(RUN)
    assert seen == [False]


@pytest.mark.parametrize(("late", "is_late"), [(timedelta(hours=1), False), (timedelta(hours=5), True)])
def test_a_run_that_was_missed_is_made_up_for_within_the_grace(tmp_path: Path, late: timedelta, is_late: bool) -> None:
    """Beat was away: what it makes is what it would have made in time, due when it was due."""
    world = news.feed(
        tmp_path, "world", news.entries(RUN + timedelta(minutes=30), ["Too new"]) + news.entries(RUN, first=9)
    )
    news.subscribe(world, since=BEFORE)
    [made] = tick_at(RUN + late).made
    render = made.run.render
    assert render is not None
    assert titles(render) == list(STORIES[:4])
    assert render.due_at == datetime(2026, 3, 10, 5, tzinfo=UTC)
    assert (render.due_at < RUN + late) is is_late


def test_a_run_past_its_grace_is_missed_and_told_once(tmp_path: Path) -> None:
    subscription = simple(tmp_path)
    for minutes in (1, 2, 600):
        tick_at(RUN + timedelta(hours=5, minutes=minutes))
    run = DailyRun.objects.get(date=DAY)
    assert (run.render, run.missed) == (None, NOBODY_LOOKED)
    event = RenderEvent.objects.get(kind="daily.missed")
    assert event.data == {"workspace": "test", "language": "en", "date": "2026-03-10", "why": NOBODY_LOOKED}
    assert event.render is None
    # A person makes it up.
    with clock.frozen((RUN + timedelta(hours=9)).astimezone(UTC)):
        told = daily_tick.make_day([subscription], DAY)
    assert [made.created for made in told.made] == [True]
    run.refresh_from_db()
    assert (run.missed, titles(run.render)) == ("", list(STORIES[:4]))
    assert run.render is not None
    assert run.render.due_at is None, "a day that is over has no deadline any more"


def test_beat_away_for_days_notes_each_day_and_makes_todays(tmp_path: Path) -> None:
    simple(tmp_path)
    DailySubscription.objects.update(since=RUN - timedelta(days=20))
    tick_at(RUN + timedelta(hours=1))
    missed = DailyRun.objects.filter(render__isnull=True).order_by("date").values_list("date", flat=True)
    assert list(missed) == [DAY - timedelta(days=back) for back in range(7, 0, -1)]
    assert DailyRun.objects.get(date=DAY).render is not None
    assert kinds().count("daily.missed") == 7


def test_a_new_subscription_starts_with_its_next_run(tmp_path: Path) -> None:
    news.subscribe(news.feed(tmp_path, "world", news.entries(RUN)), since=RUN + timedelta(minutes=1))
    tick_at(RUN + timedelta(hours=1))
    tick_at(RUN + timedelta(hours=20))
    assert not DailyRun.objects.exists()
    tick_at(RUN + timedelta(days=1))
    assert DailyRun.objects.get().date == DAY + timedelta(days=1)


def test_one_that_is_switched_off_has_no_runs_and_misses_none(tmp_path: Path) -> None:
    simple(tmp_path, enabled=False)
    tick_at(RUN)
    tick_at(RUN + timedelta(days=2))
    assert not DailyRun.objects.exists()


@pytest.mark.parametrize(
    ("day", "at", "begins", "due"),
    [
        (date(2026, 3, 28), time(4), "2026-03-28T03:00", "2026-03-28T05:00"),
        (date(2026, 3, 29), time(4), "2026-03-29T02:00", "2026-03-29T04:00"),
        (date(2026, 3, 29), time(2, 30), "2026-03-29T01:30", "2026-03-29T04:00"),  # an hour that is skipped
        (date(2026, 10, 25), time(2, 30), "2026-10-25T00:30", "2026-10-25T05:00"),  # one that comes twice
        (date(2026, 10, 25), time(4), "2026-10-25T03:00", "2026-10-25T05:00"),
        (date(2026, 3, 10), time(22), "2026-03-10T21:00", "2026-03-11T05:00"),  # due the next morning
        (date(2026, 3, 28), time(22), "2026-03-28T21:00", "2026-03-29T04:00"),
        (date(2026, 3, 10), time(6), "2026-03-10T05:00", "2026-03-11T05:00"),
    ],
)
def test_hours_are_those_of_the_wall_clock_and_come_once_a_day(
    tmp_path: Path, day: date, at: time, begins: str, due: str
) -> None:
    run_at = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    news.subscribe(news.feed(tmp_path, "world", news.entries(run_at)), since=run_at - timedelta(hours=20), at=at)
    midnight = datetime.combine(day, time(0), BERLIN).astimezone(UTC)
    first = None
    for minutes in range(0, 24 * 60, 30):
        moment = midnight + timedelta(minutes=minutes)
        if tick_at(moment).made and first is None:
            first = moment
    assert first == run_at
    run = DailyRun.objects.get(date=day)
    assert run.render is not None
    assert run.render.due_at == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_an_item_is_used_once_per_workspace_and_language(tmp_path: Path) -> None:
    world = news.feed(tmp_path, "world", news.entries(RUN - timedelta(hours=1), STORIES[:3]))
    for slug in ("one", "two"):
        news.subscribe(world, since=BEFORE, slug=slug)
    tick_at(RUN)
    fresh = news.entries(RUN + timedelta(hours=20), STORIES[3:6], first=10)
    again = news.entries(RUN + timedelta(hours=19), STORIES[:3], first=50)  # the same stories under other names
    news.rewrite(world, fresh + again + news.entries(RUN - timedelta(hours=1), STORIES[:3]))
    tick_at(RUN + timedelta(days=1))
    for slug in ("one", "two"):
        runs = DailyRun.objects.filter(workspace__slug=slug).order_by("date")
        assert [titles(run.render) for run in runs] == [list(STORIES[:3]), list(STORIES[3:6])]
    other = news.subscribe(world, since=BEFORE, slug="one", language="hi")
    with clock.frozen((RUN + timedelta(days=1)).astimezone(UTC)):
        [made] = daily_tick.make_day([other], DAY).made
    assert titles(made.run.render) == list(STORIES[:3]), "in another language they are news still"


def test_the_window_is_widened_where_too_little_is_new(tmp_path: Path) -> None:
    items = news.entries(RUN - timedelta(hours=1), STORIES[:1])
    items += news.entries(RUN - timedelta(hours=50), STORIES[1:4], first=5)
    news.subscribe(news.feed(tmp_path, "world", items), since=BEFORE)
    [made] = tick_at(RUN).made
    assert titles(made.run.render) == list(STORIES[:4])
    assert "widened from 24 to 72 hours" in made.run.note


def test_feeds_that_number_their_items_alike_do_not_hide_each_others(tmp_path: Path) -> None:
    one = news.feed(tmp_path, "one", news.entries(RUN - timedelta(hours=1), STORIES[:2]), "One")
    two = news.feed(tmp_path, "two", news.entries(RUN - timedelta(hours=2), STORIES[2:4]), "Two")
    news.subscribe(one, two, since=BEFORE)
    [made] = tick_at(RUN).made
    assert titles(made.run.render) == list(STORIES[:4])
    assert made.run.source == "one, two"
    assert made.run.render is not None
    assert made.run.render.name == "test, 2026-03-10", "of several publishers the workspace's name is the title"


def test_items_without_a_date_are_as_old_as_our_knowledge_of_them(tmp_path: Path) -> None:
    items = [item | {"date_published": ""} for item in news.entries(RUN, STORIES[:8])]
    world = news.feed(tmp_path, "world", items)
    news.subscribe(world, since=BEFORE)
    [made] = tick_at(RUN + timedelta(minutes=3)).made
    assert titles(made.run.render) == list(STORIES[:6]), "in the feed's own order"
    assert made.run.render is not None
    assert made.run.render.items[0]["published"] == ""
    news.rewrite(world, [item | {"date_published": ""} for item in news.entries(RUN, STORIES[8:10], first=30)] + items)
    [made] = tick_at(RUN + timedelta(days=1)).made
    assert titles(made.run.render) == [*STORIES[8:10], *STORIES[6:8]]


def test_an_items_date_keeps_its_publishers_zone(tmp_path: Path) -> None:
    items = news.entries(RUN, STORIES[:1])
    items[0]["date_published"] = "2026-03-10T07:45:00+05:30"
    news.subscribe(news.feed(tmp_path, "world", items), since=BEFORE)
    [made] = tick_at(RUN).made
    assert made.run.render is not None
    assert made.run.render.items[0]["published"] == "2026-03-10T07:45:00+05:30"


class TestBrokenFeeds:
    @pytest.fixture
    def pair(self, tmp_path: Path) -> tuple[Feed, Feed]:
        well = news.feed(tmp_path, "well", news.entries(RUN - timedelta(hours=1), STORIES[:3]), "Well")
        broken = news.feed(tmp_path, "broken", news.entries(RUN - timedelta(hours=2), STORIES[3:5]), "Broken")
        news.subscribe(well, broken, since=BEFORE)
        return well, broken

    @pytest.mark.parametrize(
        "content", ["", "no feed at all", news.json_feed([])], ids=["empty", "no feed", "no items"]
    )
    def test_the_others_count_and_it_is_told_once(self, pair: tuple[Feed, Feed], content: str) -> None:
        _, broken = pair
        news.rewrite(broken, content)
        waiting = tick_at(RUN)
        assert not waiting.made
        assert "broke just now" in waiting.waiting[0][1]
        assert DailySubscription.objects.get().trouble == waiting.waiting[0][1]
        assert not tick_at(RUN + timedelta(minutes=5)).made
        [made] = tick_at(RUN + timedelta(minutes=10)).made
        assert titles(made.run.render) == list(STORIES[:3])
        broken.refresh_from_db()
        assert made.run.note == f"broken could not be read: {broken.error}"
        assert broken.broken_since == RUN
        assert broken.tried_at == RUN + timedelta(minutes=10)
        assert broken.error
        assert broken.remedy
        assert DailySubscription.objects.get().trouble == ""
        event = RenderEvent.objects.get(kind="feed.broken")
        assert event.data["feed_id"] == broken.pk
        assert event.data["error"] == broken.error
        assert event.data["remedy"] == broken.remedy

    def test_a_passing_fault_costs_nothing_but_minutes(self, pair: tuple[Feed, Feed]) -> None:
        _, broken = pair
        text = Path(broken.source).read_text()
        news.rewrite(broken, "")
        tick_at(RUN)
        news.rewrite(broken, text)
        assert not tick_at(RUN + timedelta(minutes=1)).made, "it is not asked every minute"
        [made] = tick_at(RUN + timedelta(minutes=5)).made
        assert titles(made.run.render) == list(STORIES[:5])
        assert kinds() == ["feed.broken", "feed.recovered"]
        broken.refresh_from_db()
        assert (broken.broken_since, broken.error, broken.remedy) == (None, "", "")

    def test_one_that_was_broken_before_is_not_waited_for(self, pair: tuple[Feed, Feed]) -> None:
        well, broken = pair
        news.rewrite(broken, "")
        tick_at(RUN)
        tick_at(RUN + timedelta(minutes=10))
        news.rewrite(well, news.entries(RUN + timedelta(hours=20), STORIES[6:9], first=20))
        [made] = tick_at(RUN + timedelta(days=1)).made
        assert titles(made.run.render) == list(STORIES[6:9])
        assert kinds() == ["feed.broken"]

    def test_a_day_without_anything_is_tried_until_the_grace_is_over(self, tmp_path: Path) -> None:
        world = news.feed(tmp_path, "world", news.entries(RUN - timedelta(days=9)))
        news.subscribe(world, since=BEFORE)
        tick_at(RUN)
        tick_at(RUN + timedelta(minutes=4))
        assert world.items.count() == 4
        assert Feed.objects.get().tried_at == RUN
        tick_at(RUN + timedelta(hours=4, minutes=59))
        assert Feed.objects.get().tried_at == RUN + timedelta(hours=4, minutes=59)
        assert not DailyRun.objects.exists()
        tick_at(RUN + timedelta(hours=5, seconds=1))
        run = DailyRun.objects.get()
        assert run.missed == "No feed has an unused entry of the 7 days before the run."
        assert kinds() == ["daily.missed"]

    def test_something_that_comes_late_is_made_then(self, tmp_path: Path) -> None:
        world = news.feed(tmp_path, "world", news.entries(RUN - timedelta(days=9)))
        news.subscribe(world, since=BEFORE)
        tick_at(RUN)
        news.rewrite(world, news.entries(RUN - timedelta(minutes=1), first=40))
        assert tick_at(RUN + timedelta(minutes=5)).made

    def test_two_subscriptions_ask_its_publisher_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        real = feeds.read
        monkeypatch.setattr(feeds, "read", lambda source, *a, **k: (asked.append(source), real(source, *a, **k))[1])
        world = news.feed(tmp_path, "world", news.entries(RUN))
        for slug in ("one", "two", "three"):
            news.subscribe(world, since=BEFORE, slug=slug)
        assert len(tick_at(RUN).made) == 3
        assert asked == [world.source]

    def test_one_that_somebody_else_reads_is_waited_for(self, tmp_path: Path) -> None:
        simple(tmp_path)
        feed = Feed.objects.get()
        assert daily_feeds._claim(feed)
        assert not daily_feeds.read_now(feed)
        told = tick_at(RUN)
        assert (told.made, told.waiting[0][1]) == ([], "world is being read.")
        Feed.objects.update(reading_until=RUN - timedelta(days=400))  # its reader died
        assert tick_at(RUN + timedelta(minutes=1)).made

    def test_one_that_is_deleted_while_it_is_read_upsets_nobody(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        feed = news.feed(tmp_path, "world", news.entries(RUN))
        answers: list[Any] = [[], feeds.FeedError("a", "b", "c")]
        for answer in answers:
            row = Feed.objects.create(title="gone", source=f"/gone/{answer}")

            def read(*_: Any, answer: Any = answer, row: Feed = row, **__: Any) -> Any:
                Feed.objects.filter(pk=row.pk).delete()
                if isinstance(answer, Exception):
                    raise answer
                return answer

            monkeypatch.setattr(feeds, "read", read)
            assert daily_feeds.read_now(row)
        assert feed.items.count() == 0
        assert kinds() == []

    def test_a_fault_of_ours_is_noted_on_it_and_stops_no_other(
        self, pair: tuple[Feed, Feed], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, broken = pair
        real = feeds.read

        def read(source: str, *words: Any, **more: Any) -> Any:
            if source == broken.source:
                raise ZeroDivisionError
            return real(source, *words, **more)

        monkeypatch.setattr(feeds, "read", read)
        [made] = tick_at(RUN + timedelta(minutes=11)).made
        assert titles(made.run.render) == list(STORIES[:3])
        broken.refresh_from_db()
        assert "ZeroDivisionError" in broken.error


def test_one_subscription_that_is_refused_keeps_no_other_from_its_video(tmp_path: Path) -> None:
    world = news.feed(tmp_path, "world", news.entries(RUN))
    news.subscribe(world, since=BEFORE, slug="one", language="xx")
    news.subscribe(world, since=BEFORE, slug="two")
    told = tick_at(RUN)
    assert [made.run.workspace.slug for made in told.made] == ["two"]
    assert "'xx' is not on offer" in told.waiting[0][1]
    tick_at(RUN + timedelta(hours=6))
    assert "'xx' is not on offer" in DailyRun.objects.get(workspace__slug="one").missed


def test_a_crash_in_one_keeps_no_other_from_its_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = news.feed(tmp_path, "world", news.entries(RUN))
    for slug in ("one", "two"):
        news.subscribe(world, since=BEFORE, slug=slug)
    real = daily_run_of.make

    def make(owed: Any, *words: Any) -> Any:
        if owed.subscription.workspace.slug == "one":
            raise ZeroDivisionError
        return real(owed, *words)

    monkeypatch.setattr(daily_tick, "make", make)
    told = tick_at(RUN)
    assert [made.run.workspace.slug for made in told.made] == ["two"]
    assert "ZeroDivisionError" in told.waiting[0][1]


def test_a_subscription_without_feeds_says_so(tmp_path: Path) -> None:
    news.subscribe(since=BEFORE)
    assert tick_at(RUN).waiting[0][1] == "It has no feeds."


def test_what_a_feed_sends_is_stored_bounded_and_under_one_key(tmp_path: Path) -> None:
    items = [item | {"id": "g" * 1900 + item["id"]} for item in news.entries(RUN)]
    items.append(items[0] | {"title": "The same again"})
    feed = news.feed(tmp_path, "world", items)
    assert daily_feeds.read_now(feed)
    assert daily_feeds.read_now(feed)
    assert sorted(feed.items.values_list("title", flat=True)) == sorted(STORIES[:4])
    assert all(guid.startswith("sha256:") for guid in feed.items.values_list("guid", flat=True))


def test_an_entry_that_its_publisher_corrects_is_corrected(tmp_path: Path) -> None:
    feed = news.feed(tmp_path, "world", news.entries(RUN, STORIES[:1]))
    daily_feeds.read_now(feed)
    first = feed.items.get()
    news.rewrite(feed, news.entries(RUN, ["Corrected"]))
    daily_feeds.read_now(feed)
    item = feed.items.get()
    assert (item.pk, item.title, item.first_seen_at) == (first.pk, "Corrected", first.first_seen_at)
    assert item.seen_at > first.seen_at


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("https://user.example/feed?key=secret#x", "https://user.example/feed"),
        ("/srv/feeds/news.xml", "/srv/feeds/news.xml"),
    ],
)
def test_an_address_is_told_without_what_may_be_a_key(source: str, shown: str) -> None:
    assert daily_feeds.shown_source(source) == shown


def test_an_error_is_told_without_what_may_be_a_key() -> None:
    feed = Feed.objects.create(title="Private", source="http://127.0.0.1:1/feed?key=secret&x=1")
    assert daily_feeds.read_now(feed)
    feed.refresh_from_db()
    assert feed.error.startswith("The feed's address is not one that is read.")
    error = feeds.FeedError(
        f"{feed.source} answered with HTTP 503.", "See https://e.org/other?token=secret now.", "Wait."
    )
    daily_feeds._note_broken(feed, error)
    feed.refresh_from_db()
    assert feed.error == "The feed answered with HTTP 503. See https://e.org/other now."
    assert "secret" not in str(RenderEvent.objects.get(kind="feed.broken").data)
