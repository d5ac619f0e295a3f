from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import acts as limits
from alerts import rules
from alerts.acts import Act, Event, Failure, Raise, Recover, Report, folded
from alerts.vocabulary import AlertKind, Severity

AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
FAILURE = Failure("manim/manim/TIMEOUT", "manim", "TIMEOUT", "No answer in time.", "Check that it is up.")


def event(kind: str, number: int = 1, **data: object) -> Event:
    return Event(number, kind, AT + timedelta(seconds=number), data)


def failed(number: int = 1, render: str = "r1", *, final: bool = True, failure: Failure | None = FAILURE) -> Event:
    data = {"final": final, "code": "TIMEOUT"}
    return Event(number, "render.failed", AT, data, "manim", render, f"Render {render}", failure)


def only(event: Event) -> Raise:
    [act] = rules.acts_of(event)
    assert isinstance(act, Raise)
    return act


def test_a_render_failed_for_good_is_critical_and_says_where_why_and_what_to_do() -> None:
    act = only(failed())
    assert (act.kind, act.severity, act.cause) == (
        AlertKind.RENDER_FAILED,
        Severity.CRITICAL,
        "failed/manim/manim/TIMEOUT",
    )
    assert act.title == "Failed for good: TIMEOUT at visuals, by manim"
    assert (act.details, act.remedy) == ("No answer in time.", "Check that it is up.")
    assert act.renders == (("r1", "Render r1"),)


def test_a_failure_that_will_be_requeued_is_no_alert_of_its_own() -> None:
    assert rules.acts_of(failed(final=False)) == []


def test_two_renders_that_fail_for_one_cause_are_one_alert_with_both() -> None:
    [act] = folded([only(failed(1, "r1")), only(failed(2, "r2"))])
    assert isinstance(act, Raise)
    assert act.count == 2
    assert act.renders == (("r1", "Render r1"), ("r2", "Render r2"))


@pytest.mark.parametrize(("primary", "severity"), [(True, Severity.CRITICAL), (False, Severity.WARNING)])
def test_a_service_down_is_as_grave_as_its_place_in_the_chain(primary: bool, severity: Severity) -> None:
    act = only(event("service.down", name="a4f", error="refused", remedy="Start it.", primary=primary, stages=["tts"]))
    assert (act.severity, act.title, act.remedy) == (severity, "Service down: a4f", "Start it.")
    assert act.details == "refused. Needed for: narration."


@pytest.mark.parametrize(
    ("down", "up", "key"),
    [
        ("service.down", "service.up", {"name": "a4f"}),
        ("feed.broken", "feed.recovered", {"feed_id": 7, "title": "Wire"}),
        ("sla.below_target", "sla.back_on_target", {"rate": 0.9, "target": 0.95, "days": 1, "date": "2026-11-22"}),
    ],
)
def test_what_recovers_is_the_cause_that_was_raised(down: str, up: str, key: dict[str, object]) -> None:
    [recovered] = rules.acts_of(event(up, **key))
    assert isinstance(recovered, Recover)
    assert recovered.cause == only(event(down, **key)).cause


def test_two_services_are_two_causes() -> None:
    assert only(event("service.down", name="a")).cause != only(event("service.down", name="b")).cause


def test_a_day_that_was_missed_names_the_command_that_makes_it() -> None:
    act = only(event("daily.missed", workspace="Ours", language="en", date="2026-11-22", why="No item."))
    assert act.cause == "daily/Ours/en/2026-11-22"
    assert "daily_run --date 2026-11-22" in act.remedy
    assert act.details == "No item."


def test_the_sla_alert_tells_the_rate_the_target_and_the_names() -> None:
    act = only(event("sla.below_target", rate=0.875, target=0.95, days=7, date="2026-11-22", missing=["Day ru"]))
    assert act.title == "On time: 87.5 %, wanted: 95 %"
    assert act.details == "In the 7 days to 2026-11-22, 87.5 % of the videos were ready on time. Missing: Day ru."


def test_a_report_is_handed_on_word_for_word() -> None:
    [act] = rules.acts_of(event("sla.report", report_id=9, subject="S", text="T", html="<p>", blocks=[{"type": "x"}]))
    assert act == Report("9", "S", "T", "<p>", [{"type": "x"}])


@pytest.mark.parametrize("kind", ["render.queued", "render.processing", "render.cancelled", "something.new"])
def test_other_events_mean_nothing(kind: str) -> None:
    assert rules.acts_of(event(kind)) == []


def test_a_recovery_between_two_failures_keeps_them_apart() -> None:
    down, up = event("service.down", 1, name="a"), event("service.up", 2, name="a")
    acts = [act for each in (down, up, down) for act in rules.acts_of(each)]
    assert [type(act) for act in folded(acts)] == [Raise, Recover, Raise]


def test_an_alert_names_the_newest_renders_only() -> None:
    [act] = folded([only(failed(n, f"r{n}")) for n in range(30)])
    assert isinstance(act, Raise)
    assert act.count == 30
    assert [pk for pk, _ in act.renders] == [f"r{n}" for n in range(20, 30)]


# Failures in a row


def streak(failures: int, new: int, *, ended: bool = False) -> list[Raise | Recover]:
    ended_by = Event(99, "render.completed", AT, render_name="Good one") if ended else None
    newest = failed(5, final=False) if new else None
    return rules.streak_acts(newest, failures=failures, new=new, ended_by=ended_by, threshold=3)


def test_nothing_is_said_below_the_threshold() -> None:
    assert streak(2, 1) == []


def test_at_the_threshold_it_is_one_alert_that_counts_those_before_it() -> None:
    [act] = streak(3, 1)
    assert isinstance(act, Raise)
    assert (act.cause, act.count, act.known) == (rules.IN_A_ROW, 1, 2)
    assert "No answer in time." in act.details


def test_a_completed_run_ends_it() -> None:
    [act] = streak(0, 0, ended=True)
    assert isinstance(act, Recover)
    assert "Good one" in act.how


def test_a_batch_that_brings_no_failure_raises_nothing() -> None:
    assert streak(5, 0) == []


# Whatever an event holds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KINDS = [
    *("render.failed", "service.down", "service.up", "feed.broken", "feed.recovered", "daily.missed"),
    *("sla.below_target", "sla.back_on_target", "sla.report", "render.completed"),
]
NAMES = [
    *("final", "code", "name", "error", "remedy", "primary", "stages", "feed_id", "title", "url", "workspace"),
    *("language", "date", "why", "rate", "target", "days", "report_id", "missing", "late", "subject", "blocks"),
]


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=12))
def test_whatever_an_event_holds_the_rules_answer_within_their_limits(kind: str, data: dict[str, object]) -> None:
    for act in rules.acts_of(Event(1, kind, AT, data)):
        if isinstance(act, Raise):
            assert len(act.cause) <= limits.LONGEST_CAUSE
            assert 0 < len(act.title) <= limits.LONGEST_TITLE
            assert len(act.details) <= limits.LONGEST_TEXT
            assert 0 < len(act.remedy) <= limits.LONGEST_TEXT
        elif isinstance(act, Report):
            assert len(act.key) <= limits.LONGEST_KEY
            assert isinstance(act.blocks, list)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.booleans()), max_size=40))
def test_folding_loses_no_count_and_no_order_of_a_cause(steps: list[tuple[str, bool]]) -> None:
    acts = [
        act
        for number, (name, down) in enumerate(steps)
        for act in rules.acts_of(event("service.down" if down else "service.up", number, name=name))
    ]
    joined = folded(acts)
    for name in "abc":
        cause = f"service/{name}"

        def runs(acts: list[Act], cause: str = cause) -> list[int]:
            """Counts between the recoveries of a cause."""
            told = [0]
            for act in acts:
                if isinstance(act, Raise) and act.cause == cause:
                    told[-1] += act.count
                elif isinstance(act, Recover) and act.cause == cause:
                    told.append(0)
            return told

        assert runs(joined) == runs(acts)
    raised = [act.cause for act in joined if isinstance(act, Raise)]
    recovered = [act.cause for act in joined if isinstance(act, Recover)]
    assert all(raised.count(cause) <= recovered.count(cause) + 1 for cause in raised)
