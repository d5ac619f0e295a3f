"""Where a line may end: what readers of each language keep together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEAN_FORWARD: dict[str, frozenset[str]] = {
    "en": _words(
        "a an the of in on at to by for from with and or but as is are was its his her their this that than into "
        "over under near about after before between not no"
    ),
    "ru": _words(
        "а и в во на с со к ко о об у от до из за по под над при для без через про не ни но или что как это "
        "его её их между около более менее около почти"
    ),
    "hi": _words("और या एक यह वह इस उस न नहीं लगभग"),
}
"""Words that belong to the next one: a line should not end with them."""

_LEAN_BACK: dict[str, frozenset[str]] = {
    "ru": _words("же ли бы"),
    "hi": _words(
        "का की के को से में पर ने तक है हैं था थी थे हो गई गया गए हुआ हुई हुए भी ही तो लिए द्वारा वाला वाली वाले पास बाद साथ ऊपर "
        "नीचे बीच"
    ),
}
"""Words that belong to the one before: a line should not begin with them."""

_UNITS = (
    "km|m|cm|mm|kg|g|t|s|h|min|km/h|m/s|mi|ft|lb|W|kW|MW|GW|TW|kWh|Hz|kHz|MHz|GHz|°C|°F|K|%|million|billion|trillion|"
    "thousand|percent|years?|days?|hours?|minutes?|months?|miles|meters|metres|kilometers|kilometres|tons?|tonnes?|"
    "км|м|см|мм|кг|г|т|с|ч|мин|км/ч|м/с|Вт|кВт|МВт|ГВт|тыс\\.?|млн|млрд|трлн|лет|года?|дней|часов|часа|минут|метров|"
    "километров|процентов|"
    "किमी|मी|किलोमीटर|मीटर|किलो|ग्राम|टन|करोड़|लाख|हज़ार|हजार|अरब|प्रतिशत|गीगावाट|मेगावाट|वर्ष|साल|दिन|घंटे|मिनट|डिग्री"
)
_NUMBER_AND_UNIT = re.compile(rf"(?<=[0-9०-९]) (?=(?:{_UNITS})(?![\w/]))")
_SIGN_AND_NUMBER = re.compile(r"(?<=[№§~]) (?=[0-9०-९])")
_DASH = re.compile(r" (?=[—–] )")
_ENDS_A_CLAUSE = (",", ";", ":", ".", "!", "?", "।", "—", "–")


def glue(text: str) -> str:
    """The text with spaces that must not break made no-break ones: thin between number and unit."""
    text = _NUMBER_AND_UNIT.sub("\u202f", text)
    text = _SIGN_AND_NUMBER.sub("\u00a0", text)
    return _DASH.sub("\u00a0", text)


def breaks(words: Sequence[str], language: str) -> list[float]:
    """For each word but the last, what a line break after it costs: 0 plain, above it bad, below it good."""
    return [_cost(before, after, language) for before, after in pairwise(words)]


def ends_badly(word: str, language: str) -> bool:
    """Whether a line (or a shortened text) should not end with this word."""
    return word.strip("«“\"'(").casefold() in _LEAN_FORWARD.get(language, _LEAN_FORWARD["en"])


def hangs(word: str, language: str) -> bool:
    """Whether a text that ends with this word promises more."""
    return ends_badly(word, language) or word.casefold() in _LEAN_BACK.get(language, frozenset())


def _cost(before: str, after: str, language: str) -> float:
    if before.endswith(_ENDS_A_CLAUSE):
        return -0.03
    cost = 0.0
    if ends_badly(before, language):
        cost += 0.15
    if after.strip(".,;:!?।»”)").casefold() in _LEAN_BACK.get(language, frozenset()):
        cost += 0.15
    if before[-1:].isdigit() or after[:1].isdigit():
        cost += 0.05
    if before[:1].isupper() and after[:1].isupper():
        cost += 0.03
    return cost


def clusters(word: str) -> list[str]:
    """The word cut where a reader would see letters: marks, joiners and conjuncts stay with their letter."""
    pieces: list[str] = []
    for character in word:
        joined = bool(pieces) and pieces[-1][-1] in "\u094d\u200c\u200d"
        if pieces and (joined or unicodedata.category(character)[0] == "M" or character in "\u200c\u200d"):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
