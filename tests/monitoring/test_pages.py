"""Monitoring's pages: who may see them, what they say, and what they cost."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.causes import causes_since
from monitoring.metrics.choice import Choice, Span, choice_of
from monitoring.models import RunOutcome, SLARecord, SLAReport
from renderhub.lib import clock
from renders.models import Render, RenderFailure, RenderLog, User
from tests.support import people as three
from tests.support.month import Month
from tests.support.promises import Morning

DAY = date(2026, 11, 10)
METRICS = "/admin/monitoring/dailystat/"
CAUSES = "/admin/monitoring/failurecause/"
RIGHTS = {
    METRICS: "view_dailystat",
    f"{METRICS}metrics-days.csv": "view_dailystat",
    CAUSES: "view_renderfailure",
    "/admin/monitoring/slareport/": "view_slareport",
    "/admin/monitoring/slarecord/": "view_slarecord",
}


@pytest.fixture
def people(db):
    return three.people()


@pytest.fixture
def month(people) -> Month:
    made = Month(people.workspace, DAY, days=8, per_day=8, reports=2)
    made.plant()
    return made


@pytest.fixture
def console(client, people):
    client.force_login(people.operator)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return b"".join(response).decode()


def all_pages() -> list[str]:
    report, record = SLAReport.objects.first(), SLARecord.objects.first()
    return [
        *RIGHTS,
        f"/admin/monitoring/slareport/{report.pk}/change/",
        f"/admin/monitoring/slarecord/{record.pk}/change/",
    ]


def test_only_staff_get_to_see_them(people, month):
    for who in (people.owner, people.teammate, people.outsider, None):
        client = Client()
        if who is not None:
            client.force_login(who)
        for page in all_pages():
            response = client.get(page)
            assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/admin/login/"), page


def test_staff_need_the_right_to(people, month):
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    client = Client()
    client.force_login(clerk)
    for page in all_pages():
        assert client.get(page).status_code == 403, page
    for page, right in RIGHTS.items():
        clerk.user_permissions.set([Permission.objects.get(codename=right)])
        client.force_login(User.objects.get(pk=clerk.pk))
        assert client.get(page).status_code == 200, page
        others = [other for other, needed in RIGHTS.items() if needed != right]
        assert {client.get(other).status_code for other in others} == {403}


@pytest.mark.parametrize("page", ["slareport", "slarecord"])
def test_nothing_is_edited_there(page, console, month):
    row = (SLAReport if page == "slareport" else SLARecord).objects.first()
    for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        response = console.post(f"/admin/monitoring/{page}/{path}", {"post": "yes", "name": "changed"})
        assert response.status_code in (403, 405, 302), path
    assert type(row).objects.filter(pk=row.pk).exists()


def test_the_metrics_page_answers_before_it_shows_evidence(console, month):
    page = text(console, f"{METRICS}?date={DAY}")
    promised = SLARecord.objects.filter(date__gt=DAY - timedelta(days=7))
    kept = promised.filter(on_time=True).count()
    assert f"In the 7 days to 10 Nov, {kept} of {promised.count()} videos were ready in time" in page
    done = RunOutcome.objects.filter(date__gt=DAY - timedelta(days=7), outcome="completed").count()
    assert f"{done} of " in page
    for heading in ("Ready in time", "Runs that ended", "Render time", "Where the time goes", "Providers"):
        assert heading in page
    assert page.count('role="img" aria-label="') == 3
    assert "The days in figures" in page


def test_it_compares_with_as_many_days_before(console, people, month):
    choice = Choice(Span.WEEK, DAY, DAY)
    assert (choice.first, choice.first_before) == (date(2026, 11, 4), date(2026, 10, 28))
    assert "before: " in text(console, f"{METRICS}?date={DAY}")


def test_a_kind_of_job_and_a_provider_can_be_looked_at_alone(console, month):
    whole, doubts = (text(console, f"{METRICS}?date={DAY}&span=month{more}") for more in ("", "&job_type=doubt"))
    assert "videos were ready in time" in whole
    assert "ready in time" not in doubts.split("rh-answer")[1].split("</p>")[0]
    provider = text(console, f"{METRICS}?date={DAY}&provider=manim")
    assert "calls of manim were answered" in provider
    assert "Calls of manim" in provider


@pytest.mark.parametrize(
    "query",
    [
        "?span=year",
        "?date=yesterday",
        "?date=9999-12-31",
        "?date=0001-01-01",
        "?job_type=%27;--",
        "?provider=" + "x" * 500,
    ],
)
def test_whatever_the_address_says_the_page_opens(query, console):
    text(console, f"{METRICS}{query}")


def test_what_an_address_asks_for_is_bounded():
    assert choice_of({"date": "0001-01-01"}, DAY).last == date(2020, 1, 1)
    assert choice_of({"date": "2030-01-01"}, DAY).last == DAY
    assert choice_of({}, DAY).query() == "?"
    choice = choice_of({"span": "month", "job_type": "doubt", "provider": "a b"}, DAY)
    assert choice_of(dict(pair.split("=") for pair in choice.query()[1:].split("&")), DAY).provider == "a+b"
    assert choice.later() is None
    assert choice.earlier().later().last == DAY


def test_an_empty_page_says_what_to_do(console, people):
    assert "manage.py daily_run" in text(console, METRICS)
    assert "Nothing failed in the last 7 days" in text(console, CAUSES)


def test_figures_that_fell_behind_are_told(console, month):
    RunOutcome.objects.filter(pk=RunOutcome.objects.first().pk).update(
        rolled=False, ended_at=clock.now() - timedelta(hours=1)
    )
    assert "These figures are behind" in text(console, f"{METRICS}?date={DAY}")


def test_the_figures_come_as_csv(console, month):
    def table(of: str) -> list[dict[str, str]]:
        response = console.get(f"{METRICS}metrics-{of}.csv?date={DAY}")
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert f"renderhub-{of}-2026-11-04-2026-11-10.csv" in response["Content-Disposition"]
        return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))

    days = table("days")
    assert [row["date"] for row in days] == [f"2026-11-{day:02d}" for day in range(4, 11)]
    last = RunOutcome.objects.filter(date=DAY, outcome="completed")
    assert int(days[-1]["completed"]) == last.count()
    assert {row["stage"] for row in table("stages")} == {"script_gen", "manim", "tts", "music", "revideo", "upload"}
    assert {"manim", "composer"} <= {row["provider"] for row in table("providers")}
    assert sum(int(row["failed_for_good"]) for row in table("failures")) == sum(int(row["failed"]) for row in days)
    assert console.get(f"{METRICS}metrics-secrets.csv").status_code == 404


def test_failures_are_grouped_by_cause_with_remedy_and_example(console, people):
    workspace = people.workspace
    now = clock.now()
    morning = Morning(workspace, now)
    renders = [morning.ask(f"Number {number}") for number in range(3)]
    morning.fail(renders[0], -60 * 24 * 20, reason="Old")
    for number, render in enumerate(renders):
        morning.fail(render, -10 * number - 1, reason=f"No answer {number}")
    morning.fail(renders[0], -1, code="SENSITIVE_CONTENT", stage="script_gen", provider="openai", remedy="Reword it")
    RenderFailure.objects.filter(code="SENSITIVE_CONTENT").update(
        error_details={"remedy": "Reword it", "is_retryable": False, "user_action_required": True}
    )
    first, second = causes_since(now - timedelta(days=7))
    assert (first.count, first.example.failure_reason, first.helps) == (3, "No answer 0", "A retry can help.")
    assert first.first_seen == morning.at(-60 * 24 * 20)
    assert (second.count, second.remedy) == (1, "Reword it")
    assert second.helps == "A retry alone will not help: the input has to change."
    page = text(console, CAUSES)
    assert "4 failures in the last 7 days, of 2 causes. Most often: TIMEOUT at Composing by composer (3)." in page
    assert f"/admin/renders/render/{renders[0].pk}/change/?run=1" in page
    assert "A retry can help." in page


def test_the_report_page_tells_what_has_come_since(console, people, berlin):
    from monitoring.sla import reporting
    from monitoring.terms import due_on

    morning = Morning(people.workspace, due_on(DAY))
    slow = morning.ask("Slow one")
    with clock.frozen(morning.at(5)):
        [report] = reporting.write_due()
    address = f"/admin/monitoring/slareport/{report.pk}/change/"
    assert "Ready since" not in text(console, address)
    morning.complete(slow, 42)
    morning.read()
    page = text(console, address)
    assert "Ready since, at 06:42: 42 m 00 s late." in page
    assert "0 of 1 video was ready in time: 0\u00a0%, below target (95\u00a0%)." in page


@pytest.mark.parametrize("path", ["/admin/monitoring/slareport/x/change/", "/admin/monitoring/slareport/0/change/"])
def test_a_report_that_is_not_there_is_not_found(path, console):
    assert console.get(path).status_code == 404


def test_records_can_be_filtered_by_how_they_stand(console, month):
    from monitoring.sla.causes import state_of

    for outcome in ("on_time", "late", "missing", "open", "cancelled", "degraded", "nonsense"):
        response = console.get(f"/admin/monitoring/slarecord/?outcome={outcome}")
        assert response.status_code == 200
        shown = {state_of(record, clock.now()) for record in response.context["cl"].queryset}
        if outcome not in ("degraded", "nonsense"):
            assert shown <= {outcome}


def test_the_number_of_queries_of_a_page_does_not_grow(console, people):
    def queries() -> list[int]:
        asked = []
        for page in all_pages():
            with CaptureQueriesContext(connection) as context:
                text(console, page if "sla" in page else f"{page}?span=month&date={DAY}")
            asked.append(len(context))
        return asked

    Month(people.workspace, DAY - timedelta(days=2), days=3, per_day=6, seed=1).plant()
    queries()  # what is asked once a process
    few = queries()
    Month(people.workspace, DAY, days=12, per_day=15, seed=2, reports=0).plant()
    assert queries() == few
    assert max(few) <= 9


def test_no_query_of_a_page_reads_the_log_or_a_large_table_whole(console, month):
    large = ("renders_renderlog", "renders_render", "renders_renderfailure", "renders_step", "renders_attempt")
    with CaptureQueriesContext(connection) as asked:
        for page in all_pages():
            text(console, page)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked.captured_queries:
            sql = query["sql"]
            assert RenderLog._meta.db_table not in sql
            if sql.startswith(("SELECT", "WITH")) and any(table in sql for table in large):
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                assert not any(f"Seq Scan on {table} " in plan for table in large), f"{sql}\n{plan}"


def test_what_a_failure_says_stays_text(console, people):
    morning = Morning(people.workspace, clock.now())
    morning.fail(morning.ask("<script>alert(1)</script>"), -1, reason="<img src=x onerror=alert(1)>")
    page = text(console, CAUSES)
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert Render.objects.count() == 1
