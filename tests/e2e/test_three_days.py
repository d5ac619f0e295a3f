"""Three days by themselves, through beat, keeper and workers (R3, R75): a change to summer time, a day on which beat
was away, a feed that is broken. What is right is there, and nothing twice. Each day is reported at five past six, by
mail and in Slack (R76).
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from tests.support import news, soundness
from tests.support.clocked_plant import ClockedPlant
from tests.support.news_server import NewsServer, news_server
from tests.support.plant import Running
from tests.support.slack_server import SlackServer, slack_server
from tests.support.smtp_server import SmtpServer, smtp_server
from tests.support.waiting import wait_until

pytest.importorskip("time_machine", reason="time-machine is not installed: see requirements-dev.in")
pytestmark = pytest.mark.processes

ZONE = ZoneInfo("Europe/Berlin")
SUBSCRIPTIONS = (
    {"workspace": "main", "at": "04:00", "language": "en", "feeds": ["world", "local"]},
    {"workspace": "other", "at": "04:00", "language": "ru", "feeds": ["world", "tech"]},
    {"workspace": "early", "at": "02:30", "language": "en", "feeds": ["dawn"]},  # an hour that a change skips
)
WORKSPACES = ("early", "main", "other")
FEEDS = ("world", "local", "tech", "dawn")
MONDAY = 0
WITHIN = timedelta(seconds=120)
"""From the hour of a run to its video, where it is made at the second look, a minute later."""


def spring() -> date:
    """The next Sunday on which the clocks are put forward, at least a week from now."""
    day = datetime.now(ZONE).date() + timedelta(days=7)
    while at(day, "00:30").utcoffset() == at(day, "06:00").utcoffset() or at(day, "06:00").dst() == timedelta(0):
        day += timedelta(days=1)
    return day


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


@pytest.fixture
def publisher() -> Iterator[NewsServer]:
    with news_server() as server:
        yield server


@pytest.fixture
def post() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def plant(tmp_path: Path, prepared: Path | None, post: SmtpServer, slack: SlackServer) -> Iterator[ClockedPlant]:
    settings = {"TIME_ZONE": ZONE.key, "FETCH_PRIVATE_HOSTS": "127.0.0.1"}
    settings |= {"EMAIL_HOST": post.host, "EMAIL_PORT": str(post.port), "SLACK_WEBHOOKS": f"ops={slack.url}"}
    with ClockedPlant(tmp_path / "plant", like=prepared, durable=False, **settings) as plant:
        yield plant


def beat(plant: ClockedPlant, name: str = "beat") -> Running:
    """It looks at the clock each second: production's five would only make the test longer."""
    [entry] = [entry for entry in processes.processes("127.0.0.1", 0, 1) if entry.name == "beat"]
    return plant.start(replace(entry, argv=(*entry.argv, "--max-interval", "1")), name)


def publish(publisher: NewsServer, day: date) -> None:
    """What the publishers have on `day` at four: each day's stories above those of the day before."""
    for shift, title in enumerate(FEEDS):
        items = []
        for back in (0, 1):
            stories = [f"{story} ({title}, {day - timedelta(days=back)})" for story in news.STORIES[shift::4]]
            newest = at(day - timedelta(days=back), "02:00") - timedelta(minutes=10 * shift)
            items += news.entries(newest, stories, first=100 * (day.toordinal() - back))
        publisher.pages[f"/{title}"] = (200, news.json_feed(items, title).encode())


def videos(plant: ClockedPlant, day: date) -> dict[str, tuple[datetime, datetime, datetime, str]]:
    """By workspace: when the video of `day` was due, asked for and ready, and its name."""
    rows = plant.rows(
        """SELECT w.slug, r.due_at, d.created_at, r.completed_at, r.name
             FROM renders_dailyrun d JOIN renders_workspace w ON w.id = d.workspace_id
             JOIN renders_render r ON r.id = d.render_id
            WHERE d.date = %s AND r.status = 'completed'""",
        day,
    )
    return {slug: (due, asked, ready, name) for slug, due, asked, ready, name in rows}


def ready(plant: ClockedPlant, day: date, *workspaces: str) -> None:
    """Wait for the videos, and for the workers to be idle: the clock may be set then."""
    wait_until(lambda: set(videos(plant, day)) >= set(workspaces), 100, f"videos of {day} for {workspaces}")


def events(plant: ClockedPlant) -> Counter[str]:
    return Counter(kind for (kind,) in plant.rows("SELECT kind FROM renders_renderevent"))


def reported(plant: ClockedPlant, day: date, post: SmtpServer, slack: SlackServer, subject: str) -> None:
    """The day's report is written to the minute, and has come by mail and in Slack."""
    if plant.time() < at(day, "06:00"):
        plant.set_clock(at(day, "06:04:58"))
    wait_until(lambda: subject in mails(post), 60, f"{subject!r} by mail")
    wait_until(lambda: subject in slack_texts(slack), 60, f"{subject!r} in Slack")
    [(as_of, promised, on_time)] = plant.rows(
        "SELECT as_of, promised, on_time FROM monitoring_slareport WHERE date = %s", day
    )
    assert f"{on_time} of {promised} videos on time" in subject
    if day.weekday() != MONDAY:
        assert at(day, "06:05") <= as_of < at(day, "06:06"), "right to the minute"


def mails(post: SmtpServer) -> list[str]:
    return [str(mail["Subject"]).removeprefix("RenderHub ") for mail in post.mails]


def slack_texts(slack: SlackServer) -> list[str]:
    return [str(payload["text"]) for payload in slack.taken]


def headed(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def test_three_days_by_themselves(
    plant: ClockedPlant, publisher: NewsServer, post: SmtpServer, slack: SlackServer
) -> None:
    sunday = spring()
    friday, saturday, monday = (sunday + timedelta(days=days) for days in (-2, -1, 1))
    plant.set_clock(at(friday, "01:00"))
    plant.keeper()
    plant.cpu_worker(1)
    plant.named("worker-control")
    feeds = {title: f"{publisher.address}/{title}" for title in FEEDS}
    told = json.dumps({"feeds": feeds, "subscriptions": SUBSCRIPTIONS})
    subprocess.run(
        processes.python("-m", "tests.e2e.subscribe"),
        input=told.encode(),
        cwd=PROJECT,
        env=plant.environment() | {"DJANGO_SETTINGS_MODULE": "renderhub.settings"},
        check=True,
    )
    first = beat(plant)

    # Friday: a day like any other.
    publish(publisher, friday)
    plant.set_clock(at(friday, "02:29:58"))
    ready(plant, friday, "early")
    plant.set_clock(at(friday, "03:59:58"))
    ready(plant, friday, *WORKSPACES)
    reported(plant, friday, post, slack, f"{headed(friday)}: 3 of 3 videos on time")
    plant.kill(first)

    # Saturday: beat comes back an hour and ten minutes late, and a feed is broken.
    publish(publisher, saturday)
    publisher.pages["/tech"] = (500, b"sorry")
    plant.set_clock(at(saturday, "05:10"))
    back = beat(plant, "beat that comes back")
    ready(plant, saturday, *WORKSPACES)
    assert events(plant)["feed.broken"] == 1
    reported(plant, saturday, post, slack, f"{headed(saturday)}: 3 of 3 videos on time")

    # Sunday: half past two does not exist. Two beats. The feed is well again.
    beat(plant, "second beat")
    publish(publisher, sunday)
    plant.set_clock(at(sunday, "03:29:58"))
    ready(plant, sunday, "early")
    assert set(videos(plant, sunday)) == {"early"}
    plant.set_clock(at(sunday, "03:59:58"))
    ready(plant, sunday, *WORKSPACES)
    reported(plant, sunday, post, slack, f"{headed(sunday)}: 3 of 3 videos on time")

    # Monday: nobody looks until it is too late, and then only one of the two. There are two looks, two seconds apart:
    # at the first one a process may still believe what it was told of the time a second ago.
    plant.kill(back)
    plant.set_clock(at(monday, "09:00:58"))
    wait_until(lambda: events(plant)["daily.missed"] == 3, 60, "the missed runs are noted")
    # Nobody was there at five past six: it is written at the next look at the figures.
    plant.set_clock(at(monday, "09:04:58"))
    reported(plant, monday, post, slack, f"{headed(monday)}: 0 of 3 videos on time, 3 missing")

    check_times(plant, friday, saturday, sunday)
    check_items(plant, friday, saturday, sunday)
    check_nothing_twice(plant, friday, saturday, sunday, missed=monday)
    check_messages(plant, post, slack)


def check_times(plant: ClockedPlant, friday: date, saturday: date, sunday: date) -> None:
    """Each video is due at six by the wall clock, and there before that; each was asked for at its hour."""
    four, half_past = "04:00", "02:30"
    begins = {
        friday: {"early": at(friday, half_past), "main": at(friday, four), "other": at(friday, four)},
        saturday: dict.fromkeys(WORKSPACES, at(saturday, "05:10")),
        sunday: {"early": at(sunday, "03:30"), "main": at(sunday, four), "other": at(sunday, four)},
    }
    assert at(sunday, "06:00").astimezone(UTC).hour == 4
    assert at(friday, "06:00").astimezone(UTC).hour == 5
    for day, hours in begins.items():
        made = videos(plant, day)
        assert set(made) == set(WORKSPACES)
        for workspace, (due, asked, there, _) in made.items():
            assert due == at(day, "06:00").astimezone(UTC), (day, workspace)
            assert hours[workspace] <= asked <= there < hours[workspace] + WITHIN, (day, workspace)
            assert there < due


def check_items(plant: ClockedPlant, friday: date, saturday: date, sunday: date) -> None:
    """Each day's video has the stories of its day, of the feeds that were well; none is told twice."""
    rows = plant.rows(
        """SELECT w.slug, d.date, r.items, d.note FROM renders_dailyrun d
             JOIN renders_workspace w ON w.id = d.workspace_id JOIN renders_render r ON r.id = d.render_id"""
    )
    told: dict[str, list[str]] = {workspace: [] for workspace in WORKSPACES}
    for workspace, day, items, note in rows:
        titles = [item["title"] for item in items]
        told[workspace] += titles
        assert all(str(day) in title for title in titles), (workspace, day, titles)
        broken = workspace == "other" and day == saturday
        assert ("tech could not be read" in note) is broken
        wanted = {"early": {"dawn"}, "main": {"world", "local"}, "other": {"world"} if broken else {"world", "tech"}}
        from_feeds = {name for name in FEEDS if any(f"({name}," in title for title in titles)}
        assert from_feeds == wanted[workspace]
    assert all(len(set(titles)) == len(titles) for titles in told.values())


def check_nothing_twice(plant: ClockedPlant, *days: date, missed: date) -> None:
    films = [name for day in days for *_, name in videos(plant, day).values()]
    assert len(films) == len(set(films)) == 9
    for film in films:
        soundness.check_rows(plant, film)
        soundness.check_published(plant, film)
    asked = Counter(line["stage"] for line in plant.journal() if line["event"] == "asked")
    assert asked == {stage: 9 * count for stage, count in soundness.STEPS.items()}
    assert plant.value("SELECT count(*) FROM renders_render") == 9
    runs = "SELECT date, count(*), count(render_id) FROM renders_dailyrun GROUP BY 1 ORDER BY 1"
    assert plant.rows(runs) == [*[(day, 3, 3) for day in days], (missed, 3, 0)]
    noted = events(plant)
    wanted = {"render.completed": 9, "render.failed": 0, "feed.broken": 1, "feed.recovered": 1, "daily.missed": 3}
    assert {kind: noted[kind] for kind in wanted} == wanted


def check_messages(plant: ClockedPlant, post: SmtpServer, slack: SlackServer) -> None:
    """Whatever was told came once by each way: four reports, the broken feed, the days that were missed."""
    unsent = "SELECT count(*) FROM alerts_delivery WHERE state <> 'sent'"
    wait_until(lambda: plant.value(unsent) == 0, 60, "every message sent")
    subjects, texts = mails(post), slack_texts(slack)
    assert len(subjects) == len(texts) == plant.value("SELECT count(*) FROM alerts_delivery") // 2
    reports = Counter(subject for subject in subjects if "on time" in subject)
    assert len(reports) == 4
    assert set(reports.values()) == {1}
    assert any("tech" in subject for subject in subjects), "the feed that broke"
