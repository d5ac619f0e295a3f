"""Readers and senders that run at the same moment, each with a connection of its own."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from alerts import book, claims, consumer, duty, sending
from alerts.models import Alert, Delivery, StreakRow
from renders.models import RenderEvent
from renders.pipeline import outbox
from tests.support import alerting
from tests.support.pipeline import in_threads, wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fakes(fakes):
    """Renders are made by the pipeline itself."""


def no_fault(answers: list[object]) -> None:
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []


def test_two_readers_of_one_cause_open_one_alert_with_the_right_count():
    alerting.slack_channel()
    renders = iter([alerting.render(f"number {number}") for number in range(18)])
    batches = []
    for _ in range(6):
        before = set(RenderEvent.objects.values_list("pk", flat=True))
        for _ in range(3):
            alerting.fails(next(renders))
        batches.append(sorted(set(RenderEvent.objects.values_list("pk", flat=True)) - before))
    no_fault(in_threads(*[lambda batch=batch: outbox._hand_on(batch) for batch in batches]))
    assert Alert.objects.get(kind="render_failed").count == 18
    assert Alert.objects.get(kind="in_a_row").count == 18
    assert len(StreakRow.objects.get().failures) == 18
    assert Delivery.objects.count() == 2


def test_a_reader_waits_for_the_one_that_writes_alerts():
    outbox.tell("service.down", name="a4f")
    rows = list(RenderEvent.objects.all())
    with transaction.atomic():
        consumer.take(rows)
        second = []

        def read() -> None:
            with transaction.atomic():
                consumer.take(rows)
            connection.close()

        import threading

        thread = threading.Thread(target=read)
        thread.start()
        wait_for_a_lock()
        second.append(thread)
    thread.join(10)
    assert Alert.objects.get().count == 2


def test_what_comes_back_while_it_is_closed_stays_open():
    outbox.tell("service.down", name="a4f")
    outbox.read()
    outbox.tell("service.up", name="a4f")
    outbox.read()
    alerting.let_pass(200)
    outbox.tell("service.down", name="a4f")
    rows = list(RenderEvent.objects.filter(processed_at__isnull=True))
    import threading

    with transaction.atomic():
        consumer.take(rows)

        def close() -> None:
            duty.close_what_is_over()
            connection.close()

        thread = threading.Thread(target=close)
        thread.start()
        wait_for_a_lock()
    thread.join(10)
    alert = Alert.objects.get()
    assert (alert.state, alert.ends_at, alert.count) == ("open", None, 2)


def test_an_alert_is_resolved_once_whoever_does_it():
    alerting.slack_channel()
    outbox.tell("feed.broken", feed_id=3)
    outbox.read()
    alert = Alert.objects.get()
    answers = in_threads(*[lambda: book.resolve(Alert.objects.get(pk=alert.pk), "Done.") for _ in range(4)])
    assert sorted(map(str, answers)) == ["False", "False", "False", "True"]
    assert Delivery.objects.filter(kind="recovered").count() == 1


def test_a_delivery_is_claimed_by_one_sender_and_its_channel_keeps_its_rate():
    channel = alerting.slack_channel()
    for number in range(5):
        outbox.tell("feed.broken", feed_id=number)
    outbox.read()
    assert Delivery.objects.filter(channel=channel).count() == 5
    answers = in_threads(*[lambda: claims.claim(sending._PACES) for _ in range(6)])
    no_fault(answers)
    assert sum(answer is not None for answer in answers) == 1
    alerting.let_pass(1.1)
    assert claims.claim(sending._PACES) is not None


def test_channels_do_not_wait_for_each_other():
    for name in ("a", "b", "c"):
        alerting.mail_channel(name)
    outbox.tell("feed.broken", feed_id=1)
    outbox.read()
    answers = in_threads(*[lambda: claims.claim(sending._PACES) for _ in range(3)])
    no_fault(answers)
    claimed = {answer.id for answer in answers if answer}
    while (more := claims.claim(sending._PACES)) is not None:
        claimed.add(more.id)
    assert len(claimed) == 3
