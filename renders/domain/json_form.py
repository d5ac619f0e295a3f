"""Reads JSON of a known form; what does not fit is named by its place in the document."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


class FormError(ValueError):
    """The document does not have the form that was agreed; the message names the place."""


@dataclass(frozen=True)
class Form:
    """A value of a JSON document and its place (`tracks.visuals[2].start`). Each reader raises FormError."""

    value: Any
    place: str = ""

    def at(self, key: str) -> Form:
        """A member that has to be there."""
        place = f"{self.place}.{key}" if self.place else key
        if key not in self.mapping():
            raise FormError(f"{place} is missing")
        return Form(self.value[key], place)

    def items(self, *, at_most: int) -> Iterator[Form]:
        if not isinstance(self.value, list) or len(self.value) > at_most:
            raise FormError(f"{self.place} is not a list of at most {at_most}")
        return (Form(value, f"{self.place}[{number}]") for number, value in enumerate(self.value))

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise FormError(f"{self.place or 'the document'} is not an object")
        return self.value

    def text(self, *, at_most: int = 2000, blank: bool = True) -> str:
        if not isinstance(self.value, str) or len(self.value) > at_most or not (blank or self.value.strip()):
            raise FormError(f"{self.place} is not a text of {'at most' if blank else '1 to'} {at_most} characters")
        return self.value

    def text_or_none(self, *, at_most: int = 2000) -> str | None:
        return None if self.value is None else self.text(at_most=at_most)

    def mapping_or_none(self) -> dict[str, Any] | None:
        return None if self.value is None else dict(self.mapping())

    def number(self, low: float, high: float) -> float:
        """A finite number in [low, high]."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise FormError(f"{self.place} is not a number")
        if not low <= value <= high:
            raise FormError(f"{self.place} is {value:g}, not within {low:g} and {high:g}")
        return float(value)

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        value = self.number(low, high)
        if value != int(value):
            raise FormError(f"{self.place} is {value:g}, not a whole number")
        return int(value)

    def choice(self, kind: type[Choice]) -> Choice:
        try:
            return kind(self.value)
        except ValueError:
            raise FormError(f"{self.place} is {self.value!r}, not one of {', '.join(kind)}") from None
