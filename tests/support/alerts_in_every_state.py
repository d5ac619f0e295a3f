"""Alerts, channels and deliveries in every state that a page may meet, each brought there by the code itself."""

from __future__ import annotations

import uuid

from alerts import book, sending
from alerts.models import Alert, Channel
from renders.pipeline import outbox
from tests.support import alerting
from tests.support.slack_server import Answer, SlackServer


def one_of_each(slack: SlackServer) -> dict[str, Channel]:
    """A channel that works, one that broke, one that is off; open, ending and resolved alerts with their messages."""
    works = alerting.slack_channel("#renders")
    broken = Channel.objects.create(name="#old-room", kind="slack", target="ops")
    off = alerting.mail_channel("Operators", enabled=False)
    slack.plan = [Answer(410, "channel_is_archived")]
    test = book.ask_for_test(broken, uuid.uuid4())
    sending.send_now(test.pk)
    first, second = alerting.render("The day in a minute"), alerting.render("Railways of the nineteenth century")
    alerting.fails(first)
    alerting.fails(second)
    outbox.read()
    error, remedy = "Connection refused by 10.0.0.5:5001.", "Start the service, or take it out of REVIDEO_CHAIN."
    outbox.tell("service.down", name="revideo", error=error, remedy=remedy, primary=True, stages=["revideo"])
    outbox.tell("feed.broken", feed_id=1, title="Example Press", error="HTTP 404.", remedy="Correct its address.")
    outbox.tell("sla.below_target", rate=0.9, target=0.95, days=1, date="2026-11-21", late=["Day ru"], missing=[])
    outbox.read()
    outbox.tell("feed.recovered", feed_id=1, title="Example Press")
    outbox.tell("sla.back_on_target", rate=1.0, target=0.95, days=1, date="2026-11-22")
    outbox.read()
    slack.plan = [Answer(), Answer(400, "invalid_payload"), Answer(503, "unavailable")]
    for _ in range(3):
        alerting.let_pass(1.5)
        sending.send_due(0.2)
    return {"works": works, "broken": broken, "off": off}


def opened(kind: str) -> Alert:
    return Alert.objects.get(kind=kind)
