"""What services are alerted for (R71): the rules, and how alerts of them end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import duty, rules
from alerts.acts import Event, Raise, Recover
from alerts.models import Alert, Delivery
from alerts.vocabulary import AlertKind, Severity
from renderhub.lib import clock
from renders.models import CircuitRow, Outlook, Render, RenderEvent, Service
from renders.pipeline import outbox
from tests.support import alerting

AT = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
OPENED = {"name": "a4f", "code": "API_ERROR", "error": "502", "remedy": "See its log.", "cool_down": 60.0}


def event(kind: str, **data: object) -> Event:
    return Event(1, kind, AT, data)


def happens(kind: str, render: Render, **data: object) -> None:
    RenderEvent.objects.create(render=render, run=1, kind=kind, data=data, created_at=clock.now())


def only(one: Event) -> Raise:
    [act] = rules.acts_of(one)
    assert isinstance(act, Raise)
    return act


class TestTheRules:
    def test_a_service_that_is_left_alone_is_told_with_what_it_met_and_for_how_long(self) -> None:
        act = only(event("circuit.opened", **OPENED, primary=True, stages=["tts"]))
        assert (act.cause, act.kind, act.severity) == ("service/a4f", AlertKind.SERVICE_DOWN, Severity.CRITICAL)
        assert act.title == "Service left alone: a4f keeps failing"
        assert act.details == (
            "The last that it met: API_ERROR: 502. It is tried again after 1 m 00 s. Needed for: narration."
        )
        assert act.remedy == "See its log."

    def test_a_fallback_that_is_left_alone_is_a_warning(self) -> None:
        assert only(event("circuit.opened", **OPENED, primary=False)).severity is Severity.WARNING

    @pytest.mark.parametrize(
        ("code", "title", "remedy"),
        [
            ("UNAUTHORIZED", "Key refused: a4f", "Check the provider's key and its rights."),
            ("QUOTA_EXCEEDED", "Quota used up: a4f", "Top up the account."),
        ],
    )
    def test_a_refused_key_and_a_used_up_quota_are_a_cause_of_their_own(
        self, code: str, title: str, remedy: str
    ) -> None:
        act = only(event("service.key_refused", name="a4f", code=code, error="no", primary=True))
        assert (act.cause, act.kind, act.title, act.remedy) == ("key/a4f", AlertKind.KEY_REFUSED, title, remedy)

    def test_a_service_that_is_up_but_left_alone_has_not_recovered(self) -> None:
        assert rules.acts_of(event("service.up", name="a4f", left_alone=True)) == []
        [act] = rules.acts_of(event("service.up", name="a4f", left_alone=False))
        assert isinstance(act, Recover)

    def test_one_that_is_taken_back_but_down_has_not_either(self) -> None:
        def ended(**data: object) -> list[str]:
            return [act.cause for act in rules.acts_of(event("circuit.closed", name="a4f", **data)) if act]  # type: ignore[union-attr]

        assert ended(down=False) == ["key/a4f", "service/a4f"]
        assert ended(down=True) == ["key/a4f"]

    def test_a_held_render_is_told_with_what_is_missing_and_when_it_goes_out(self) -> None:
        data = {"reason": "2 narration(s) missing.", "publish_at": "2026-11-22T05:45:00+00:00"}
        act = only(Event(1, "render.held", AT, data, "revideo", "r1", "The day"))
        assert (act.cause, act.kind) == ("held/2026-11-22T05:45:00+00:00", AlertKind.RENDER_HELD)
        assert act.details == "The day: 2 narration(s) missing. It goes out as it is at 05:45 UTC."
        assert act.renders == (("r1", "The day"),)

    def test_a_render_at_risk_is_told_with_why_and_by_when_it_is_expected(self) -> None:
        data = {"due_at": "2026-11-22T06:00:00+00:00", "slow_at": "2026-11-22T06:07:00+00:00", "why": "it is much"}
        act = only(Event(1, "render.at_risk", AT, data, "", "r1", "The day"))
        assert (act.cause, act.severity) == ("risk/2026-11-22T06:00:00+00:00", Severity.CRITICAL)
        assert act.title == "May come too late for 06:00 UTC"
        assert act.details == "The day: it is much. Ready by 06:07 UTC, nine times of ten."

    @pytest.mark.parametrize(
        "kind",
        ["circuit.opened", "circuit.closed", "service.key_refused", "service.up", "render.held", "render.at_risk"],
    )
    @pytest.mark.parametrize("value", [None, 3, [], {"a": 1}, "x" * 9_000])
    def test_whatever_the_data_holds_there_is_an_act(self, kind: str, value: object) -> None:
        names = ("name", "code", "error", "remedy", "stages", "cool_down", "due_at", "publish_at", "slow_at", "why")
        for act in rules.acts_of(event(kind, **dict.fromkeys(names, value))):
            assert isinstance(act, Raise | Recover)
            assert len(act.cause) <= 200


@pytest.mark.django_db
class TestTheEnd:
    @pytest.fixture(autouse=True)
    def _before(self, settings: Any, fakes: None) -> None:
        settings.RENDERHUB_ALERT_CALM_SECONDS = 60
        alerting.slack_channel()

    def told(self, kind: str, **data: object) -> None:
        outbox.tell(kind, **data)
        outbox.read()

    def age(self, seconds: float) -> None:
        back = timedelta(seconds=seconds)
        for alert in Alert.objects.all():
            ends = alert.ends_at - back if alert.ends_at else None
            Alert.objects.filter(pk=alert.pk).update(last_seen=alert.last_seen - back, ends_at=ends)

    def open_kinds(self) -> list[str]:
        duty.close_what_is_over()
        return list(Alert.objects.filter(state="open").values_list("kind", flat=True))

    def test_one_that_is_down_and_left_alone_is_one_alert_and_over_when_it_is_neither(self) -> None:
        self.told("service.down", name="a4f", error="refused")
        self.told("circuit.opened", **OPENED)
        alert = Alert.objects.get()
        assert alert.count == 2
        assert alert.path == "/admin/renders/service/"
        self.told("service.up", name="a4f", left_alone=True)
        self.age(600)
        assert self.open_kinds() == ["service_down"]
        self.told("circuit.closed", name="a4f", down=False)
        self.age(61)
        assert self.open_kinds() == []
        assert Delivery.objects.count() == 2, "told once, and its end once"

    def test_an_end_that_nobody_told_is_seen_in_the_rows(self) -> None:
        """Both were found well at the same moment, and each saw the other ill."""
        self.told("circuit.opened", **OPENED)
        self.told("circuit.closed", name="a4f", down=True)
        self.told("service.up", name="a4f", left_alone=True)
        long_ago = clock.now() - timedelta(hours=1)
        service = Service.objects.create(name="a4f", status="up", since=long_ago, checked_at=clock.now())
        self.age(600)
        circuit = CircuitRow.objects.create(provider="a4f", opened_at=long_ago, open_until=clock.now())
        assert self.open_kinds() == ["service_down"]
        circuit.delete()
        Service.objects.filter(pk=service.pk).update(since=clock.now())
        assert self.open_kinds() == ["service_down"]
        Service.objects.filter(pk=service.pk).update(since=long_ago)
        assert self.open_kinds() == []

    def test_held_renders_of_a_morning_are_one_alert_until_none_is_held(self) -> None:
        at = clock.now() + timedelta(hours=1)
        renders = [alerting.render(name) for name in ("one", "two")]
        for render in renders:
            Render.objects.filter(pk=render.pk).update(status="held", wake_at=at)
            happens("render.held", render, reason="1 narration(s) missing.", publish_at=at.isoformat())
        outbox.read()
        assert Alert.objects.get().count == 2
        Render.objects.filter(pk=renders[0].pk).update(status="cancelled", wake_at=None)
        assert self.open_kinds() == ["render_held"]
        Render.objects.filter(pk=renders[1].pk).update(status="cancelled", wake_at=None)
        assert self.open_kinds() == []

    def test_those_at_risk_of_one_due_time_are_one_alert_until_none_is(self) -> None:
        due = clock.now() + timedelta(minutes=9)
        render = alerting.render("one")
        Render.objects.filter(pk=render.pk).update(due_at=due)
        Outlook.objects.create(render=render, run=1, ready_at=due, slow_at=due, at_risk=True, updated_at=due)
        happens("render.at_risk", render, due_at=due.isoformat(), why="slow")
        outbox.read()
        self.age(600)
        assert self.open_kinds() == ["at_risk"]
        Outlook.objects.all().delete()
        assert self.open_kinds() == []
