"""Dated events in what is told, for a `timeline` scene: two or more, each with its date as the text writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.text.clause_marks import CHANGES_SENSE
from renders.text.clauses import short_forms
from renders.text.dates import MONTHS
from renders.text.languages import without_full_stop
from renders.text.word_lists import one_of

MOST_EVENTS = 4
_WORDS = {"en": 10, "ru": 9, "hi": 12}
_CHARACTERS = 64
_YEAR = r"(?P<year>1\d{3}|20\d{2})"
_MONTH = {language: f"(?P<month>{'|'.join(names)})" for language, names in MONTHS.items()}
_MONTH_IN_RU = f"(?P<month2>{'|'.join(name for name in MONTHS['ru_in'])})"
_DATES = {
    "en": re.compile(
        rf"(?<!\w)(?P<lead>[Oo]n|[Ii]n)(?: (?:early|late|mid-|spring|summer|autumn|winter|the (?:spring|summer|autumn) of))? "
        rf"(?P<when>{_MONTH['en']} (?P<day>\d{{1,2}}), {_YEAR}|(?P<day2>\d{{1,2}}) {_MONTH['en'].replace('month', 'month2')} "
        rf"{_YEAR.replace('year', 'year2')}|(?:{_MONTH['en'].replace('month', 'month3')} )?{_YEAR.replace('year', 'year3')})(?![\w-])"
    ),
    "ru": re.compile(
        rf"(?<!\w)(?:(?P<when>(?P<day>\d{{1,2}}) {_MONTH['ru']} {_YEAR})(?: года| г\.)"
        rf"|[Вв] (?P<when2>(?:{_MONTH_IN_RU} )?{_YEAR.replace('year', 'year2')}) (?:году|г\.))"
    ),
    "hi": re.compile(
        rf"(?:(?<=\s)|^)(?:सन |वर्ष |साल )?(?P<when>(?:(?:(?P<day>\d{{1,2}}) )?{_MONTH['hi']} )?{_YEAR})(?: ई\.?)?(?: को| में)(?=[\s,])"
    ),
}
_ANY_YEAR = re.compile(r"(?<![\d.,])(?:1\d{3}|20\d{2})(?![\d,]\d|[\d%])")
_LOOSE = {
    "en": CHANGES_SENSE,
    "ru": re.compile(rf"(?<!\w){one_of('не нет ни бы если могут? может должн[аоы]? будет будут')}(?!\w)", re.IGNORECASE),
    "hi": re.compile(rf"(?:^|\s){one_of('नहीं न अगर यदि सकता सकती सकते होगा होगी होंगे')}(?=\s)"),
}
_PRONOUN = {
    "en": re.compile(r"^(?:It|He|She|They)(?: also)? (?:(?:was|were) (?=\w+ed\b))?", re.IGNORECASE),
    "ru": re.compile(r"^(?:он|она|оно|они) ", re.IGNORECASE),
    "hi": re.compile(r"^(?:यह|वह|ये|वे) "),
}


@dataclass(frozen=True)
class Event:
    when: str
    """As the text writes it."""
    what: str
    order: tuple[int, int, int]
    """Year, month, day; 0 where the text does not say."""
    place: int
    """Index of its sentence."""


def dated_events(sentences: Sequence[str], language: str) -> list[Event]:
    """Events of sentences that say what happened at one date, by date; none where two have the same one."""
    found = [
        event for place, sentence in enumerate(sentences) if (event := _event(sentence, place, language)) is not None
    ]
    if len({event.order for event in found}) != len(found):
        return []
    return sorted(found, key=lambda event: event.order)


def _event(sentence: str, place: int, language: str) -> Event | None:
    dates = list(_DATES[language].finditer(sentence))
    if len(dates) != 1 or len(_ANY_YEAR.findall(sentence)) != 1 or _LOOSE[language].search(sentence):
        return None
    match = dates[0]
    groups = match.groupdict()
    before, after = sentence[: match.start()].rstrip(" ,"), sentence[match.end() :].lstrip(" ,")
    rest = after if not before else f"{before} {after}" if after[:1] not in ".;:।" else f"{before}{after}"
    rest = _PRONOUN[language].sub("", rest)
    if not rest[:1].isalnum():
        return None
    what = next(iter(short_forms(rest[0].upper() + rest[1:], language, _WORDS[language], _CHARACTERS)), "")
    if not what:
        return None
    when = _first(groups, "when")
    names = {name: number for form in (language, f"{language}_in") for number, name in enumerate(MONTHS.get(form, ()), 1)}
    order = (int(_first(groups, "year")), names.get(_first(groups, "month"), 0), int(_first(groups, "day") or 0))
    return Event(when, without_full_stop(what), order, place)


def _first(groups: dict[str, str | None], name: str) -> str:
    return next((text for key, text in groups.items() if key.rstrip("0123456789") == name and text), "")
