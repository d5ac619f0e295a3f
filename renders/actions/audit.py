"""The audit trail: who did what, when, on what (R65). Its rows are Django's own `LogEntry`.

A row is written in the transaction of the act that it tells of: the one is never there without the other. What was
asked for and refused is written down, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from renders.models import User

COMMAND_LINE = "command-line"
"""The user behind `manage.py`: inactive, without a password."""
_LONGEST = 2000


class What(StrEnum):
    """What an operator can do."""

    REQUEST = "request"
    RERENDER = "rerender"
    RETRY = "retry"
    CANCEL = "cancel"
    PRIORITISE = "prioritise"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    TAKE_OUT = "take_out"
    TAKE_BACK = "take_back"
    MOVE = "move"


@dataclass(frozen=True)
class Record:
    """One row of the trail as it is shown."""

    who: str
    what: str
    """A value of `What`; empty for an edit of a form."""
    when: datetime
    told: str
    refused: bool
    operation: str
    """What was done by one click has one operation; empty for an edit of a form."""
    object_id: str
    name: str


def record(
    who: User | None, what: What, things: Iterable[Model], told: str, *, operation: str = "", refused: bool = False
) -> None:
    """Write one row for each of `things`. `who`: None for the command line; `told`: what was done, in plain words."""
    user = who or command_line()
    message = {"what": what.value, "told": told[:_LONGEST], "operation": operation, "refused": refused}
    LogEntry.objects.bulk_create(
        LogEntry(
            user=user,
            content_type=ContentType.objects.get_for_model(thing),
            object_id=str(thing.pk),
            object_repr=str(thing)[:200],
            action_flag=ADDITION if what is What.REQUEST else CHANGE,
            change_message=json.dumps(message, ensure_ascii=False),
        )
        for thing in things
    )


def command_line() -> User:
    """The system user that acts of the command line are written down for."""
    user, made = User.objects.get_or_create(username=COMMAND_LINE, defaults={"is_active": False})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def of(thing: Model, most: int = 50) -> list[Record]:
    """What was done with `thing`, newest first; two queries at most, one when its kind is known."""
    return [read(entry) for entry in _entries(thing).select_related("user")[:most]]


def of_operation(operation: str, who: User, model: type[Model]) -> list[Record]:
    """What one click of `who` did to things of `model`, in the order in which it was done; each thing once, and done
    before refused: a second click on the same button was refused what the first had done."""
    if not operation:
        return []
    kind = ContentType.objects.get_for_model(model)
    rows = LogEntry.objects.filter(user=who, content_type=kind, change_message__contains=_mark(operation))
    rows = rows.select_related("user")
    told: dict[str, Record] = {}
    for entry in rows.order_by("id"):
        row = read(entry)
        if row.object_id not in told or told[row.object_id].refused:
            told[row.object_id] = row
    return list(told.values())


def done_by(operation: str, thing: Model) -> Record | None:
    """What this operation has done with `thing` already."""
    if not operation:
        return None
    rows = [read(entry) for entry in _entries(thing).filter(change_message__contains=_mark(operation))]
    return next((row for row in rows if not row.refused), None)


def read(entry: LogEntry) -> Record:
    """A row as it is shown: ours, or one of Django's own forms."""
    message = _message(entry.change_message)
    return Record(
        who=entry.user.get_username(),
        what=str(message.get("what", "")),
        when=entry.action_time,
        told=str(message["told"]) if "told" in message else _by_form(entry),
        refused=bool(message.get("refused")),
        operation=str(message.get("operation", "")),
        object_id=entry.object_id or "",
        name=entry.object_repr,
    )


def _by_form(entry: LogEntry) -> str:
    if entry.is_addition():
        return "Added."
    return "Deleted." if entry.is_deletion() else entry.get_change_message()


def _entries(thing: Model) -> QuerySet[LogEntry]:
    kind = ContentType.objects.get_for_model(thing)
    return LogEntry.objects.filter(content_type=kind, object_id=str(thing.pk)).order_by("-action_time", "-id")


def _mark(operation: str) -> str:
    return f'"operation": {json.dumps(operation)}'


def _message(text: str) -> dict[str, Any]:
    if not text.startswith("{"):
        return {}
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
