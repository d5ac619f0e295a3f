"""The console's pages of alerts: who sees what, what buttons do, and what is never shown."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from alerts import sending
from alerts.models import Alert, Channel, Delivery
from renders.pipeline import outbox
from tests.support import alerting
from tests.support import alerts_in_every_state as states
from tests.support import people as three
from tests.support.slack_server import SECRET, Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def desk(client, people):
    client.force_login(people.operator)
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"admin:alerts_{name}", args=args)


def said(answer) -> str:
    return answer.content.decode()


def test_every_page_opens_in_every_state_and_none_tells_the_secret(desk, slack, smtp, fakes):
    states.one_of_each(slack)
    pages = [page("alert_changelist"), page("channel_changelist"), page("delivery_changelist"), page("channel_add")]
    pages += [page("alert_change", alert.pk) for alert in Alert.objects.all()]
    pages += [page("channel_change", channel.pk) for channel in Channel.objects.all()]
    pages += [page("delivery_change", delivery.pk) for delivery in Delivery.objects.all()]
    for address in pages:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        assert SECRET.lstrip("/") not in said(answer), address


def test_the_list_begins_with_what_is_open(desk, slack, fakes):
    states.one_of_each(slack)
    shown = said(desk.get(page("alert_changelist")))
    assert "3 alerts are open." in shown
    assert shown.index("Service down: revideo") < shown.index("On time: 90 %")
    assert "Start the service, or take it out of REVIDEO_CHAIN." in shown


@pytest.mark.parametrize("query", ["state=failed", "kind=opened", "channel__id__exact=1"])
def test_the_log_is_filtered(desk, slack, fakes, query):
    states.one_of_each(slack)
    assert desk.get(f"{page('delivery_changelist')}?{query}").status_code == 200


def test_without_a_channel_the_lists_say_what_to_do_next(desk):
    for name in ("alert_changelist", "channel_changelist", "delivery_changelist"):
        assert page("channel_add") in said(desk.get(page(name)))


def test_what_a_provider_said_is_text(desk, people):
    outbox.tell("service.down", name="<script>alert(1)</script>", error="<img src=x>", remedy="<b>x</b>")
    outbox.read()
    shown = said(desk.get(page("alert_change", Alert.objects.get().pk)))
    shown += said(desk.get(page("alert_changelist")))
    assert "<script>alert(1)" not in shown
    assert "<img src=x>" not in shown
    assert "<b>x</b>" not in shown


def test_an_alert_is_resolved_with_a_note_told_once_and_written_down(desk, people, slack):
    alerting.slack_channel()
    outbox.tell("feed.broken", feed_id=1, title="Wire", error="404")
    outbox.read()
    alert = Alert.objects.get()
    for _ in range(2):
        answer = desk.post(page("alert_resolve", alert.pk), {"note": "Its address was changed."}, follow=True)
        assert answer.status_code == 200
    alert.refresh_from_db()
    assert (alert.state, alert.resolved_by) == ("resolved", people.operator)
    assert alert.outcome == "Resolved by operator: Its address was changed."
    assert Delivery.objects.filter(kind="recovered").count() == 1
    assert "it was resolved already" in said(answer)
    assert LogEntry.objects.count() == 2


def test_nothing_is_done_by_get(desk, slack):
    channel = alerting.slack_channel()
    outbox.tell("feed.broken", feed_id=1)
    outbox.read()
    alert, delivery = Alert.objects.get(), Delivery.objects.get()
    for address in (
        page("alert_resolve", alert.pk),
        page("channel_test", channel.pk),
        page("delivery_again", delivery.pk),
    ):
        assert desk.get(address).status_code == 405
    assert slack.seen == 0


def test_a_test_says_what_came_back(desk, slack):
    channel = alerting.slack_channel()
    shown = said(desk.post(page("channel_test", channel.pk), follow=True))
    assert "Sent. The answer: 200 ok" in shown
    [payload] = slack.taken
    assert payload["blocks"][0]["text"]["text"] == "○ Test: A test of the channel #renders"
    slack.plan = [Answer(404, "no_service")]
    alerting.let_pass(2)
    shown = said(desk.post(page("channel_test", channel.pk), follow=True))
    assert "Not sent. 404 no_service. Make a new incoming webhook" in shown
    assert "Broken" in shown


def test_a_test_goes_to_a_channel_that_is_off_and_mends_one_that_was_broken(desk, smtp):
    channel = alerting.mail_channel(enabled=False)
    desk.post(page("channel_test", channel.pk))
    assert len(smtp.mails) == 1
    smtp.refuse["RCPT"] = "550 no"
    desk.post(page("channel_test", channel.pk))
    channel.refresh_from_db()
    assert channel.broken_at is not None
    smtp.refuse.clear()
    desk.post(page("channel_test", channel.pk))
    channel.refresh_from_db()
    assert (channel.broken_at, channel.broken_why) == (None, "")


def test_a_message_that_failed_is_sent_again_once(desk, slack):
    alerting.slack_channel()
    slack.plan = [Answer(400, "invalid_payload")]
    outbox.tell("feed.broken", feed_id=1)
    outbox.read()
    sending.send_due(5)
    delivery = Delivery.objects.get()
    assert "Send again" in said(desk.get(page("delivery_change", delivery.pk)))
    alerting.let_pass(2)
    for _ in range(2):
        desk.post(page("delivery_again", delivery.pk))
    delivery.refresh_from_db()
    assert (delivery.state, len(slack.taken)) == ("sent", 1)
    assert "Send again" not in said(desk.get(page("delivery_change", delivery.pk)))


@pytest.mark.parametrize(
    ("kind", "target", "fault"),
    [
        ("email", "nobody", "Enter one email address"),
        ("email", "a@example.org, b@example.org", "Enter one email address"),
        ("slack", "unknown", "SLACK_WEBHOOKS has no webhook of this name. It has: ops."),
        ("slack", "https://hooks.slack.com/services/x", "SLACK_WEBHOOKS has no webhook of this name."),
        ("slack", "ops", ""),
        ("email", "ops@example.org", ""),
    ],
)
def test_a_channel_is_entered_with_what_can_work(desk, slack, kind, target, fault):
    data = {"name": "New", "kind": kind, "target": target, "enabled": "on"}
    answer = desk.post(page("channel_add"), data)
    assert Channel.objects.exists() == (fault == "")
    if fault:
        assert fault in said(answer)


def test_saving_a_broken_channel_tries_it_again(desk, slack):
    channel = alerting.slack_channel()
    slack.plan = [Answer(410, "channel_is_archived")]
    outbox.tell("feed.broken", feed_id=1)
    outbox.tell("feed.broken", feed_id=2)
    outbox.read()
    sending.send_due(5)
    desk.post(page("channel_change", channel.pk), {"name": "New", "kind": "slack", "target": "ops", "enabled": "on"})
    alerting.let_pass(2)
    sending.send_due(5)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["failed", "sent"]


def test_staff_who_may_only_look_have_no_buttons(client, people, slack):
    clerk = people.teammate
    clerk.is_staff = True
    clerk.save()
    names = ["view_alert", "view_channel", "view_delivery"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    channel = alerting.slack_channel()
    outbox.tell("feed.broken", feed_id=1)
    outbox.read()
    alert, delivery = Alert.objects.get(), Delivery.objects.get()
    for looked, done in (
        (page("alert_change", alert.pk), page("alert_resolve", alert.pk)),
        (page("channel_change", channel.pk), page("channel_test", channel.pk)),
        (page("delivery_change", delivery.pk), page("delivery_again", delivery.pk)),
    ):
        answer = client.get(looked)
        assert answer.status_code == 200
        assert done not in said(answer)
        assert client.post(done).status_code == 403
    assert slack.seen == 0


def test_members_and_strangers_see_none_of_it(client, people):
    for user in (None, people.owner):
        if user is not None:
            client.force_login(user)
        for name in ("alert_changelist", "channel_changelist", "delivery_changelist"):
            assert client.get(page(name)).status_code == 302
