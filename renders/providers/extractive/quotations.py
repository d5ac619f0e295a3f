"""A quotation with its speaker, for a `quote` scene."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.text.word_lists import one_of, word_set

_WORDS = range(3, 31)
_QUOTED = r"(?:“(?P<curly>[^”]{8,240})”|«(?P<angled>[^»]{8,240})»|\"(?P<straight>[^\"]{8,240})\")"
_BEFORE_QUOTE = r"[^“\"«]{0,20}[:,]? "
_TITLE = one_of("Dr Mr Mrs Ms Sir Dame President Queen King Professor")
_NAME = {
    "en": rf"(?P<name>(?:{_TITLE}\.? )?[A-Z][\w.’'-]+(?: (?:[A-Z][\w.’'-]*|von|van|de|da|bin|al)){{0,3}})",
    "ru": r"(?P<name>[А-ЯЁ][а-яё.]+(?: [А-ЯЁ][а-яё.-]+){0,2})",
    "hi": r"(?:^|[।,] )(?P<name>(?:[\u0900-\u0963\u0966-\u097f.]+ ){1,4}?)",
}
_SAID = {
    "en": one_of(
        r"""
        said says wrote writes told_[\w ]{2,25} added noted explained recalled declared remarked announced asked replied
        """
    ),
    "ru": one_of(
        """
        сказала? писала? написала? говорила? заявила? отметила? произнёс воскликнула? добавила? ответила? вспоминала?
        """
    ),
    "hi": r"(?:ने (?:[\u0900-\u0963\u0966-\u097f]+ ){0,3}?(?:कहा|लिखा|बताया|पूछा)(?: था| है)?)",
}
_PATTERNS = {
    "en": (
        re.compile(rf"{_NAME['en']},? (?:once )?{_SAID['en']}{_BEFORE_QUOTE}{_QUOTED}"),
        re.compile(rf"{_QUOTED},? {_SAID['en']} {_NAME['en']}"),
        re.compile(rf"{_QUOTED},? {_NAME['en']} {_SAID['en']}"),
    ),
    "ru": (
        re.compile(rf"{_NAME['ru']} {_SAID['ru']}{_BEFORE_QUOTE}{_QUOTED}"),
        re.compile(rf"{_QUOTED},? [—–-] {_SAID['ru']} {_NAME['ru']}"),
        re.compile(rf"{_SAID['ru']} {_NAME['ru']}: {_QUOTED}"),
    ),
    "hi": (re.compile(rf"{_NAME['hi']}{_SAID['hi']},?:? {_QUOTED}"),),
}
_NO_NAMES = word_set("He She They It We I You The This Он Она Они Мы Я उन्होंने इन्होंने")


@dataclass(frozen=True)
class Quotation:
    quote: str
    """Without quotation marks."""
    speaker: str


def find_quotation(sentences: Sequence[str], language: str) -> Quotation | None:
    """The first quotation whose speaker the same sentence names."""
    for sentence in sentences:
        for pattern in _PATTERNS[language]:
            match = pattern.search(sentence)
            if match is None or match["name"].strip() in _NO_NAMES:
                continue
            quote = (match["curly"] or match["angled"] or match["straight"]).strip().rstrip(",.।")
            if len(quote.split()) in _WORDS:
                return Quotation(quote[0].upper() + quote[1:], match["name"].rstrip(" .,"))
    return None
