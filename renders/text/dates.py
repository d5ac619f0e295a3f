"""Dates in words, as a speaker of the language says and writes them."""

from __future__ import annotations

from datetime import date


def _apart(words: str) -> tuple[str, ...]:
    return tuple(words.split())


MONTHS = {
    "en": _apart("January February March April May June July August September October November December"),
    "ru": _apart("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    "hi": _apart("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"),
    "ru_in": _apart("январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре"),
}
"""Names of the months as they stand in a date; `ru_in`: after a preposition."""
_WEEKDAYS = {
    "en": _apart("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "ru": _apart("понедельник вторник среда четверг пятница суббота воскресенье"),
    "hi": _apart("सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार"),
}


def date_in_words(day: date, language: str) -> str:
    """`March 21, 2018`, `21 марта 2018 года`, `21 मार्च 2018`: for running text."""
    month = MONTHS[language][day.month - 1]
    if language == "en":
        return f"{month} {day.day}, {day.year}"
    return f"{day.day} {month} {day.year} года" if language == "ru" else f"{day.day} {month} {day.year}"


def short_date(day: date, language: str) -> str:
    """`21 March 2018`, `21 марта 2018`, `21 मार्च 2018`: for the screen."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def weekday(day: date, language: str) -> str:
    """The day of the week, as it stands within a sentence."""
    return _WEEKDAYS[language][day.weekday()]


def parse_date(text: str) -> date | None:
    """The day of an ISO 8601 date or time; None where it is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
