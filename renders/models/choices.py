"""The domain's enumerations as Django choices: written once, in `renders/domain`."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import BooleanField, CheckConstraint, F, Func, Q


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enum]


def one_of(field: str, enum: type[StrEnum]) -> Q:
    """The CHECK that a column holds a value of `enum`: no process can store a word that nobody knows."""
    return Q(**{f"{field}__in": [member.value for member in enum]})


def whole(table: str, *columns: str) -> CheckConstraint:
    """The CHECK that a row of a hot table is whole, as the function of that name in the migrations says: it costs a
    fifth of what the same rules cost as constraints of their own."""
    rule = Func(*map(F, columns), function=f"{table}_is_whole", output_field=BooleanField())
    return CheckConstraint(condition=rule, name=f"{table}_is_whole")
