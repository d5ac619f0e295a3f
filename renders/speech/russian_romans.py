"""Russian Roman numerals: monarchs, and what is counted by them."""

from __future__ import annotations

import re

from renders.speech import roman
from renders.speech.rules import Match, Rule, listed, one_of, rule
from renders.speech.russian_numbers import cardinal, ordinal

_FEMALE_NAMES = "Екатерин|Елизавет|Анн|Мари|Виктори|Изабелл|Маргарит|Кристин"
_MALE_NAMES = "|".join(
    listed(
        "Пётр Петр Павл Павел Никола Александр Иван Карл Людовик Генрих Георг Филипп Фридрих Вильгельм Эдуард Яков "
        "Ричард Наполеон Бенедикт Франциск Рамзес Василь Василий Федор Фёдор Лев Льв"
    )
)
_MASCULINE = {"": "n", "а": "g", "у": "d", "ом": "i", "е": "p"}
_NEUTER = {"о": "n", "а": "g", "у": "d", "ом": "i", "е": "p"}
_FEMININE = {"а": "n", "ы": "g", "е": "p", "у": "a", "ой": "i"}
_SOFT_FEMININE = {"ь": "n", "и": "g", "ью": "i"}
_NOUNS_BY_ROMANS = {
    **dict.fromkeys(listed("квартал этап съезд тур том класс уровн раунд созыв"), ("m", _MASCULINE)),
    **dict.fromkeys(listed("мест"), ("n", _NEUTER)),
    **dict.fromkeys(listed("групп глав половин волн"), ("f", _FEMININE)),
    **dict.fromkeys(listed("степен част"), ("f", _SOFT_FEMININE)),
    "категори": ("f", {"я": "n", "и": "g", "ю": "a", "ей": "i"}),
}
"""Nouns that Roman numerals count, by their stems: gender, and case by ending."""
_COUNTED_BY_ROMANS = one_of(_NOUNS_BY_ROMANS)


def _monarch(match: Match) -> str:
    """`Пётр I` -> Пётр первый; `Екатерины II` -> Екатерины второй."""
    name, female, number = match[1], bool(match[2]), roman.value(match[3])
    if female:
        case = {"а": "n", "я": "n", "ы": "g", "и": "g", "е": "d", "у": "a", "ю": "a"}.get(name[-1], "i")
        return f"{name} {ordinal(number, case, 'f')}"
    endings = (("[ая]", "g"), ("[ую]", "d"), ("[оеё]м", "i"), ("е", "p"))
    case = next((case for ending, case in endings if re.search(f"(?:{ending})$", name)), "n")
    return f"{name} {ordinal(number, case)}"


def _numbered(match: Match) -> str:
    """`II мировая` -> вторая мировая."""
    endings = (
        ("ая|яя", "n", "f"), ("ой|ей", "g", "f"), ("ую|юю", "a", "f"), ("ого|его", "g", "m"), ("ому|ему", "d", "m"),
        ("ом|ем", "p", "m"), ("ое|ее", "n", "n"), ("ые|ие", "n", "p"), ("ых|их", "g", "p"), ("ыми|ими", "i", "p"),
    )  # fmt: skip
    found = next((e for e in endings if re.search(f"(?:{e[0]})$", match[2])), ("", "n", "m"))
    number = ordinal(roman.value(match[1]), found[1], found[2].replace("p", "m"), plural=found[2] == "p")
    return f"{number} {match[2]}"


def _numbered_noun(match: Match) -> str:
    """`в I квартале` -> в первом квартале; `III место` -> третье место."""
    stem, ending = match[2], match[3]
    gender, cases = _NOUNS_BY_ROMANS[stem]
    case = cases.get(ending)
    if case is None:
        return match[0]
    return f"{ordinal(roman.value(match[1]), case, gender)} {stem}{ending}"


ROMANS: tuple[Rule, ...] = (
    rule(rf"\b((?:({_FEMALE_NAMES})|{_MALE_NAMES})[а-яё]{{0,3}}) ({roman.PATTERN})\b", _monarch),
    rule(rf"\b({roman.PATTERN}) ({_COUNTED_BY_ROMANS})([а-яё]{{0,3}})\b", _numbered_noun),
    rule(rf"\b({roman.PATTERN}) ([а-яё]{{3,}})\b", _numbered),
    rule(
        rf"(?<=[а-яё] )(?=[IVX]{{2}})({roman.PATTERN})(?=$|[\s,.;:!?](?!\w*-))",
        lambda m: cardinal(str(roman.value(m[1]))),
    ),
)
