"""Russian dates, years, centuries and times of day."""

from __future__ import annotations

from renders.speech import roman
from renders.speech.figures import Figure
from renders.speech.rules import Match, Rule, listed, one_of, rule
from renders.speech.russian_nouns import HOUR, MINUTE
from renders.speech.russian_numbers import cardinal, case_before, ordinal

MONTHS = listed("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")
_MONTH_STEMS = listed("январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр")
_MONTH = one_of(MONTHS)
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_YEAR_WORD = r"(годами|годах|годам|годов|годом|году|года|годы|год|гг?\.|гг?(?!\w))"
_YEAR_CASES = {"год": "n", "года": "g", "годом": "i", "годы": "n", "годов": "g"}
_YEAR_CASES |= {"годам": "d", "годами": "i", "годах": "p"}
_CENTURY_CASES = {
    **{"век": "n", "века": "g", "веку": "d", "веком": "i", "веке": "p", "веков": "g", "веках": "p", "векам": "d"},
    **{"столетие": "n", "столетия": "g", "столетию": "d", "столетием": "i", "столетии": "p", "столетий": "g"},
    **{"тысячелетие": "n", "тысячелетия": "g", "тысячелетию": "d", "тысячелетием": "i", "тысячелетии": "p"},
}
_BY_CASE = {
    "г.": {"n": "год", "g": "года", "d": "году", "a": "году", "i": "годом", "p": "году"},
    "гг.": {"n": "годы", "g": "годов", "d": "годам", "a": "годах", "i": "годами", "p": "годах"},
    "в.": {"n": "век", "g": "века", "d": "веку", "a": "веке", "i": "веком", "p": "веке"},
    "вв.": {"n": "века", "g": "веков", "d": "векам", "a": "веках", "i": "веками", "p": "веках"},
}
"""Abbreviations in each case. After `в` they are prepositional: в 1961 г. -> году."""


def before(match: Match) -> str:
    """The few words before a match."""
    return match.string[max(0, match.start() - 30) : match.start()]


def in_full(abbreviation: str, case: str) -> tuple[str, str]:
    """The word and the case of its number; without a preposition it is the genitive: летом 1961 г."""
    case = {"": "g", "a": "p"}.get(case, case)
    return _BY_CASE[abbreviation.rstrip(".") + "."][case], case


def _dot_at_end(match: Match, word: str) -> str:
    return "." if word.endswith(".") and match.end() == len(match.string) else ""


def _year(number: str, case: str) -> str:
    return ordinal(int(number), case)


def _date(match: Match) -> str:
    """`12 апреля 1961 года`, `12-15 апреля`, `к 12 апреля`."""
    day, last_day, month, year, word = match.groups()
    case = case_before(before(match)) or "g"
    spoken = ordinal(int(day), case, "n")
    if last_day:
        spoken = f"с {ordinal(int(day), 'g', 'n')} по {ordinal(int(last_day), 'a', 'n')}"
    spoken += " " + month
    return spoken + (f" {_year(year, 'g')} года{_dot_at_end(match, word or '')}" if year else "")


def _in_figures(day: str, month: str, year: str, as_written: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return as_written
    return f"{ordinal(int(day), 'g', 'n')} {MONTHS[int(month) - 1]} {_year(year, 'g')} года"


def _years(match: Match) -> str:
    """`в 1961 году`, `1914-1918 гг.`; `2 года` is an amount and stays."""
    first, last, word = match[1], match[2], match[3]
    wanted = case_before(before(match))
    if int(first) < 1000 and word not in ("году", "годом") and not (wanted and word in ("г.", "гг.")):
        return match[0]  # 2 года, 300 г. муки
    if word.rstrip(".") in ("г", "гг"):
        full, case = in_full(word, wanted)
    else:
        full, case = word, _YEAR_CASES.get(word) or ("d" if wanted == "d" else "p")
    years = _year(first, case)
    if last:
        years += f", {_year(first[: len(first) - len(last)] + last, case)}"
    return f"{years} {full}{_dot_at_end(match, word)}"


def _from_to(match: Match) -> str:
    """`с 1914 по 1918 год`, `с 1914 до 1918 года`."""
    case = "a" if match[3] == "по" else "g"
    word = {"a": "год", "g": "года"}[case] if match[5] else ""
    return f"{match[1]} {_year(match[2], 'g')} {match[3]} {_year(match[4], case)} {word}".rstrip() + _dot_at_end(
        match, match[5] or ""
    )


def _centuries(match: Match) -> str:
    """`XX век` -> двадцатый век; `в XX в.` -> в двадцатом веке."""
    first, last, word = match[1], match[2], match[3]
    if word in ("в.", "вв."):
        full, case = in_full(word, case_before(before(match)))
    elif word in _CENTURY_CASES:
        full, case = word, _CENTURY_CASES[word]
    else:
        return match[0]
    gender = "m" if full.startswith("век") else "n"
    numbers = [number for number in (first, last) if number]
    spoken = ", ".join(ordinal(roman.value(number), case, gender) for number in numbers)
    return f"{spoken} {full}{_dot_at_end(match, word)}"


def _time(match: Match) -> str:
    """`06:00` -> шесть часов; `в 14:12` -> в четырнадцать часов двенадцать минут."""
    if int(match[1]) > 23 or int(match[2]) > 59:
        return match[0]
    case = case_before(before(match)) or "n"
    hour, minute = Figure(str(int(match[1]))), Figure(str(int(match[2])))
    spoken = f"{cardinal(hour.whole, case)} {HOUR.after(hour, case)}"
    if minute.integer:
        spoken += f" {cardinal(minute.whole, case, 'f')} {MINUTE.after(minute, case)}"
    return spoken


DATES: tuple[Rule, ...] = (
    rule(r"(?<![\w./-])(\d{4})-(\d\d)-(\d\d)(?:T(?=\d\d:)|(?![\w/-]))", lambda m: _in_figures(m[3], m[2], m[1], m[0])),
    rule(
        r"(?<![\w./-])(\d{1,2})[./](\d{1,2})[./](\d{4})(?![\w/-])(?:\s?г(?:\.|ода))?",
        lambda m: _in_figures(m[1], m[2], m[3], m[0]),
    ),
    rule(
        rf"(?<!\w)([СсОо]т?) {_DAY} (?=(?:по|до) {_DAY} {_MONTH}(?!\w))",
        lambda m: f"{m[1]} {ordinal(int(m[2]), 'g', 'n')} ",
    ),
    rule(
        rf"(?<![\w.,-]){_DAY}(?:\s?-\s?{_DAY})? ({_MONTH})(?!\w)"
        r"(?: (\d{4})(?!\d|[.,]\d)(?:\s?(г\.|года|году|год)(?!\w))?)?",
        _date,
    ),
    rule(
        rf"(?<!\w)((?i:{'|'.join(_MONTH_STEMS)})(?:ем|ём|ом|[ьяюейау]|)) (\d{{4}})(?!\d|[.,]\d)"
        r"(?:\s?(?:г\.|года)(?!\w))?",
        lambda m: f"{m[1]} {_year(m[2], 'g')} года",
    ),
    rule(
        r"(?<!\w)([Сс]) (\d{4})(?:\s?(?:г\.|года))? (по|до) (\d{4})(?!\d|[.,]\d)(?:\s?(г\.|гг\.|год(?:а|ы)?)(?!\w))?",
        _from_to,
    ),
    rule(rf"(?<![\w.,-])(\d{{1,4}})(?:\s?-\s?(\d{{2,4}}))?\s?{_YEAR_WORD}(?!\w)", _years),
    rule(
        r"(?<=\b[Вв]\s)((?:19|20)\d\d)(?![\w-]|[.,]\d)(?!\s(?:\d|раз|[а-яё]*(?:[аяыи]х|[ое]в|ей)\b))",
        lambda m: _year(m[1], "p"),
    ),
    rule(
        r"(?<![\w.,-])(1\d{3}|20\d\d)\s?-\s?(1\d{3}|20\d\d)(?=\s*(?:[),;]|$))",
        lambda m: f"{_year(m[1], 'n')}, {_year(m[2], 'n')}",
    ),
    rule(
        rf"\b({roman.PATTERN})(?:\s?-\s?({roman.PATTERN}))?\s(вв?\.|век[а-я]*|столети[а-я]+|тысячелети[а-я]+)",
        _centuries,
    ),
    rule(r"(?<![\w:.,])(\d{1,2}):(\d\d)(?::\d\d)?(?![\w:])", _time),
)
