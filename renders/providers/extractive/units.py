"""Numbers with units in running text, and how the unit is written on a screen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from renders.text.word_lists import one_of, word_set

_UNITS: dict[str, str] = {
    "en": r"""
        km/s=kilomet(?:re|er)s?_(?:per|a)_second|km/s   km/h=kilomet(?:re|er)s?_(?:per|an)_hour|km/h
        mi/s=miles_(?:per|a)_second   mph=miles_(?:per|an)_hour|mph   light-years=light[-_]years?
        km²=square_kilomet(?:re|er)s?|km²   km³=cubic_kilomet(?:re|er)s?|km³   sq_mi=square_miles?
        km=kilomet(?:re|er)s?|km   cm=centimet(?:re|er)s?|cm   mm=millimet(?:re|er)s?|mm   m=met(?:re|er)s?
        miles=miles?   feet=feet|foot   inches=inch(?:es)?   kg=kilograms?|kg   tonnes=tonnes?|tons?   pounds=pounds
        °C=degrees_Celsius|°\s?C   °F=degrees_Fahrenheit|°\s?F   %=percent|per_cent|%
        TWh=terawatt[-_]hours?|TWh   GW=gigawatts?|GW   MW=megawatts?|MW
        m³/s=cubic_met(?:re|er)s_(?:per|a|every)_second
        beats_per_minute=beats_(?:per|a|every)_minute   litres=lit(?:re|er)s?   grams=grams?   hectares=hectares?
        people=people|inhabitants
        ×=times(?=_(?:as|more|larger|heavier|longer|higher|faster|brighter|stronger|denser|its|that|the)\b)
        years=years   days=days   hours=hours   minutes=minutes
    """,
    "ru": r"""
        км/с=(?:километр(?:ов|а|ах)?|км)_в_секунду|км/с   км/ч=(?:километр(?:ов|а|ах)?|км)_в_час|км/ч
        св._лет=световых_(?:лет|года)   км²=квадратных_километр(?:ов|а|ах)|км²   км³=кубических_километр(?:ов|а|ах)|км³
        км=километр(?:ов|а|ах)?|км   см=сантиметр(?:ов|а)?|см   м=метр(?:ов|а|ах)?|м   кг=килограмм(?:ов|а)?|кг
        т=тонн[ыа]?   °C=градус(?:ов|а)?(?:_Цельсия)?|°\s?C
        м³/с=кубических_метр(?:ов|а)_в_секунду
        уд./мин=удар(?:ов|а)?_в_минуту   литров=литр(?:ов|а)?   г=грамм(?:ов|а)?   га=гектар(?:ов|а)?
        чел.=человека?|жителей
        раз=раза?(?=_(?:больше|меньше|выше|длиннее|тяжелее|быстрее|ярче|глубже|шире|сильнее|дальше)(?!\w))
        %=процент(?:ов|а)?|%
        ГВт=гигаватт|ГВт   МВт=мегаватт|МВт   лет=лет   дней=суток|дней   часов=часов   минут=минут
    """,
    "hi": r"""
        किमी/से=किलोमीटर_प्रति_सेकंड   किमी/घंटा=किलोमीटर_प्रति_घंट(?:ा|े)   प्रकाश_वर्ष=प्रकाश[-_]?वर्ष   वर्ग_किमी=वर्ग_किलोमीटर
        किमी=किलोमीटर|कि\.मी\.|किमी   सेमी=सेंटीमीटर
        घन_मीटर/से=घन_मीटर_प्रति_सेकंड   लीटर=लीटर   ग्राम=ग्राम   गुना=गुना   मीटर=मीटर
        किग्रा=किलोग्राम|किग्रा   टन=टन
        °C=डिग्री_सेल्सियस|°\s?C   %=प्रतिशत|फ़ीसदी|फीसदी|%   गीगावाट=गीगावाट   मेगावाट=मेगावाट
        वर्ष=साल|वर्ष   दिन=दिन   घंटे=घंटे|घंटों   मिनट=मिनट
    """,
}
"""Unit on the screen = how texts write it; the longer before what it begins with."""
_TIMES = word_set("years days hours minutes лет дней часов минут वर्ष दिन घंटे मिनट")
_LARGE = {
    "en": one_of("thousand million billion trillion"),
    "ru": one_of(r"тысяч[иа]? тыс\. миллион(?:ов|а)? млн\.? миллиард(?:ов|а)? млрд\.?"),
    "hi": one_of("हज़ार हजार लाख करोड़ अरब मिलियन बिलियन"),
}
_LARGE_SHORT = (("тыс", "тыс."), ("миллион", "млн"), ("млн", "млн"), ("миллиард", "млрд"), ("млрд", "млрд"))
_NUMBER = (
    r"(?<![\w.,:/–-])(?P<minus>minus |минус |माइनस |[-−])?"
    r"(?P<value>\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}|\d+(?:[.,]\d+)?)"
)


def _pairs(language: str) -> list[tuple[str, str]]:
    entries = (entry.replace("_", " ").split("=", 1) for entry in _UNITS[language].split())
    return [(name, pattern) for name, pattern in entries]


_SHOWN = {language: [name for name, _ in _pairs(language)] for language in _UNITS}
_PATTERNS = {
    language: re.compile(
        rf"{_NUMBER}[ \u00a0\u202f-]?(?:(?P<large>{_LARGE[language]}) )?(?:"
        + "|".join(f"(?P<u{index}>{pattern})" for index, (_, pattern) in enumerate(_pairs(language)))
        + r")(?![\w\u0900-\u0963\u0966-\u097f])"
    )
    for language in _UNITS
}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, where it stands in a text."""

    value: str
    """As written, without its sign."""
    is_negative: bool
    unit: str
    """Short form for the screen, "million" and the like before it."""
    is_time: bool
    start: int
    end: int
    about: str = ""
    """The word that makes it no exact number ("about", "more than"), as written; empty where there is none."""

    @property
    def number(self) -> float:
        """Its value, for comparing; in the unit, "million" and the like included."""
        digits = re.sub(r"[\s\u00a0\u202f]", "", self.value)
        if re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", digits):
            digits = digits.replace(",", "")
        return float(digits.replace(",", ".")) * (-1 if self.is_negative else 1)


_ABOUT = {
    "en": one_of(
        "about roughly nearly almost some around approximately more_than over up_to less_than at_least under only"
    ),
    "ru": one_of("около примерно почти более больше свыше до менее не_менее порядка"),
    "hi": one_of("लगभग क़रीब करीब तक़रीबन"),
}
_ABOUT_BEFORE = {language: re.compile(rf"(?<!\w)({words})\s+$", re.IGNORECASE) for language, words in _ABOUT.items()}
_RANGE_BEFORE = re.compile(r"\d[\d.,\u00a0\u202f]*\s*(?:(?:to|and|or|до|и|или|से|और|या)\s+|[-–—]\s*)(?:[\w]+\s)?$")


def quantities(text: str, language: str, *, ranges: bool = False) -> list[Quantity]:
    """Numbers with known units in `text`, in order.

    The end of a range ("80 to 100 km") is no number by itself, and left out but where `ranges` are asked for.
    """
    matches = _PATTERNS[language].finditer(text)
    return [
        _quantity(match, text, language)
        for match in matches
        if ranges or not _RANGE_BEFORE.search(text[: match.start()])
    ]


def _quantity(match: re.Match[str], text: str, language: str) -> Quantity:
    unit = next(name for index, name in enumerate(_SHOWN[language]) if match[f"u{index}"])
    large = match["large"] or ""
    large = next((short for beginning, short in _LARGE_SHORT if large.startswith(beginning)), large)
    return Quantity(
        value=match["value"],
        is_negative=match["minus"] is not None,
        unit=f"{large} {unit}".strip(),
        is_time=unit in _TIMES,
        start=match.start(),
        end=match.end(),
        about=about[1] if (about := _ABOUT_BEFORE[language].search(text[: match.start()])) else "",
    )
