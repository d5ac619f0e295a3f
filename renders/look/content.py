"""What a scene is to show, read with care: text from people, feeds and models is data, and may be anything (I9)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renders.look.glyphs import clean

_NUMBER = re.compile(r"[-−+]?\d[\d\s,.\u202f\u00a0\u2009]*(?:[eE][-+]?\d{1,3})?")
_LONGEST_TEXT = 240
_LARGEST = 1e12
"""What is beyond that is no number for a chart."""


class NotEnough(Exception):
    """The data does not hold what this kind of scene needs; another kind shows what there is."""


@dataclass(frozen=True)
class Amount:
    """One value of a chart."""

    label: str
    value: float
    shown: str
    """The number as it is written beside its shape."""


@dataclass(frozen=True)
class Side:
    """One column of a comparison."""

    label: str
    value: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The data of one scene with the fallbacks of its segment. No method raises, whatever the data holds."""

    data: Mapping[str, Any]
    language: str = "en"

    def text(self, name: str, limit: int = _LONGEST_TEXT) -> str:
        return text_of(self.data.get(name), limit)

    def texts(self, name: str, most: int) -> list[str]:
        """The first `most` texts of a list that are not empty; a single text counts as a list of one."""
        return texts_of(self.data.get(name), most)

    def number(self, name: str) -> float | None:
        return number_of(self.data.get(name))

    def amounts(self, name: str = "series") -> list[Amount]:
        """Labels with finite values, in the order given."""
        found = []
        for row in _mappings(self.data.get(name)):
            label, value = text_of(row.get("label"), 80), number_of(row.get("value"))
            if value is not None:
                given = text_of(row.get("value"), 16) if isinstance(row.get("value"), str) else ""
                found.append(Amount(label, value, given or write_number(value, self.language)))
        return found

    def events(self) -> list[tuple[str, str]]:
        """`(when, what)` of a timeline; at least one of the two is there."""
        rows = [(text_of(row.get("when"), 40), text_of(row.get("what"))) for row in _mappings(self.data.get("events"))]
        return [row for row in rows if row[0] or row[1]]

    def side(self, name: str) -> Side | None:
        """One side of a comparison; None where it is empty."""
        row = self.data.get(name)
        if isinstance(row, str):
            row = {"label": row}
        if not isinstance(row, Mapping):
            return None
        value = row.get("value")
        shown = write_number(value, self.language) if _is_number(value) else text_of(value, 40)
        side = Side(text_of(row.get("label"), 80), shown, tuple(texts_of(row.get("points"), 3)))
        return side if side.label or side.value or side.points else None


def text_of(value: object, limit: int = _LONGEST_TEXT) -> str:
    """A text or a number as clean text of at most `limit` characters; empty for anything else."""
    if isinstance(value, str):
        # What cleaning drops must not eat up the limit; what is far beyond it is not even looked at.
        return clean(_typographic(value[: limit * 4]))[:limit].strip()
    return write_number(value) if _is_number(value) else ""


def texts_of(value: object, most: int) -> list[str]:
    """The first `most` texts of a list that are not empty."""
    rows = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    return [text for text in (text_of(row) for row in rows[: most * 8]) if text][:most]


def number_of(value: object) -> float | None:
    """A finite number from a number or from text such as `2,525 km`, `82.5` or `12,5`; None where there is none."""
    if isinstance(value, str):
        match = _NUMBER.search(value[:80])
        value = _parse(match.group()) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) < _LARGEST else None


def write_number(value: object, language: str = "en") -> str:
    """A number for people: thin spaces between thousands from five digits on, at most two decimals."""
    number = number_of(value)
    return "" if number is None else written(number, language)


def written(number: float, language: str) -> str:
    """A finite number as `write_number` writes it."""
    decimals = 0 if number == int(number) or abs(number) >= 1000 else 1 if abs(number) >= 10 else 2
    text = f"{number:,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    if abs(number) < 10_000:
        text = text.replace(",", "")
    text = text.replace(",", "\u202f").replace("-", "−")
    return text.replace(".", ",") if language == "ru" else text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parse(text: str) -> float | None:
    digits = re.sub(r"[\s\u202f\u00a0\u2009]", "", text).replace("−", "-").rstrip(",.")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?", digits):
        digits = digits.replace(",", "")  # thousands, the Indian way of grouping included
    try:
        return float(digits.replace(",", "."))
    except ValueError:
        return None


def _mappings(value: object) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []
    return [row for row in rows[:60] if isinstance(row, Mapping)]


def _typographic(text: str) -> str:
    """Apostrophes, dashes and dots as a printer sets them."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    return text.replace(" - ", " – ").replace("--", "–").replace("...", "…")
