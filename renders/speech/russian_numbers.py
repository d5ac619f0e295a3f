"""Russian numbers in words, in the case and gender that their neighbours ask for."""

from __future__ import annotations

import re

from num2words import num2words

from renders.speech.figures import Figure
from renders.speech.rules import listed

DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
_LONGEST_FRACTION = 6
_WHOLE = {"one": listed("целая целой целой целую целой целой"), "many": listed("целых целых целым целых целыми целых")}
_CASES = "ngdaip"

_PREPOSITIONS = {
    **dict.fromkeys(
        listed("около более менее свыше до от из без для после у кроме среди против порядка больше меньше"), "g"
    ),
    **dict.fromkeys(listed("старше младше выше ниже с со дольше короче течение размере стоимостью"), "g"),
    **dict.fromkeys(["к", "ко", "благодаря", "вопреки"], "d"),
    **dict.fromkeys(listed("в во на за через про по"), "a"),
    **dict.fromkeys(["между", "перед", "над"], "i"),
    **dict.fromkeys(["о", "об", "при"], "p"),
}


def figure_of(written: str) -> Figure:
    return Figure.of(written, ",.")


def cardinal(written: str, case: str = "n", gender: str = "m") -> str:
    """`2 525` -> две тысячи пятьсот двадцать пять; `2,6` -> две целых шесть десятых; `007` -> ноль ноль семь."""
    figure = figure_of(written)
    if figure.is_code:
        return " ".join(DIGITS[int(digit)] for digit in figure.whole)
    if not figure.fraction:
        return _integer(figure.integer, case, gender)
    whole = f"{_integer(figure.integer, case, 'f')} {_WHOLE[_number(figure.integer)][_CASES.index(case)]}"
    if len(figure.fraction) > _LONGEST_FRACTION:
        return " ".join([whole, *(DIGITS[int(digit)] for digit in figure.fraction)])
    parts = int(figure.fraction)
    return f"{whole} {_integer(parts, case, 'f')} {parts_of(10 ** len(figure.fraction), parts, case)}"


def parts_of(whole: int, parts: int, case: str = "n") -> str:
    """The name of a part: десятая, десятых."""
    if _number(parts) == "one":
        return ordinal(whole, case, "f")
    return ordinal(whole, "g" if case in "na" else case, plural=True)


def ordinal(number: int, case: str = "n", gender: str = "m", *, plural: bool = False) -> str:
    words = num2words(number, lang="ru", to="ordinal", case=case, gender=gender, plural=plural, animate=False)
    return str(words)


def compound(number: int) -> str:
    """The first part of a compound: `50` -> пятидесяти(летие), `100` -> сто(летие)."""
    special = {1: "одно", 90: "девяносто", 100: "сто", 1000: "тысяче"}
    return special.get(number) or _integer(number, "g", "m").replace(" ", "")


def case_before(before: str) -> str:
    """The case that the last word of `before` asks for; empty where it asks for none."""
    word = re.search(r"([а-яё]+)\s*$", before.lower())
    return _PREPOSITIONS.get(word[1], "") if word else ""


def takes_no_range(before: str) -> bool:
    """Whether `от ... до` cannot follow: another preposition stands there already."""
    return case_before(before) not in ("", "a")


def _integer(number: int, case: str, gender: str) -> str:
    words = num2words(number, lang="ru", case=case, gender=gender, animate=False)
    return re.sub(r"^(?:одна|одной|одну) (?=тысяч)", "", words)


def _number(amount: int) -> str:
    return "one" if amount % 10 == 1 and amount % 100 != 11 else "many"
