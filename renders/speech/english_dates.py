"""English dates, years in ranges, and times of day."""

from __future__ import annotations

from renders.speech import english_numbers as say
from renders.speech.english_words import MONTH_SHORT, MONTHS
from renders.speech.rules import Match, Rule, one_of, rule

_MONTH = rf"({one_of([*MONTHS, *MONTH_SHORT])})\b\.?"
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_YEAR = r"([12]\d{3})(?!\d|[.,]\d)"
_SAFE_SHORT = [short for short in MONTH_SHORT if short not in ("May", "Mar")]
_ERA = {"BC": "B-C", "BCE": "B-C-E", "AD": "A-D", "CE": "C-E"}


def _month(name: str) -> str:
    return name if name in MONTHS else MONTH_SHORT[name]


def _day(number: str) -> str:
    return say.ordinal(int(number))


def _month_first(match: Match) -> str:
    """`March 21, 2018`, `March 21-23, 2018`, `Jan. 5`."""
    month, day, last_day, year = match.groups()
    days = _day(day) + (f" to {_day(last_day)}" if last_day else "")
    return f"{_month(month)} {days}" + (f", {say.year(int(year))}" if year else "")


def _day_first(match: Match) -> str:
    """`21 March 2018`, `21-23 March`."""
    day, last_day, month, year = match.groups()
    days = _day(day) + (f" to {_day(last_day)}" if last_day else "")
    return f"{_month(month)} {days}" + (f", {say.year(int(year))}" if year else "")


def _in_figures(year: str, month: str, day: str, as_written: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return as_written
    return f"{MONTHS[int(month) - 1]} {_day(day)}, {say.year(int(year))}"


def _slashed(match: Match) -> str:
    """`03/21/2018`; day first where the month cannot be."""
    first, second, year = match.groups()
    month, day = (second, first) if int(first) > 12 else (first, second)
    return _in_figures(year, month, day, match[0])


def _years(match: Match) -> str:
    first, last = int(match[1]), match[2]
    if len(last) == 2 and int(last) <= first % 100:
        return match[0]
    return f"{say.year(first)} to {say.year(int(last)) if len(last) == 4 else say.cardinal(str(int(last)))}"


def _time(match: Match) -> str:
    """`06:00` -> six A-M; `14:12` -> two twelve P-M; `9:30 pm` as written."""
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").lower().replace(".", "")
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return match[0]
    if not half and minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    half = half or ("am" if hour < 12 else "pm")
    spoken = say.cardinal(str(hour % 12 or 12))
    if minute:
        spoken += f" {'oh ' if minute < 10 else ''}{say.cardinal(str(minute))}"
    return spoken + _half(half)


def _half(half: str) -> str:
    return f" {half[0].upper()}-M"


DATES: tuple[Rule, ...] = (
    rule(
        r"(?<![\w./-])(\d{4})-(\d\d)-(\d\d)(?:T(?=\d\d:)|(?![\w/-]))",
        lambda m: _in_figures(m[1], m[2], m[3], m[0]) + (" " if m[0].endswith("T") else ""),
    ),
    rule(r"(?<![\w./-])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?![\w/-])", _slashed),
    rule(rf"\b{_MONTH} {_DAY}(?:st|nd|rd|th)?(?:\s?-\s?{_DAY})?(?![\w:]|[.,]\d)(?:,? {_YEAR})?", _month_first),
    rule(rf"(?<![\w.,-]){_DAY}(?:st|nd|rd|th)?(?:\s?-\s?{_DAY})?(?: of)? {_MONTH}(?:,? {_YEAR})?", _day_first),
    rule(rf"\b{_MONTH},? {_YEAR}", lambda m: f"{_month(m[1])} {say.year(int(m[2]))}"),
    rule(rf"\b({one_of(_SAFE_SHORT)})\.(?!\w)", lambda m: MONTH_SHORT[m[1]]),
    rule(r"(?<![\w.,-])(1\d{3}|20\d\d)\s?-\s?(1\d{3}|20\d\d|\d\d)(?![\w%-]|[.,]\d)", _years),
    rule(r"(?<![\w.,-])(\d{1,4}) (BCE|CE|BC|AD)\b", lambda m: f"{say.year(int(m[1]))} {_ERA[m[2]]}"),
    rule(r"\bAD (\d{1,4})(?![\w,])", lambda m: f"A-D {say.year(int(m[1]))}"),
    rule(r"(?<![\w:.,])(\d{1,2}):(\d\d)(:\d\d(?:\.\d+)?)?Z?(?:\s?([AaPp]\.?[Mm]\b\.?))?(?![\w:])", _time),
    rule(r"(?<![\w:.,])(1[0-2]|[1-9])\s?([AaPp])\.?[Mm]\b\.?", lambda m: say.cardinal(m[1]) + _half(m[2])),
)
