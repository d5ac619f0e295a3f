"""Russian acronyms, and the names of letters for Latin ones in Russian text."""

from __future__ import annotations

import re

from renders.speech.rules import listed

_NAMES = dict(
    zip(
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
        listed("а бэ вэ гэ дэ е ё жэ зэ и ий ка эль эм эн о пэ эр эс тэ у эф ха цэ че ша ща твёрдый ы мягкий э ю я"),
        strict=True,
    )
)
LATIN = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        listed("эй би си ди и эф джи эйч ай джей кей эл эм эн о пи кью ар эс ти ю ви дабл-ю экс уай зет"),
        strict=True,
    )
)
"""English names of letters, as Russian speakers say them: ISS -> ай-эс-эс."""

_AS_PEOPLE_SAY = {"США": "сэ-шэ-а", "ФРГ": "фэ-эр-гэ", "ФСБ": "эф-эс-бэ", "СНГ": "эс-эн-гэ"}
_SAID = frozenset(["СМИ", "ВНИИ", "ТАСС", "ГУАМ"])
_SPELLED = frozenset(listed("ОАЭ ООО ПАО ЦСКА ИИ ЕС ЕЭС"))
KNOWN = frozenset(
    listed("США НАСА ООН МИД ФСБ МВД ЕС СНГ ВОЗ СМИ НАТО ЦРУ МГУ РАН АЭС ГЭС ЦБ ОПЕК ЮНЕСКО ЕКА МАГАТЭ ЮАР")
)
"""Acronyms that stay capitals in a text that shouts."""

_VOWELS = "АЕЁИОУЫЭЮЯ"
_CAPITALS = re.compile(r"(?<!\w)([А-ЯЁ]{2,})(?!\w)")


def _is_said_as_word(acronym: str) -> bool:
    if acronym in _SAID or acronym in _SPELLED:
        return acronym in _SAID
    runs = re.findall(f"[{_VOWELS}]+|[^{_VOWELS}]+", acronym)
    if len(acronym) == 2 or not re.search(f"[{_VOWELS}]", acronym):
        return False
    if len(acronym) == 3:
        return max(map(len, runs)) < 2 or acronym[1] in _VOWELS
    return all(len(run) < 3 for run in runs)


def read_acronyms(text: str) -> str:
    """МКС -> эм-ка-эс; ООН and ЮНЕСКО are words."""

    def read(match: re.Match[str]) -> str:
        acronym = match[1]
        if acronym in _AS_PEOPLE_SAY:
            return _AS_PEOPLE_SAY[acronym]
        if _is_said_as_word(acronym):
            return acronym.capitalize()
        return "-".join(_NAMES[letter] for letter in acronym)

    return _CAPITALS.sub(read, text)
