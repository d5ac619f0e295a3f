"""English numbers in words."""

from __future__ import annotations

import re

from num2words import num2words

from renders.speech import figures
from renders.speech.english_words import DIGITS
from renders.speech.figures import Figure

_INDIAN_LIMIT = 10**10
"""Where the library's names of Indian numbers end."""


def cardinal(written: str) -> str:
    """`2,525.5` -> two thousand five hundred and twenty-five point five; `1,00,000` -> one lakh."""
    figure = Figure.of(written)
    if figure.is_code:
        return " ".join(DIGITS[int(digit)] for digit in figure.whole)
    indian = re.match(figures.INDIAN, written) is not None and figure.integer < _INDIAN_LIMIT
    return _plain(num2words(figure.integer, lang="en_IN" if indian else "en")) + _fraction(figure)


def ordinal(number: int) -> str:
    return _plain(num2words(number, to="ordinal"))


def year(number: int) -> str:
    """1969 -> nineteen sixty-nine; 2005 -> two thousand and five; 800 -> eight hundred."""
    return _plain(num2words(number, to="year") if number > 1009 else num2words(number))


def decade(first_year: int) -> str:
    """1990 -> nineteen nineties; 2000 -> two thousands."""
    words = year(first_year)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def plural(written: str) -> str:
    """Several of a name: `F-16s` -> sixteens, `737s` -> seven hundred and thirty-sevens."""
    words = cardinal(written)
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("x") else "s")


def _fraction(figure: Figure) -> str:
    return "".join([" point", *(" " + DIGITS[int(digit)] for digit in figure.fraction)]) if figure.fraction else ""


def _plain(words: str) -> str:
    """Without commas: a voice would pause at them."""
    return words.replace(",", "")
