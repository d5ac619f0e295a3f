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
from renders.text.words import stems

MOST_EVENTS = 4
_WORDS = {"en": 10, "ru": 9, "hi": 12}
_CHARACTERS = 64
_YEAR, _DAY = r"(?P<year{0}>1\d{{3}}|20\d{{2}})", r"(?P<day{0}>\d{{1,2}})"


def _pattern(form: str, **months: str) -> re.Pattern[str]:
    """`form` with its parts filled in: Y, D and M with a number behind each, as no group may bear a name twice."""
    for number in "123":
        form = form.replace(f"<Y{number}>", _YEAR.format(number)).replace(f"<D{number}>", _DAY.format(number))
        for name, words in months.items():
            form = form.replace(f"<{name}{number}>", f"(?P<month{number}>{words})")
    return re.compile(form)


def _names(key: str) -> str:
    return "|".join(MONTHS[key])


_DATES = {
    "en": _pattern(
        r"(?<!\w)(?P<lead>[Oo]n|[Ii]n)"
        r"(?: (?:early|late|mid-|spring|summer|autumn|winter|the (?:spring|summer|autumn) of))?"
        r" (?P<when><M1> <D1>, <Y1>|<D2> <M2> <Y2>|(?:<M3> )?<Y3>)(?![\w-])",
        M=_names("en"),
    ),
    "ru": _pattern(
        r"(?<!\w)(?:(?P<when><D1> <M1> <Y1>)(?: года| г\.)|[Вв] (?P<when2>(?:<L2> )?<Y2>) (?:году|г\.))",
        M=_names("ru"),
        L=_names("ru_in"),
    ),
    "hi": _pattern(
        r"(?:(?<=\s)|^)(?:सन |वर्ष |साल )?(?P<when>(?:(?:<D1> )?<M1> )?<Y1>)(?: ई\.?)?(?: को| में)(?=[\s,])",
        M=_names("hi"),
    ),
}
_ANY_YEAR = re.compile(r"(?<![\d.,])(?:1\d{3}|20\d{2})(?![\d,]\d|[\d%])")
_LOOSE = {
    "en": CHANGES_SENSE,
    "ru": re.compile(
        rf"(?<!\w){one_of('не нет ни бы если могут? может должн[аоы]? будет будут')}(?!\w)", re.IGNORECASE
    ),
    "hi": re.compile(rf"(?:^|\s){one_of('नहीं न अगर यदि सकता सकती सकते होगा होगी होंगे')}(?=\s)"),
}
_PRONOUN = {
    "en": re.compile(r"^(?:It|He|She|They)(?: also)? (?:(?:was|were) (?=\w+ed\b))?", re.IGNORECASE),
    "ru": re.compile(r"^(?:он|она|оно|они) ", re.IGNORECASE),
    "hi": re.compile(r"^(?:यह|वह|ये|वे) "),
}
_POINTS = {
    "en": re.compile(r"\b(?:its|his|her|their|them|him|it|this|these|those|such)\b", re.IGNORECASE),
    "ru": re.compile(r"\b(?:его|её|ее|их|ему|ей|им|эт\w{1,3}|тот|той|том|там)\b", re.IGNORECASE),
    "hi": re.compile(r"(?:^|\s)[इउ](?:स|न|से|सके|सकी|सका|नके|नकी|नका|न्हें|समें)(?=\s|$)"),
}
"""Words that are clear only beside the sentence before."""


@dataclass(frozen=True)
class Event:
    when: str
    """As the text writes it."""
    what: str
    order: tuple[int, int, int]
    """Year, month, day; 0 where the text does not say."""
    place: int
    """Index of its sentence."""


def dated_events(sentences: Sequence[str], language: str, title: str) -> list[Event]:
    """Events of sentences that say what happened at one date, by date; none where two have the same one.

    A sentence about "it" counts where the one before it is about what the title names: there "it" needs no name.
    """
    named = stems(title, language)
    found = []
    for place, sentence in enumerate(sentences):
        before = sentences[place - 1] if place else ""
        event = _event(sentence, place, language, may_drop=bool(named & stems(before, language)))
        if event is not None:
            found.append(event)
    if len({event.order for event in found}) != len(found):
        return []
    return sorted(found, key=lambda event: event.order)


def _event(sentence: str, place: int, language: str, *, may_drop: bool) -> Event | None:
    dates = list(_DATES[language].finditer(sentence))
    if len(dates) != 1 or len(_ANY_YEAR.findall(sentence)) != 1 or _LOOSE[language].search(sentence):
        return None
    match = dates[0]
    groups = match.groupdict()
    before, after = sentence[: match.start()].rstrip(" ,"), sentence[match.end() :].lstrip(" ,")
    rest = after if not before else f"{before} {after}" if after[:1] not in ".;:।" else f"{before}{after}"
    shorter = _PRONOUN[language].sub("", rest)
    if not shorter[:1].isalnum() or (shorter != rest and not may_drop):
        return None
    rest = shorter
    what = next(iter(short_forms(rest[0].upper() + rest[1:], language, _WORDS[language], _CHARACTERS)), "")
    if not what or (not may_drop and _POINTS[language].search(what)):
        return None
    when = _first(groups, "when")
    names = {
        name: number for form in (language, f"{language}_in") for number, name in enumerate(MONTHS.get(form, ()), 1)
    }
    order = (int(_first(groups, "year")), names.get(_first(groups, "month"), 0), int(_first(groups, "day") or 0))
    return Event(when, without_full_stop(what), order, place)


def _first(groups: dict[str, str | None], name: str) -> str:
    return next((text for key, text in groups.items() if key.rstrip("0123456789") == name and text), "")
