"""What somebody wants to see: which days, which kind of job, which provider. Whatever an address says is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from renders.domain.job import JobType

_FIRST = date(2020, 1, 1)


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def days(self) -> int:
        """How many days its figures are of."""
        return {"day": 1, "week": 7, "month": 30}[self.value]

    @property
    def drawn(self) -> int:
        """How many days its charts show: a single one is seen beside those before it."""
        return {"day": 14, "week": 7, "month": 30}[self.value]

    @property
    def told(self) -> str:
        return {"day": "Day", "week": "7 days", "month": "30 days"}[self.value]


@dataclass(frozen=True)
class Choice:
    span: Span
    last: date
    today: date
    job_type: str = ""
    """Empty: all of them."""
    provider: str = ""
    """Empty: no one in particular."""

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.span.days - 1)

    @property
    def first_drawn(self) -> date:
        return self.last - timedelta(days=self.span.drawn - 1)

    @property
    def first_before(self) -> date:
        """The first day of as many days before, which these are compared with."""
        return self.first - timedelta(days=self.span.days)

    @property
    def told(self) -> str:
        """`10 Nov`, `the 7 days to 10 Nov`."""
        day = f"{self.last.day} {self.last:%b}"
        return day if self.span is Span.DAY else f"the {self.span.days} days to {day}"

    def query(self, **changed: object) -> str:
        """The address of this choice with some of it changed, without what goes without saying."""
        other = replace(self, **changed)  # type: ignore[arg-type]
        parts = {
            "span": "" if other.span is Span.WEEK else other.span.value,
            "date": "" if other.last == other.today else other.last.isoformat(),
            "job_type": other.job_type,
            "provider": other.provider,
        }
        return f"?{urlencode({name: value for name, value in parts.items() if value})}"

    def earlier(self) -> Choice:
        return replace(self, last=max(self.last - timedelta(days=self.span.days), _FIRST))

    def later(self) -> Choice | None:
        if self.last >= self.today:
            return None
        return replace(self, last=min(self.last + timedelta(days=self.span.days), self.today))


def choice_of(asked: Mapping[str, str], today: date) -> Choice:
    """What the address asks for; what it gets wrong is as if it had not been said."""
    span = asked.get("span", "")
    job_type = asked.get("job_type", "")
    try:
        last = date.fromisoformat(asked.get("date", ""))
    except ValueError:
        last = today
    return Choice(
        span=Span(span) if span in set(Span) else Span.WEEK,
        last=min(max(last, _FIRST), today),
        today=today,
        job_type=job_type if job_type in set(JobType) else "",
        provider=asked.get("provider", "")[:40],
    )
