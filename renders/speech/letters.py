"""Capitals: acronyms that are words (NASA), acronyms that are spelled (ISS), and shouting."""

from __future__ import annotations

import re
from collections.abc import Mapping

from renders.speech.rules import listed

SPELLED = frozenset(listed("US UK EU UN AI IT TV PM AM ID VR AR UAE IAEA IUCN IMAX ASAP URL USA ISS IPO CEO UFO"))
"""Always spelled, though some could be said as a word."""

SAID = frozenset(
    listed(
        "NASA ESA NATO ISRO JAXA NOAA SARS MERS AIDS OPEC FIFA UEFA NIST LASER RADAR SONAR LIDAR GOES HIPAA "
        "AIIMS COP MAX STEM ROSCOSMOS UNESCO UNICEF GRACE SIM PIN ZIP RAM CAD GIF JPEG RAF"
    )
)
"""Said as words, though some look as if they could not be."""

_EMPHASISED = frozenset(
    listed(
        "THE AND NOT BUT FOR ALL NEW NOW YES ONE TWO YOU OUR HIS HER ITS WAS ARE HAS HAD CAN MAY DAY WHY HOW "
        "OUT OFF ANY NO OR IN ON AT OF TO DO MY WE IF AS BY UP SO IS BE GO HE ME VERY ONLY EVER MUST WILL "
        "FROM THIS THAT WITH"
    )
)
"""Common words that some writers set in capitals."""

_ONSETS = frozenset(listed("BL BR CH CL CR DR FL FR GL GR PH PL PR SC SH SK SL SM SN SP ST SW TH TR TW WH KN QU"))
_VOWELS = "[AEIOUYАЕЁИОУЫЭЮЯ]"
_SHOUTED_WORDS = 3
_SHOUTED_SHARE = 0.6

_CAPITALS = re.compile(r"(?<![\w-])([A-Z]{2,})('?s)?(?![\w])|(?<=-)([A-Z]{2,})('?s)?(?!\w)")


def is_said_as_word(acronym: str) -> bool:
    """Whether people say these capitals as a word (NASA) rather than letter by letter (ISS)."""
    if acronym in SPELLED:
        return False
    if acronym in SAID or acronym in _EMPHASISED:
        return True
    if len(acronym) < 4:
        return False
    runs = re.findall(r"[AEIOUY]+|[^AEIOUY]+", acronym)
    if not re.search("[AEIOU]", acronym):
        return False
    if len(acronym) > 5:
        return True
    start = runs[0]
    return all(len(run) < 3 for run in runs) and (len(start) == 1 or start[0] in "AEIOUY" or start in _ONSETS)


def calm(text: str, acronyms: frozenset[str] = frozenset()) -> str:
    """A text that shouts, in lower case; its acronyms, as far as they are known, stay."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    shouted = [word for word in words if word.isupper() and _is_plain(word, acronyms)]
    long_ones = sum(len(word) > 3 for word in shouted)
    if long_ones < _SHOUTED_WORDS or len(shouted) < _SHOUTED_SHARE * len(words):
        return text
    lowered = re.sub(r"[^\W\d_]{2,}", lambda m: m[0].lower() if _is_plain(m[0], acronyms) else m[0], text)
    return lowered[:1].upper() + lowered[1:]


def _is_plain(word: str, acronyms: frozenset[str]) -> bool:
    """Whether capitals are an ordinary word, as far as its looks tell."""
    if word in SAID or word in SPELLED or word in acronyms:
        return False
    return is_said_as_word(word) if len(word) > 3 and word.isascii() else bool(re.search(_VOWELS, word))


def read_latin(text: str, names: Mapping[str, str]) -> str:
    """Latin acronyms of a text as they are said: words in small letters, others by the names of their letters.

    The names are joined by hyphens, so that a voice reads them as one word with every letter stressed.
    """

    def read(match: re.Match[str]) -> str:
        acronym, ending = match[1] or match[3], match[2] or match[4] or ""
        if is_said_as_word(acronym):
            word = acronym.lower() if acronym in _EMPHASISED else acronym.capitalize()
            return word + ending
        spelled = names.get("^" + acronym[0], names[acronym[0]])
        spelled += "".join("-" + names[letter] for letter in acronym[1:])
        return spelled + ("'s" if ending else "")

    return _CAPITALS.sub(read, text)
