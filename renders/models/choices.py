"""The domain's enumerations as Django choices: written once, in `renders/domain`."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Q


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enum]


def one_of(field: str, enum: type[StrEnum]) -> Q:
    """The CHECK that a column holds a value of `enum`: no process can store a word that nobody knows."""
    return Q(**{f"{field}__in": [member.value for member in enum]})
