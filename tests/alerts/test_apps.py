"""That it is all plugged in: the keeper and the workers know of it."""

from __future__ import annotations

from alerts import consumer, duty, tasks
from renderhub.celery import app
from renders.pipeline import duties, outbox


def test_the_keeper_hands_events_on_and_attends_to_messages() -> None:
    assert outbox._consumers["alerts"] is consumer.take
    assert duties._duties["sending messages"].work is duty.attend


def test_a_ring_reaches_the_control_queue() -> None:
    def waiting() -> int:
        with app.connection_for_read() as broker:
            return int(broker.default_channel.queue_declare("control", passive=False).message_count)

    before = waiting()
    tasks.ring()
    assert waiting() > before
    assert "alerts.send" in app.tasks
