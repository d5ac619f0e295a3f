"""Every event is handed on once, whoever dies or disagrees meanwhile (I4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError, transaction

from renders.models import RenderEvent, Workspace
from renders.pipeline import outbox
from tests.support import pipeline


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the only consumer was given."""
    seen: list[str] = []
    monkeypatch.setattr(outbox, "_consumers", {})
    outbox.register("test", lambda events: seen.extend(event.kind for event in events))
    return seen


@pytest.mark.django_db
class TestOneReader:
    def test_what_was_told_is_handed_on_in_order_and_once(self, heard: list[str]) -> None:
        outbox.tell("service.down", name="composer")
        outbox.tell("service.up", name="composer")
        assert outbox.read() == 2
        assert outbox.read() == 0
        assert heard == ["service.down", "service.up"]
        assert not RenderEvent.objects.filter(processed_at=None).exists()

    @pytest.mark.usefixtures("fakes")
    def test_the_moves_of_a_render_are_heard(self, heard: list[str]) -> None:
        pipeline.ask()
        pipeline.run_all()
        outbox.read()
        assert heard == ["render.queued", "render.processing", "render.completed"]

    def test_what_is_told_is_data_that_can_be_stored(self, heard: list[str]) -> None:
        event = outbox.tell("service.down", error="a\x00b\ud800", latency=float("nan"))
        event.refresh_from_db()
        assert event.data == {"error": "a\ufffdb\ufffd", "latency": None}

    def test_more_than_a_batch_is_read_batch_by_batch(self, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbox, "BATCH", 2)
        for number in range(3):
            outbox.tell(f"service.{number}")
        assert [outbox.read(), outbox.read(), outbox.read()] == [2, 1, 0]

    def test_an_event_that_upsets_a_consumer_holds_up_no_other(self, heard: list[str]) -> None:
        def picky(events: Sequence[RenderEvent]) -> None:
            for event in events:
                Workspace.objects.create(name=event.kind, slug=event.kind.replace(".", "-"))
                if event.kind == "service.bad":
                    raise ValueError("no such service")

        outbox.register("picky", picky)
        for kind in ("service.down", "service.bad", "service.up"):
            outbox.tell(kind)
        assert outbox.read() == 2
        assert set(Workspace.objects.values_list("slug", flat=True)) == {"service-down", "service-up"}, "half was kept"
        assert list(RenderEvent.objects.filter(processed_at=None).values_list("kind", flat=True)) == ["service.bad"]
        outbox.register("picky", lambda events: None)
        assert outbox.read() == 1

    def test_a_database_that_goes_away_is_the_keeper_s_to_deal_with(self, heard: list[str]) -> None:
        def away(events: Sequence[RenderEvent]) -> None:
            raise OperationalError("server closed the connection")

        outbox.register("away", away)
        outbox.tell("service.down")
        with pytest.raises(OperationalError):
            outbox.read()
        assert RenderEvent.objects.filter(processed_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_hand_each_event_on_once(heard: list[str]) -> None:
    for number in range(40):
        outbox.tell(f"service.{number}")
    counts: list[Any] = pipeline.in_threads(outbox.read, outbox.read)
    counts.append(outbox.read())
    assert sum(counts) == len(heard) == len(set(heard)) == 40


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_transaction_that_is_open_is_read_later(heard: list[str]) -> None:
    with transaction.atomic():
        outbox.tell("service.down")
        assert pipeline.in_threads(outbox.read) == [0]
    assert outbox.read() == 1
