"""The sentence above each list of alerts (LOOK: the answer before the evidence)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from alerts.models import Alert, Channel, Delivery
from alerts.vocabulary import AlertState, DeliveryState


def of_alerts() -> dict[str, Any]:
    standing = Alert.objects.filter(state=AlertState.OPEN).count()
    told = {0: "Nothing is wrong.", 1: "One alert is open."}.get(standing, f"{standing} alerts are open.")
    return {"told": told} | _nobody_is_told()


def of_channels() -> dict[str, Any]:
    working = Channel.objects.filter(enabled=True, broken_at__isnull=True).count()
    broken = Channel.objects.filter(enabled=True, broken_at__isnull=False).count()
    told = {0: "No channel works.", 1: "One channel gets every alert and the daily report."}.get(
        working, f"{working} channels get every alert and the daily report."
    )
    if broken:
        told += " One is broken." if broken == 1 else f" {broken} are broken."
    return {"told": told} | _nobody_is_told()


def of_deliveries() -> dict[str, Any]:
    failed = Delivery.objects.filter(state=DeliveryState.FAILED).count()
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING).count()
    told = f"{_messages(waiting)} to be sent, {failed} failed." if waiting or failed else "Every message was sent."
    if not Delivery.objects.exists():
        told = "No message yet."
    return {"told": told} | _nobody_is_told()


def _messages(count: int) -> str:
    return {0: "No message waits", 1: "One message waits"}.get(count, f"{count} messages wait")


def _nobody_is_told() -> dict[str, Any]:
    if Channel.objects.exists():
        return {}
    return {
        "next_step": "Nobody is told of alerts yet: add a channel.",
        "next_url": reverse("admin:alerts_channel_add"),
    }
