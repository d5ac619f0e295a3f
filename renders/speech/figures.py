"""Figures as they are written: thousands separators, decimals, digits of any script."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

LONGEST_NUMBER = 15
"""Digits before the point; what is longer is an identifier and is read digit by digit."""

_GROUPED = r"\d{{1,3}}(?:[{group}]\d{{3}})+(?!\d)"
INDIAN = r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)"

ENGLISH = "(?:" + _GROUPED.format(group=" ,") + rf"|{INDIAN}|\d+)(?:\.\d+(?!\.?\d))?"
"""Pattern of a number: `2525`, `2,525`, `2 525`, `1,00,000`, `3.14`. Also right for Hindi."""
RUSSIAN = "(?:" + _GROUPED.format(group=" ") + r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)|\d+)(?:[.,]\d+(?![.,]?\d))?"
"""Pattern of a number: `2525`, `2 525`, `3,14`, `3.14`."""

ALONE = r"(?<![\w.,])"
"""Before a number: nothing that it could be a part of."""


@dataclass(frozen=True)
class Figure:
    """A number as read: digits before and after the decimal point."""

    whole: str
    fraction: str = ""

    @classmethod
    def of(cls, written: str, decimal: str = ".") -> Figure:
        """Take a written number apart; `decimal` holds the characters that may be its decimal mark."""
        mark = re.search(rf"[{decimal}]\d+$", written)
        if mark and written.count(mark[0][0]) > 1:  # 1.234.567: the mark groups thousands
            mark = None
        whole = written[: mark.start()] if mark else written
        return cls(re.sub(r"\D", "", whole), mark[0][1:] if mark else "")

    @property
    def is_code(self) -> bool:
        """Whether it is a name rather than an amount: `007`, `08`, a long serial number."""
        leading_zero = len(self.whole) > 1 and self.whole.startswith("0")
        return len(self.whole) > LONGEST_NUMBER or (leading_zero and not self.fraction)

    @property
    def value(self) -> Decimal:
        return Decimal(f"{self.whole}.{self.fraction or 0}")

    @property
    def integer(self) -> int:
        """The part before the point, for figures that are no code."""
        return int(self.whole[:LONGEST_NUMBER] or 0)


def western_digits(text: str) -> str:
    """Decimal digits of every script as 0 to 9."""
    return re.sub(r"[^\W0-9]", _western, text)


def _western(match: re.Match[str]) -> str:
    value = unicodedata.decimal(match[0], None)
    return match[0] if value is None else str(value)


def digits_in_words(text: str, names: tuple[str, ...]) -> str:
    """Any digit still there, one by one: the last resort, so that none is ever left."""
    read = (f" {names[int(unicodedata.digit(ch))]} " if ch.isdigit() else ch for ch in text)
    return "".join(read)
