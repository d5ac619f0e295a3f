"""How messages are taken from the broker, with a real one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from kombu import Message
from kombu.simple import SimpleQueue
from kombu.transport.redis import Channel as PlainChannel

from renderhub.celery import app
from renderhub.lib.queues import Queue
from renderhub.redis_channel import Channel


@pytest.fixture
def channel() -> Iterator[Channel]:
    """Of queues that no other test has."""
    with app.connection_for_read() as connection:
        connection.transport_options = connection.transport_options | {"global_keyprefix": f"{uuid.uuid4()}:"}
        channel = connection.channel()
        assert isinstance(channel, Channel)
        yield channel


@pytest.fixture
def taken(channel: Channel) -> Iterator[dict[Queue, Message]]:
    """A message of each queue, taken and not acknowledged."""
    with ExitStack() as stack:
        messages = {}
        for queue in Queue:
            simple = stack.enter_context(SimpleQueue(channel, queue.value))
            simple.put({"from": queue.value})
            messages[queue] = simple.get(timeout=10)
            assert messages[queue].payload == {"from": queue.value}
        yield messages


def kept(channel: Channel, message: Message) -> bool:
    """Whether the broker has a copy of a message that somebody took."""
    with channel.conn_or_acquire() as client:
        return client.hget(channel.unacked_key, message.delivery_tag) is not None


def test_of_a_bell_the_broker_keeps_no_copy(channel: Channel, taken: dict[Queue, Message]) -> None:
    assert {queue: kept(channel, message) for queue, message in taken.items()} == {
        Queue.IO: False,
        Queue.CPU: False,
        Queue.CONTROL: True,
    }


def test_an_acknowledged_message_is_gone_from_the_broker_and_from_the_hand(
    channel: Channel, taken: dict[Queue, Message]
) -> None:
    channel.basic_qos(prefetch_count=len(taken))
    assert not channel.qos.can_consume()
    for message in taken.values():
        message.ack()
        assert not kept(channel, message)
        assert channel.qos.can_consume()


@pytest.mark.parametrize("queue", Queue)
def test_a_message_given_back_is_no_longer_in_hand(channel: Channel, taken: dict[Queue, Message], queue: Queue) -> None:
    channel.basic_qos(prefetch_count=len(taken))
    taken[queue].reject()
    assert not kept(channel, taken[queue])
    assert channel.qos.can_consume()


def test_commands_go_through_one_client_until_its_connections_are_given_up(channel: Channel) -> None:
    with channel.conn_or_acquire() as first, channel.conn_or_acquire() as second:
        assert first is second
        assert first is not channel.client
    channel._disconnect_pools()
    with channel.conn_or_acquire() as third:
        assert third is not first
        assert third.connection_pool is channel.pool
        assert third.ping()


def test_where_nothing_is_kept_each_command_has_a_client_of_its_own(channel: Channel) -> None:
    """The reason for ours; where kombu keeps one itself, ours can go."""
    assert PlainChannel._create_client(channel) is not PlainChannel._create_client(channel)
