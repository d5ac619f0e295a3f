"""How long a text takes to say, before any voice has said it (R11).

Speech time goes with syllables, not with words: "Транссибирская магистраль" is two words and nine syllables.
Numbers count as the words they are read out as. The constants were fitted by least squares to the narrations of
160 segments (sample days, feed days, topics) as the worker's own voices speak them (espeak-ng, the three voices
within 1 % of each other): within 6 % on average for a segment, within 5 % for a script. To calibrate for another
voice, measure the seconds of some narrations, and fit `Rate` to their `load`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AIR_SECONDS = 0.6
"""Silence that every segment's slot adds around its narration: 0.3 s before and 0.3 s after."""


@dataclass(frozen=True)
class Rate:
    """Seconds for one syllable, one pause within a sentence, and one pause after it."""

    syllable: float
    comma: float
    stop: float


@dataclass(frozen=True)
class Load:
    """What a voice has to say: syllables, and pauses of both kinds."""

    syllables: float
    commas: int
    stops: int


RATES: dict[str, Rate] = {
    "en": Rate(syllable=0.182, comma=0.46, stop=0.58),
    "ru": Rate(syllable=0.157, comma=0.15, stop=0.26),
    "hi": Rate(syllable=0.177, comma=0.46, stop=0.33),
}

_TOKEN = re.compile(r"\d[\d.,\u00a0\u2009\u202f]*\d|\d|[^\W\d_][\w\u0900-\u0963\u0966-\u097f’']*|[%°№$€£₽₹]")
_COMMA = re.compile(r"[,;:](?!\d)|\s[–—-]\s|[–—](?=\s)")
_STOP = re.compile(r"[.!?…।]+[»”\"')\]]*(?=\s|$)")
_DEVANAGARI_VOWEL = re.compile("[\u0904-\u0914\u093e-\u094c]")
_DEVANAGARI_BARE = re.compile("[\u0915-\u0939\u0958-\u095f]\u093c?(?![\u093c\u093e-\u094d])")

_EN_ONES = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
_EN_TENS = (0, 0, 2, 2, 2, 2, 2, 3, 2, 2)
_RU_ONES = (1, 2, 1, 1, 3, 1, 1, 1, 2, 2, 2, 4, 4, 3, 4, 3, 3, 3, 4, 4)
_RU_TENS = (0, 0, 2, 2, 2, 3, 3, 2, 3, 4)
_RU_HUNDREDS = (0, 1, 2, 2, 4, 2, 2, 2, 3, 3)


def seconds(text: str, language: str) -> float:
    """Estimated seconds that the voice takes for `text`; 0.0 for an empty one."""
    rate, what = RATES[language], load(text, language)
    return what.syllables * rate.syllable + what.commas * rate.comma + what.stops * rate.stop


def load(text: str, language: str) -> Load:
    """Syllables and pauses of `text`."""
    tokens = _TOKEN.findall(text)
    return Load(
        syllables=sum(_syllables(token, language) for token in tokens),
        commas=len(_COMMA.findall(text)),
        stops=len(_STOP.findall(text)) or bool(tokens),
    )


def _syllables(token: str, language: str) -> float:
    if token[0].isdigit():
        return _number(token, language)
    if not (token[0].isalpha() or "\u0900" <= token[0] <= "\u097f"):
        return 2
    if language == "hi" and _DEVANAGARI_VOWEL.search(token) is None and _DEVANAGARI_BARE.search(token) is None:
        language = "en"
    return {"en": _english, "ru": _russian, "hi": _hindi}[language](token)


def _english(word: str) -> float:
    if len(word) > 1 and word.isupper():
        return len(word) + 2 * word.count("W")
    lower = word.lower()
    count = len(re.findall(r"[aeiouy]+", lower))
    if count > 1 and re.search(r"[^aeiouyl]e$|[^aeioutd]ed$|[^aeiouscxzh]es$", lower):
        count -= 1
    return max(1, count)


def _russian(word: str) -> float:
    if re.search("[a-z]", word.lower()):
        return _english(word)
    # Prepositions of one consonant lean on the next word.
    return len(re.findall(r"[аеёиоуыэюя]", word.lower())) or (0 if len(word) == 1 else len(word) / 2)


def _hindi(word: str) -> float:
    vowels, bare = len(_DEVANAGARI_VOWEL.findall(word)), len(_DEVANAGARI_BARE.findall(word))
    if vowels + bare > 1 and re.search("[\u0915-\u0939\u0958-\u095f]\u093c?$", word):
        bare -= 1
    # About every fifth inner "a" is silent too; which ones only a dictionary knows.
    return max(1.0, vowels + 0.8 * bare)


def _number(token: str, language: str) -> float:
    decimal = "," if language == "ru" else "."
    whole, _, fraction = re.sub(
        r"[\u00a0\u2009\u202f]" if decimal == "," else r"[,\u00a0\u2009\u202f]", "", token
    ).partition(decimal)
    digits = re.sub(r"\D", "", whole)
    spoken = _whole_number(int(digits), language) if 0 < len(digits) <= 12 else 2.0 * len(digits)
    decimals = re.sub(r"\D", "", fraction)
    return spoken + (2 + sum(_under_thousand(int(digit), language) for digit in decimals[:12]) if decimals else 0)


def _whole_number(number: int, language: str) -> float:
    count, rest = 0.0, number
    for size, name in ((10**9, 3), (10**6, 3 if language == "ru" else 2), (1000, 2)):
        if rest >= size:
            count += _under_thousand(min(rest // size, 999), language) + name
            rest %= size
    return count + (_under_thousand(rest, language) if rest or not count else 0)


def _under_thousand(number: int, language: str) -> float:
    if language == "hi":
        return 2 if number < 100 else (3 if number % 100 == 0 else 5)
    ones, tens = (_EN_ONES, _EN_TENS) if language == "en" else (_RU_ONES, _RU_TENS)
    count, rest = 0, number
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        count = ones[hundreds] + 2 + bool(rest) if language == "en" else _RU_HUNDREDS[hundreds]
        if not rest:
            return count
    if rest < 20:
        return count + ones[rest]
    return count + tens[rest // 10] + (ones[rest % 10] if rest % 10 else 0)
