"""The terms of the promise, from the settings: time zone, target, when a day's report is written (R75, R76)."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.conf import settings

from monitoring.figures import days
from monitoring.figures.tally import target_of


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def target() -> Fraction:
    """The share of videos that must be ready in time."""
    return target_of(settings.RENDERHUB_SLA_TARGET)


def report_at() -> time:
    return time.fromisoformat(settings.RENDERHUB_SLA_REPORT_AT)


def due_on(day: date) -> datetime:
    """When the daily video of `day` is due."""
    return days.moment(day, time.fromisoformat(settings.RENDERHUB_DUE_AT), zone())


def report_day(due: datetime) -> date:
    return days.report_day(due, report_at(), zone())


def report_moment(day: date) -> datetime:
    return days.moment(day, report_at(), zone())
