"""The daily report (R76): figures worked out by hand, once for each day, sent with its writing."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, repeat
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from monitoring.models import SLARecord, SLAReport
from monitoring.periodic import daily_report
from monitoring.sla import reporting, slack
from monitoring.sla.report import report_of
from renderhub.lib import clock
from renders.actions import daily_rows
from renders.models import DailyRun, DailySubscription, Feed, RenderEvent, Workspace
from tests.support.promises import Morning, missed

DAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 5, 5, tzinfo=UTC)
"""06:05 in Berlin."""
MARK = {"stage": "manim", "segment": "s1", "provider": "still", "reason": "manim: TIMEOUT: too slow"}


def on(day: date, workspace: Workspace) -> Morning:
    return Morning(workspace, datetime.combine(day, time(6), ZoneInfo("Europe/Berlin")))


def make(morning: Morning, name: str, minutes: float | None, **more) -> None:
    render = morning.ask(name)
    if minutes is not None:
        morning.complete(render, minutes, **more)


def write(now: datetime = NOW) -> SLAReport:
    with clock.frozen(now):
        reporting.write_due()
    return SLAReport.objects.get(date=now.date())


def told(kind: str) -> list[dict]:
    return [event.data for event in RenderEvent.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def a_hard_morning(morning) -> Morning:
    """Of eight promises one is excused; four of seven are kept, one of them by a fallback."""
    make(morning, "Early", -60)
    make(morning, "Just in time", 0)
    make(morning, "By a fallback", -3, degraded=[MARK])
    make(morning, "Plain", -30)
    slow = morning.ask("Slow")
    morning.begin(slow, -119)
    morning.complete(slow, 4 + 40 / 60)
    morning.fail(morning.ask("Broken"), -10, reason="No answer within 600 s")
    morning.begin(morning.ask("Under way"), -20)
    morning.cancel(morning.ask("Called off"), -90)
    return morning


def test_its_figures_are_right(a_hard_morning):
    report = write()
    assert (report.promised, report.on_time, report.late, report.missing) == (7, 4, 1, 2)
    assert (report.degraded, report.cancelled) == (1, 1)
    assert report.day.told == "57.1\u00a0%"
    assert (report.as_of, report.target) == (NOW, 95)
    assert report.subject == "Tue 10 Nov: 4 of 7 videos on time, 1 late, 2 missing"


def test_it_names_each_with_its_times_to_the_minute_its_cause_and_its_page(a_hard_morning):
    report = write()
    entries = {entry["name"]: entry for entry in report.entries}
    assert list(entries) == ["Broken", "Under way", "Slow", "By a fallback"]
    slow, broken, under_way, marked = (entries[n] for n in ("Slow", "Broken", "Under way", "By a fallback"))
    assert (slow["due"], slow["ready"], slow["late"]) == (
        "2026-11-10T06:00:00+01:00",
        "2026-11-10T06:04:40+01:00",
        "4 m 40 s",
    )
    assert "waited 1 m 00 s for a worker and took 2 h 03 m" in slow["why"]
    assert broken["why"] == "Failed for good at 05:50. TIMEOUT at Composing by composer: No answer within 600 s."
    assert broken["to_do"] == "Check that it is up."
    assert under_way["why"] == "Being made since 05:40, at Script."
    assert (marked["state"], marked["marks"]) == ("degraded", "one visual is a fallback")
    assert marked["why"] == "Visual s1: made by still: manim: TIMEOUT: too slow"
    for text in (report.text, report.html):
        assert "due 06:00, ready 06:04, 4 m 40 s late" in text
        assert f"/admin/renders/render/{slow['render']}/change/" in text
        assert "4 of 7 videos were ready in time: 57.1\u00a0%, below target (95\u00a0%)." in text
    assert "Missing at 06:05: 2" in report.text
    assert f"/admin/monitoring/slareport/{report.pk}/change/" in report.text


def test_rates_of_seven_and_thirty_days_count_videos_not_days(morning, settings):
    # 30 days back: 10 promised and 5 kept, out of the 30 days by one; 29 back: 4 and 2; 6 back: 10 and 9; today 1 of 1.
    for back, promised, kept in ((30, 10, 5), (29, 4, 2), (6, 10, 9), (0, 1, 1)):
        then = on(DAY - timedelta(days=back), morning.workspace)
        for number in range(promised):
            make(then, f"{back} {number}", -5 if number < kept else 5)
    morning.read()
    report = report_of(DAY, NOW)
    assert (report.tally.told, report.week.told, report.month.told) == ("100\u00a0%", "90.9\u00a0%", "80\u00a0%")
    assert (report.week.total, report.week.good) == (11, 10)
    assert (report.month.total, report.month.good) == (15, 12)


@pytest.mark.parametrize(
    ("day", "due", "written"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 5, tzinfo=UTC), datetime(2026, 3, 28, 5, 5, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 4, tzinfo=UTC), datetime(2026, 3, 29, 4, 5, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 5, tzinfo=UTC), datetime(2026, 10, 25, 5, 5, tzinfo=UTC)),
    ],
)
def test_on_days_on_which_clocks_change_it_is_six_by_those_clocks(day, due, written, morning):
    from renders.actions.daily import due_time

    assert due_time(day) == due
    then = Morning(morning.workspace, due_time(day))
    make(then, "In time", 0)
    make(then, "A minute late", 1)
    morning.read()
    with clock.frozen(written - timedelta(seconds=1)):
        assert day not in {report.date for report in reporting.write_due()}
    report = write(written)
    assert (report.promised, report.on_time, report.late) == (2, 1, 1)
    assert "due 06:00, ready 06:01, 1 m 00 s late" in report.text
    assert report.text.splitlines()[0].endswith("As of 06:05, Europe/Berlin.")


def test_it_covers_what_was_due_since_the_last_one_and_nothing_that_is_not_due_yet(morning):
    evening = on(DAY - timedelta(days=1), morning.workspace)
    render = morning.ask("Evening", due=evening.at(12 * 60))
    evening.complete(render, 11 * 60)
    morning.ask("Noon", due=morning.at(6 * 60))
    report = write()
    assert (report.promised, report.on_time, report.missing) == (1, 1, 0)
    assert set(SLARecord.objects.values_list("name", "date")) == {("Evening", DAY), ("Noon", DAY + timedelta(days=1))}


def test_it_is_written_once_and_never_again(a_hard_morning):
    first = write()
    late = SLARecord.objects.get(name="Under way").render
    a_hard_morning.complete(late, 40)
    with clock.frozen(NOW + timedelta(hours=1)):
        assert reporting.write_due() == []
        assert reporting.write(DAY) is None
    assert len(told("sla.report")) == 1
    first.refresh_from_db()
    assert first.missing == 2
    record = SLARecord.objects.get(name="Under way")
    assert (record.ready_at, record.on_time) == (a_hard_morning.at(40), False)


def test_it_catches_up_on_days_on_which_beat_was_away(morning):
    for back in (9, 3, 2, 1, 0):
        make(on(DAY - timedelta(days=back), morning.workspace), f"{back}", -5)
    with clock.frozen(NOW + timedelta(hours=9)):
        written = [report.date for report in reporting.write_due()]
    assert written == [DAY - timedelta(days=back) for back in range(6, -1, -1)]
    assert [data["date"] for data in told("sla.report")] == [day.isoformat() for day in written]
    assert SLAReport.objects.get(date=DAY - timedelta(days=5)).subject == "Thu 5 Nov: no video was due"


def test_nothing_is_reported_before_anything_was_promised(morning):
    with clock.frozen(NOW):
        assert daily_report() == []
    assert not SLAReport.objects.exists()


def test_what_was_expected_and_not_asked_for_is_missing(morning):
    subscription = DailySubscription.objects.create(
        workspace=morning.workspace, language="hi", since=NOW - timedelta(hours=3)
    )
    subscription.feeds.add(Feed.objects.create(title="Press", source="https://example.org/feed"))
    DailySubscription.objects.create(
        workspace=morning.workspace, language="ru", enabled=False, since=subscription.since
    )
    DailySubscription.objects.create(workspace=morning.workspace, language="en", since=NOW)
    report = write()
    assert (report.promised, report.missing) == (1, 1)
    assert "The daily run has not asked for it" in report.text
    late = morning.ask("After all", asked=60, language="hi", target_date=DAY)
    morning.complete(late, 90)
    morning.read()
    record = SLARecord.objects.get()
    assert (record.render_id, record.ready_at, record.on_time) == (late.pk, morning.at(90), False)


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_run_that_is_given_up_meanwhile_is_missing(morning, monkeypatch, first):
    """Beat comes back: the run is noted as missed while the report looks for what nobody has asked for."""
    since = NOW - timedelta(hours=3)
    subscription = DailySubscription.objects.create(workspace=morning.workspace, language="en", since=since)
    subscription.feeds.add(Feed.objects.create(title="Press", source="https://example.org/feed"))
    look = reporting.missed.look

    def given_up_beside(now: datetime) -> None:
        for given_up in (first, not first):
            if given_up:
                assert daily_rows.note_missed(morning.workspace, "en", DAY, "Too late")
            else:
                look(now)

    monkeypatch.setattr(reporting.missed, "look", given_up_beside)
    report = write()
    assert (report.promised, report.missing) == (1, 1)
    assert "Cause: Too late." in report.text


def test_it_is_not_of_a_day_that_begins_while_it_is_looked_for(morning, monkeypatch):
    """What a process is told of the time meanwhile: the day's promises were not looked for yet."""
    make(on(DAY - timedelta(days=1), morning.workspace), "The day before", -5)
    subscription = DailySubscription.objects.create(
        workspace=morning.workspace, language="hi", since=NOW - timedelta(hours=3)
    )
    subscription.feeds.add(Feed.objects.create(title="Press", source="https://example.org/feed"))
    moments = chain([NOW - timedelta(days=1)], repeat(NOW))
    monkeypatch.setattr(reporting.clock, "now", lambda: next(moments))
    assert [report.date for report in reporting.write_due()] == [DAY - timedelta(days=1)]
    assert [report.missing for report in reporting.write_due()] == [1]


def test_an_evenings_run_is_expected_the_next_morning(morning):
    DailySubscription.objects.create(
        workspace=morning.workspace, language="en", at=time(20), since=NOW - timedelta(hours=12)
    )
    with clock.frozen(NOW - timedelta(seconds=400)):
        assert reporting.write_due() == []  # it is not due yet
    report = write()
    assert (report.promised, report.missing) == (1, 1)
    record = SLARecord.objects.get()
    assert (record.target_date, record.due_at, record.date) == (DAY - timedelta(days=1), morning.due, DAY)


def test_of_two_workspaces_of_one_name_the_one_is_meant_that_missed_its_run(morning):
    other = Workspace.objects.create(slug="other", name=morning.workspace.name)
    DailyRun.objects.create(workspace=other, language="en", date=DAY, missed="Every feed is broken")
    missed(other, DAY)
    morning.read()
    assert SLARecord.objects.get().workspace == other


def test_what_is_called_off_after_it_was_due_is_missing_still(morning):
    morning.cancel(morning.ask(), 2)
    report = write()
    assert (report.promised, report.missing, report.cancelled) == (1, 1, 0)
    assert "Cancelled at 06:02, after it was due." in report.text


def test_a_missed_run_is_in_it_with_its_reason(morning):
    missed(morning.workspace, DAY, "Every feed is broken")
    report = write()
    assert (report.promised, report.missing) == (1, 1)
    assert "Cause: Every feed is broken." in report.text


def test_it_stands_on_events_that_nobody_has_read_yet(morning):
    make(morning, "Unread", -1)
    assert write().on_time == 1


def test_it_comes_with_everything_that_is_sent(a_hard_morning):
    report = write()
    [data] = told("sla.report")
    assert data["report_id"] == report.pk
    assert (data["subject"], data["text"], data["html"]) == (report.subject, report.text, report.html)
    assert data["date"] == "2026-11-10"
    assert data["blocks"][0] == {"type": "header", "text": {"type": "plain_text", "text": "Tuesday, 10 November 2026"}}


def test_below_target_is_told_each_day_and_back_on_target_once(morning):
    kept = {0: 20, 1: 19, 2: 10}  # days back: of 20 promised; two days back the 7 days fall below, too
    for back, count in kept.items():
        then = on(DAY - timedelta(days=back), morning.workspace)
        for number in range(20):
            make(then, f"{back} {number}", -5 if number < count else 5)
    with clock.frozen(NOW):
        reporting.write_due()
    below = told("sla.below_target")
    # 8 Nov: 10 of 20; 9 Nov: the day is on target at 95 %, its 7 days are not: 29 of 40; 10 Nov: 49 of 60.
    assert [(data["date"], data["days"], data["rate"]) for data in below] == [
        ("2026-11-08", 1, 0.5),
        ("2026-11-09", 7, 0.725),
        ("2026-11-10", 7, 0.816),
    ]
    assert below[0]["target"] == 0.95
    assert sorted(below[0]["late"]) == [f"2 {number}" for number in range(10, 20)]
    assert told("sla.back_on_target") == []
    for ahead in range(1, 7):
        then = on(DAY + timedelta(days=ahead), morning.workspace)
        for number in range(5):
            make(then, f"+{ahead} {number}", -5)
        with clock.frozen(NOW + timedelta(days=ahead)):
            reporting.write_due()
    [back] = told("sla.back_on_target")
    assert back["date"] == "2026-11-15"  # the bad day has left the 7 days


def test_what_people_wrote_stays_text(morning):
    name = '<script>alert(1)</script> & <@U123> | "x"'
    morning.fail(morning.ask(name), -5, reason="<b>bold</b> <!channel>")
    report = write()
    assert "<script>" not in report.html
    assert "&lt;b&gt;bold" in report.html
    text = str(told("sla.report")[0]["blocks"])
    assert "<@U123>" not in text
    assert "<!channel>" not in text
    assert "&lt;@U123&gt;" in text


def test_a_morning_on_which_everything_fails_fits_into_slack_and_the_mail(morning):
    for number in range(120):
        morning.fail(morning.ask(f"{number} " + "&" * 190), -5, reason="<" * 2000, remedy="&" * 2000)
    report = write()
    [data] = told("sla.report")
    assert len(data["blocks"]) <= slack.BLOCKS
    for block in data["blocks"]:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= slack.SECTION
    assert "and 100 more" in report.text
    assert report.missing == 120
    assert len(report.entries) == 100
    assert len(report.html) < 100_000  # mail programs cut longer ones off


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_at_once_one_writes_and_tells(berlin):
    workspace = Workspace.objects.create(slug="ours", name="Ours")
    make(on(DAY, workspace), "One", -1)
    ready = threading.Barrier(2)
    wrote: list[int] = []

    def work() -> None:
        ready.wait(10)
        try:
            wrote.append(len(reporting.write_due()))
        finally:
            connection.close()

    with clock.frozen(NOW):
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(wrote) == [0, 1]
    assert (SLAReport.objects.count(), len(told("sla.report"))) == (1, 1)
