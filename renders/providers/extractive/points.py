"""Up to three short points of what is told: the plainest scene there is, and the notes of others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from renders.text.clauses import MOST_CHARACTERS, short_forms
from renders.text.words import overlap, stems

MOST_POINTS = 3
_LONG_POINT, _LONG_POINT_CHARACTERS = 12, 88
"""Words and characters of the one point of a scene that has no shorter one."""
_SAME = 0.7
"""Share of common words from which two short texts say the same on a screen."""

_NAMES = r"(?:the |NASA['’]s )?[A-Z][\w’'-]+(?: (?:[A-Z][\w’'-]+|of the(?= [A-Z])|of(?= [A-Z])))*"
_WHERE = re.compile(
    rf"(?<=[\s,])(?:at|near|off|aboard|outside|in|(?:off|along) the coast of) {_NAMES}"
    rf"(?:(?:,| in| of| on| and) {_NAMES})*(?=[.,;]|$| [a-z])"
)
_WITH = re.compile(r"\b(?:with|by) (?=[A-Z])[^,;:.]{10,140}?(?=,|;|\.| to [a-z]| on | in )")
_OF_WHOM = re.compile(r" of (?:the )?[A-Z][\w-]+(?=$| and )")
_PURPOSE = re.compile(r"(?<=, )to [a-z]+ [^,;:]{8,70}(?=\.$)")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_WHEN = re.compile(rf"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, )?{_MONTH} (?:\d{{1,2}}, )?\d{{4}}\b")
_MONTH_ONLY = re.compile(rf"^(?:in|near|at) {_MONTH}", re.IGNORECASE)
_MOST_WORDS = 12
_ABOUT_PICTURES = re.compile(
    r"^(?:An?|The) (?:[\w-]+ ){0,3}(?:image|photo|photograph|picture|view|composite) (?:shows|of|captures)\b"
)


def points_of(sentences: Sequence[str], headline: str, language: str) -> list[str]:
    """Up to three short points, in the order in which they are told; none repeats the headline or another.

    One of each sentence first, then more of the same; a single longer one where nothing is short. Where one English
    sentence is all there is, what it says of where and with whom stands beside it.
    """
    title = stems(headline, language)
    found: list[tuple[int, str]] = []
    for most_words, wanted in ((None, MOST_POINTS), (None, 2), (_LONG_POINT, 1)):
        for place, sentence in enumerate(sentences):
            if len(found) >= wanted:
                break
            forms = short_forms(
                sentence, language, most_words, MOST_CHARACTERS if most_words is None else _LONG_POINT_CHARACTERS
            )
            new = next((form for form in forms if _is_new(form, title, [point for _, point in found], language)), None)
            if new is not None and (wanted < MOST_POINTS or all(place != other for other, _ in found)):
                found.append((place, new))
    points = [point for _, point in sorted(found, key=lambda pair: pair[0])]
    if len(points) < 2 and language == "en" and len(sentences) == 1:
        points += circumstances(sentences, [headline, *points])[: MOST_POINTS - len(points)]
    return points


def circumstances(sentences: Sequence[str], shown: Sequence[str]) -> list[str]:
    """With whom, where, what for and when an English text says that it happened, as it says so.

    Nothing that is on the screen already; a date never stands alone.
    """
    found: list[str] = []
    for sentence in sentences:
        for pattern in (_WITH, _WHERE, _PURPOSE, _WHEN):
            for match in pattern.finditer(sentence):
                text = _OF_WHOM.sub("", match.group()) if pattern is _WITH else match.group().strip(" ,")
                known = any(stems(text, "en") & stems(other, "en") for other in (*shown, *found))
                lonely = pattern is _WHEN and not found and len(shown) < 2
                if len(text.split()) <= _MOST_WORDS and not known and not lonely and not _MONTH_ONLY.match(text):
                    found.append(text[0].upper() + text[1:])
    return found


def tells_of_picture(form: str) -> bool:
    """Whether it only says that there is a picture of something."""
    return _ABOUT_PICTURES.match(form) is not None


def _is_new(form: str, title: frozenset[str], points: Sequence[str], language: str) -> bool:
    """Whether a point adds two meaningful words to the headline and says something else than the other points."""
    if tells_of_picture(form):
        return False
    point = stems(form, language)
    return len(point - title) >= 2 and all(overlap(point, stems(other, language)) < _SAME for other in points)
