"""Kinds of videos as people call them."""

from __future__ import annotations

from renders.domain.job import JobType

JOB_TYPES: dict[JobType, str] = {
    JobType.DAILY_CA: "Daily current affairs",
    JobType.DOUBT: "Answer to a question",
    JobType.TOPIC_SHORT: "Short topic",
}
