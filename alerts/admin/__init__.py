"""Alerts in the console: what is wrong, where it is told, and what came of telling it."""

from alerts.admin import alert, channel, delivery

__all__ = ["alert", "channel", "delivery"]
