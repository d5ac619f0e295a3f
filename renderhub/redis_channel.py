"""What we ask of kombu's way to the broker that it does not do by itself."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis, virtual

from renderhub.lib.queues import Queue


def is_bell(message: virtual.Message | None) -> bool:
    """Whether a message only says that something is due: those of the stages' queues do."""
    return message is not None and message.delivery_info.get("routing_key") != Queue.CONTROL


class InHand(redis.QoS):
    """Messages that were taken and are not begun. Of a bell the broker keeps no copy: one that is lost with its worker
    is rung again by the keeper within seconds, a copy would come back after ten minutes (decision 56)."""

    def append(self, message: virtual.Message, delivery_tag: str) -> None:
        if is_bell(message):
            virtual.QoS.append(self, message, delivery_tag)
        else:
            super().append(message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        if self._delivered is not None and is_bell(self._delivered.get(delivery_tag)):
            virtual.QoS.ack(self, delivery_tag)
        else:
            super().ack(delivery_tag)


class Channel(redis.Channel):
    """Keeps the client through which it asks; gives nothing back."""

    QoS = InHand

    # When the broker goes away, kombu 5.7 tries to give unacknowledged messages back over the connection that is gone;
    # that raises what Celery does not expect ("'NoneType' object has no attribute 'hostname'") and ends the worker.
    # There is nothing to give back: messages are bells, and the keeper rings again.
    do_restore = False

    _kept: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        """kombu makes a client for each command, and redis-py copies a table of 170 readers of answers for each client:
        a fifth of what sending a message costs."""
        make = super()._create_client  # type: ignore[misc]  # the stubs do not know it
        if asynchronous:
            return make(asynchronous=True)
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = make()
        return self._kept
