"""A prediction as the service tells of it. All of it is data: bounded, checked, never believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LONGEST = 20_000
_MOST_OUTPUTS = 20


class Status(StrEnum):
    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"


UNDER_WAY = frozenset({Status.STARTING, Status.PROCESSING})
STOPPED = frozenset({Status.CANCELED, Status.ABORTED})


@dataclass(frozen=True)
class Prediction:
    id: str
    """Fit to stand in an address."""
    status: Status
    error: str = ""
    logs: str = ""
    outputs: tuple[str, ...] = ()
    """Addresses of what it made, in its order; none where they are gone."""
    input: Mapping[str, Any] = field(default_factory=dict)
    """What it was asked, as the service has kept it."""
    created: datetime | None = None

    @classmethod
    def from_json(cls, data: object) -> Prediction:
        """Raises ValueError where this is no prediction."""
        if not isinstance(data, Mapping):
            raise ValueError("the answer is no prediction")
        id_ = data.get("id")
        if not isinstance(id_, str) or not _ID.fullmatch(id_):
            raise ValueError("the prediction has no id that can be used")
        try:
            status = Status(str(data.get("status")))
        except ValueError:
            raise ValueError("the prediction has a status that is not known") from None
        asked = data.get("input")
        return cls(
            id_,
            status,
            _said(data.get("error")),
            _said(data.get("logs")),
            tuple(_addresses(data.get("output")))[:_MOST_OUTPUTS],
            asked if isinstance(asked, Mapping) else {},
            _moment(data.get("created_at")),
        )


def _said(value: object) -> str:
    if value is None:
        return ""
    # The end of it: logs are long, and say at their end why it failed.
    return (value if isinstance(value, str) else str(value))[-_LONGEST:]


def _addresses(output: object) -> Iterator[str]:
    """Models answer one address, a list of them, or an object of named ones."""
    if isinstance(output, str):
        if output.startswith(("http://", "https://")):
            yield output
    elif isinstance(output, Mapping | list):
        for one in list(output.values() if isinstance(output, Mapping) else output)[:_MOST_OUTPUTS]:
            if isinstance(one, str | list):
                yield from (
                    _addresses(one)
                    if isinstance(one, str)
                    else (
                        address
                        for inner in one[:_MOST_OUTPUTS]
                        if isinstance(inner, str)
                        for address in _addresses(inner)
                    )
                )


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
