"""One delivery after the other: what each answer makes of it, and of its channel."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django.utils import timezone

from alerts import book, claims, duty, sending
from alerts.models import Alert, Channel, Delivery
from renders.pipeline import outbox
from tests.support import alerting
from tests.support.slack_server import HANG, RESET, RESET_UNREAD, SECRET, Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(slack):
    return alerting.slack_channel()


def alert(name: str = "a4f") -> Delivery:
    """An alert, and the message of it."""
    outbox.tell("service.down", name=name, error="Connection <refused> & more.", remedy="Start it.", primary=True)
    outbox.read()
    return Delivery.objects.get(subject__endswith=name)


def fresh(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def test_a_message_that_is_taken_is_sent_and_settled(slack, channel):
    delivery = alert()
    assert sending.send_due(5) == 1
    assert (fresh(delivery).state, delivery.answer, delivery.attempts) == ("sent", "200 ok", 1)
    assert delivery.settled_at is not None
    assert sending.send_due(5) == 0
    assert len(slack.taken) == 1


def test_after_a_429_nothing_goes_to_the_channel_before_it_allows(slack, channel):
    slack.plan = [Answer(429, "rate_limited", {"Retry-After": "30"})]
    first, second = alert("one"), alert("two")
    sending.send_due(5)
    assert (fresh(first).state, first.attempts) == ("pending", 0)
    alerting.let_pass(29)
    assert sending.send_due(5) == 0
    alerting.let_pass(1.1)
    assert sending.send_due(5) == 1
    alerting.let_pass(1.1)
    assert sending.send_due(5) == 1
    assert {fresh(first).state, fresh(second).state} == {"sent"}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_tried_again_later(slack, channel, status):
    slack.plan = [Answer(status, "oops")]
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, delivery.doubts) == ("pending", 0)
    assert delivery.next_at > timezone.now()
    alerting.let_pass(61)
    sending.send_due(5)
    assert fresh(delivery).state == "sent"


def test_a_channel_that_cannot_be_reached_is_given_up_in_the_end_and_shown(slack, channel, settings):
    settings.RENDERHUB_SLACK_WEBHOOKS = {"ops": f"http://127.0.0.1:1{SECRET}"}
    delivery = alert()
    tried = 0
    while fresh(delivery).state == "pending":
        tried += sending.send_due(5)
        alerting.let_pass(3601)
    assert (delivery.state, tried, slack.seen) == ("failed", 8, 0)
    assert "could not be reached" in delivery.answer
    assert Channel.objects.get().broken_at is None


@pytest.mark.parametrize(
    ("status", "word"), [(403, "action_prohibited"), (404, "no_service"), (410, "channel_is_archived")]
)
def test_a_channel_that_is_gone_is_marked_and_left_alone(slack, channel, status, word):
    slack.plan = [Answer(status, word)]
    first, second = alert("one"), alert("two")
    sending.send_due(5)
    broken = Channel.objects.get()
    assert broken.broken_at is not None
    assert word in broken.broken_why
    assert fresh(first).state == "failed"
    alerting.let_pass(10)
    assert sending.send_due(5) == 0
    assert (fresh(second).state, slack.seen) == ("pending", 1)


def test_what_waited_for_a_broken_channel_goes_out_when_a_test_has_arrived(slack, channel):
    slack.plan = [Answer(410, "channel_is_archived")]
    first, second = alert("one"), alert("two")
    sending.send_due(5)
    alerting.let_pass(2)
    test = book.ask_for_test(channel, fresh(first).pk)
    assert sending.send_now(test.pk)
    assert Channel.objects.get().broken_at is None
    alerting.let_pass(2)
    sending.send_due(5)
    assert fresh(second).state == "sent"
    assert claims.send_again(first.pk)
    alerting.let_pass(2)
    sending.send_due(5)
    assert fresh(first).state == "sent"


def test_a_payload_that_is_refused_does_not_break_the_channel(slack, channel):
    slack.plan = [Answer(400, "invalid_payload")]
    first, second = alert("one"), alert("two")
    sending.send_due(5)
    alerting.let_pass(2)
    sending.send_due(5)
    assert sorted([fresh(first).state, fresh(second).state]) == ["failed", "sent"]
    assert Channel.objects.get().broken_at is None


@pytest.mark.parametrize("what", [HANG, RESET])
def test_without_an_answer_it_is_sent_once_more_and_marked_uncertain(slack, channel, what, monkeypatch):
    monkeypatch.setattr("alerts.channels.slack.channel.READ_SECONDS", 0.2)
    slack.plan = [what]
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, delivery.doubts) == ("pending", 1)
    alerting.let_pass(121)
    sending.send_due(5)
    assert (fresh(delivery).state, slack.seen) == ("uncertain", 2)
    assert "repeat" in json.dumps(slack.taken)


def test_without_an_answer_twice_it_is_not_sent_a_third_time(slack, channel):
    slack.plan = [RESET, RESET]
    delivery = alert()
    for _ in range(5):
        sending.send_due(5)
        alerting.let_pass(4000)
    assert (fresh(delivery).state, slack.seen) == ("failed", 2)
    assert "may have arrived" in delivery.answer


def test_a_webhook_that_is_not_in_the_settings_is_a_broken_channel(slack, settings):
    settings.RENDERHUB_SLACK_WEBHOOKS = {"other": slack.url}
    alerting.slack_channel()
    delivery = alert()
    sending.send_due(5)
    assert fresh(delivery).state == "failed"
    assert "SLACK_WEBHOOKS" in Channel.objects.get().broken_why
    assert "other" in delivery.answer
    assert SECRET not in delivery.answer


def test_a_private_host_is_refused_unless_it_is_listed(slack, channel, settings):
    settings.RENDERHUB_FETCH_PRIVATE_HOSTS = []
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, slack.seen) == ("failed", 0)
    assert "FETCH_PRIVATE_HOSTS" in Channel.objects.get().broken_why


def test_a_redirect_is_not_followed(slack, channel):
    slack.plan = [Answer(307, "moved", {"Location": "/elsewhere"})]
    delivery = alert()
    sending.send_due(5)
    assert (fresh(delivery).state, slack.strayed) == ("failed", 0)
    assert Channel.objects.get().broken_at is not None


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, f"no such place: {SECRET}"),
        Answer(302, "moved", {"Location": "http://example.org/"}),
        RESET,
        RESET_UNREAD,
        Answer(200, f"<html>{SECRET}"),
    ],
)
def test_the_secret_is_nowhere_in_the_database_nor_in_the_log(slack, channel, answer, caplog):
    caplog.set_level("DEBUG", "alerts")
    slack.plan = [answer]
    delivery = alert()
    sending.send_due(5)
    kept = [*fresh(delivery).__dict__.values(), *Channel.objects.get().__dict__.values(), caplog.text]
    assert not [value for value in kept if SECRET.lstrip("/") in str(value) or "a-secret" in str(value)]
    assert delivery.answer


def test_an_error_of_our_own_ends_nothing_but_that_try(slack, channel, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("https://hooks.slack.com/services/a-secret")

    monkeypatch.setattr("alerts.channels.slack.channel.payload_of", broken)
    delivery = alert()
    assert sending.send_due(5) == 1
    assert fresh(delivery).state == "pending"
    assert "KeyError" in delivery.answer
    assert "a-secret" not in delivery.answer


def test_counts_are_those_of_the_moment_it_is_sent(slack, channel):
    alert()
    for _ in range(4):
        outbox.tell("service.down", name="a4f", error="Still.", primary=True)
    outbox.read()
    sending.send_due(5)
    [payload] = slack.taken
    assert "*Count*\n5" in json.dumps(payload).replace("\\n", "\n")


def test_a_message_that_comes_too_late_says_that_it_is_over(slack, channel):
    alert()
    outbox.tell("service.up", name="a4f")
    outbox.read()
    alerting.let_pass(121)
    duty.close_what_is_over()
    alerting.let_pass(5)
    sending.send_due(5)
    alerting.let_pass(5)
    sending.send_due(5)
    first, second = slack.taken
    assert "over by now" in json.dumps(first)
    assert second["blocks"][0]["text"]["text"].startswith("● Recovered: ")


# Whoever comes too late


def test_a_sender_whose_lease_is_over_hands_nothing_over(slack, channel):
    delivery = alert()
    slow = claims.claim(sending._PACES)
    alerting.let_pass(claims.LEASE_SECONDS + 1)
    with pytest.raises(claims.NotOurs):
        claims.hand_over(slow)
    sending.send(slow)
    assert (slack.seen, fresh(delivery).state) == (0, "sending")
    sending.send_due(5)
    assert (fresh(delivery).state, slack.seen) == ("sent", 1)


def test_a_database_that_goes_away_at_the_hand_over_raises_nothing_that_holds_the_secret(slack, channel, monkeypatch):
    def cut(*_: object) -> None:
        raise OperationalError("server closed the connection")

    delivery = alert()
    monkeypatch.setattr(claims, "hand_over", cut)
    assert sending.send_due(5) == 1
    assert (fresh(delivery).state, slack.seen) == ("sending", 0)


def test_a_late_settlement_changes_nothing(slack, channel):
    from alerts import policy
    from alerts.outcomes import NotSent, Verdict

    delivery = alert()
    slow = claims.claim(sending._PACES)
    alerting.let_pass(claims.LEASE_SECONDS + 1)
    sending.send_due(5)
    assert fresh(delivery).state == "sent"
    late = policy.settled(NotSent(Verdict.CHANNEL, "410"), 1, 0)
    assert not claims.settle(slow, late)
    assert fresh(delivery).state == "sent"
    assert Channel.objects.get().broken_at is None


def test_a_late_settlement_does_not_touch_what_another_sender_holds(slack, channel):
    from alerts import policy
    from alerts.outcomes import Sent

    delivery = alert()
    slow = claims.claim(sending._PACES)
    alerting.let_pass(claims.LEASE_SECONDS + 1)
    second = claims.claim(sending._PACES)
    assert not claims.settle(slow, policy.settled(Sent("ok"), 1, 0))
    assert fresh(delivery).state == "sending"
    assert claims.settle(second, policy.settled(Sent("ok"), 2, 0))


def test_a_settlement_that_is_made_again_changes_nothing(slack, channel):
    """As after a commit whose answer was lost."""
    from alerts import policy
    from alerts.outcomes import NotSent, Verdict

    delivery = alert()
    claimed = claims.claim(sending._PACES)
    asked_to_wait = policy.settled(NotSent(Verdict.LATER, "429", "", 30.0), 1, 0)
    assert [claims.settle(claimed, asked_to_wait) for _ in range(2)] == [True, False]
    assert fresh(delivery).attempts == 0


def test_what_was_sent_is_not_sent_again_by_hand(slack, channel):
    delivery = alert()
    sending.send_due(5)
    assert not claims.send_again(delivery.pk)


# The keeper


def test_the_keeper_rings_for_what_is_due_and_sends_what_nobody_takes(slack, channel, no_bell):
    delivery = alert()
    duty.attend()
    assert (no_bell, fresh(delivery).state) == (["rung"], "pending")
    alerting.let_pass(31)
    duty.attend()
    assert (no_bell, fresh(delivery).state) == (["rung"], "sent")
    duty.attend()
    assert no_bell == ["rung"]


def test_the_keeper_leaves_a_channel_alone_that_somebody_serves(slack, channel, no_bell):
    alert("one")
    delivery = alert("two")
    alerting.let_pass(31)
    sending.send_now(delivery.pk)
    alerting.let_pass(1.1)
    duty.attend()
    assert (no_bell, slack.seen) == (["rung"], 1)


def test_the_keeper_does_not_ring_for_a_channel_that_is_off_or_broken(slack, channel, no_bell):
    alert()
    Channel.objects.update(enabled=False)
    duty.attend()
    Channel.objects.update(enabled=True, broken_at=timezone.now())
    alerting.let_pass(40)
    duty.attend()
    assert (no_bell, slack.seen) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_the_task_sends_what_is_due(slack, channel):
    from alerts.tasks import send_messages

    delivery = alert()
    send_messages()
    assert fresh(delivery).state == "sent"


def test_a_report_reaches_slack_with_its_blocks(slack, channel):
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "Day"}}]
    outbox.tell("sla.report", report_id=1, subject="22 Nov: 3 of 3 on time", text="T", html="<p>", blocks=blocks)
    outbox.read()
    sending.send_due(5)
    [payload] = slack.taken
    assert payload == {"text": "22 Nov: 3 of 3 on time", "blocks": blocks}
    assert not Alert.objects.exists()
