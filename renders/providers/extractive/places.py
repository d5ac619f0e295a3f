"""Places whose latitude and longitude are known, found as proper names in running text, for a `map_pin` scene.

`places.txt` is a small gazetteer of our own: countries, capitals, large cities, observatories and space centres. A
wrong pin is worse than none: a name counts only where its sentence uses it as a place ("in", "near", "at"), never as
a part of a longer name ("Paris Agreement"), and names that several places or people share are not in the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from renders.text.word_lists import one_of, word_set

_FILE = Path(__file__).with_name("places.txt")
_LANGUAGES = ("en", "ru", "hi")
_NEAR = 1.0
"""Degrees: a space centre and the city that it belongs to are one place."""
_LETTER = "\u0900-\u0963\u0966-\u097f\\w"

_BEFORE = {
    "en": one_of("in near outside around across over above at inside within"),
    "ru": one_of("[Вв]о? [Пп]од [Оо]коло [Бб]лиз [Нн]ад"),
    "hi": "",
}
_BEFORE_SITE = {
    "en": one_of("in near at from to on left leaving inside over"),
    "ru": one_of("[Вв]о? [Нн]а [Сс]о? [Ии]з [Пп]од [Оо]коло [Бб]лиз"),
    "hi": "",
}
_OWNED = r"(?:(?:the|NASA['’]s|agency['’]s|famed|historic) )*"
_AFTER_HINDI = rf"(?= (?:{one_of('में से के_पास के_निकट के_नज़दीक के_ऊपर स्थित पर')})(?![{_LETTER}]))"
_ENDINGS = (
    ("ия", "(?:ия|ии|ию|ией)"),
    ("я", "(?:я|и|е|ю|ей)"),
    ("а", "(?:а|ы|и|е|у|ой)"),
    ("ы", "(?:ы|ах|ам|)"),
    ("ь", "(?:ь|и|я|ю|е|ем)"),
    ("й", "(?:й|я|ю|е|ем)"),
)
"""Russian names are declined; what a nominative ends with becomes one of these."""
_COSMODROME = "космодром "
_ALSO = {("US", "en"): word_set("Florida California Texas Alabama Hawaii Virginia Maryland USA U.S.")}
"""What stands after a comma and says nothing else than the country."""


class PlaceKind(StrEnum):
    COUNTRY = "n"
    CITY = "c"
    SITE = "s"


@dataclass(frozen=True)
class Place:
    latitude: float
    """Degrees, north positive."""
    longitude: float
    """Degrees, east positive."""
    kind: PlaceKind
    country: str
    """ISO 3166 code."""
    name: str
    """As it is shown, in the nominative."""

    def is_near(self, other: Place) -> bool:
        return abs(self.latitude - other.latitude) < _NEAR and abs(self.longitude - other.longitude) < _NEAR


def find_place(title: str, sentences: Sequence[str], language: str) -> Place | None:
    """The one place that `sentences` speak of; None where there is none, or more than one.

    Of several, the one that the title names counts. A country counts only where nothing more exact in it is named.
    """
    found = _distinct(place for sentence in sentences for place in places_in(sentence, language))
    if len(found) > 1:
        found = [place for place in found if re.search(rf"(?<![{_LETTER}]){re.escape(place.name)}", title)]
    return found[0] if len(found) == 1 else None


def places_in(sentence: str, language: str) -> list[Place]:
    """Places that one sentence names as places, in order, each once."""
    found: list[Place] = []
    for match in _pattern(language).finditer(sentence):
        place = _by_group(language)[match.lastgroup or ""]
        if not _goes_on(sentence[match.end() :], place, language):
            found.append(place)
    return list(dict.fromkeys(found))


def _distinct(places: Iterable[Place]) -> list[Place]:
    found: list[Place] = []
    for place in places:
        if not any((place.latitude, place.longitude) == (other.latitude, other.longitude) for other in found):
            found.append(place)
    exact = [place for place in found if place.kind is not PlaceKind.COUNTRY]
    countries = {place.country for place in exact}
    kept = [place for place in found if place.kind is not PlaceKind.COUNTRY or place.country not in countries]
    sites = [place for place in kept if place.kind is PlaceKind.SITE]
    return [
        place for place in kept if place.kind is not PlaceKind.CITY or not any(site.is_near(place) for site in sites)
    ]


def _goes_on(rest: str, place: Place, language: str) -> bool:
    """Whether the name is only the beginning of another one, or is said to lie in another country."""
    if language == "hi":
        return False
    if re.match(r"(?: (?:(?:and|or|и|или) )?[A-ZА-ЯЁ]|-\w)", rest) or (
        language == "en" and re.match(r"['’]s [A-Z]", rest)
    ):
        return True
    after = re.match(r", ([A-ZА-ЯЁ][\w.]+(?: [A-Z][\w.]+)*)", rest)
    if after is None or "," in place.name:
        return False
    return after[1] not in _names_of_country(place.country, language)


@cache
def _rows() -> list[tuple[float, float, PlaceKind, str, dict[str, tuple[str, ...]]]]:
    rows = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, *names = line.split("|")
            latitude, longitude, kind, country = head.split()
            by_language = {
                language: tuple(name for name in group.split(";") if name)
                for language, group in zip(_LANGUAGES, names, strict=True)
            }
            rows.append((float(latitude), float(longitude), PlaceKind(kind), country, by_language))
    return rows


@cache
def _names_of_country(country: str, language: str) -> frozenset[str]:
    names = {
        name.rstrip("!")
        for _, _, kind, code, all_names in _rows()
        if code == country and kind is PlaceKind.COUNTRY
        for name in all_names[language]
    }
    return frozenset(names | _ALSO.get((country, language), frozenset()))


@cache
def _by_group(language: str) -> dict[str, Place]:
    return {
        f"p{row}x{alias}": Place(latitude, longitude, kind, country, name.rstrip("!"))
        for row, (latitude, longitude, kind, country, names) in enumerate(_rows())
        for alias, name in enumerate(names[language])
    }


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """One pattern for all places, longer names first; the group's name tells which place it is."""
    ways: list[tuple[int, str]] = []
    for row, (_, _, kind, _, names) in enumerate(_rows()):
        before = (_BEFORE_SITE if kind is PlaceKind.SITE else _BEFORE)[language]
        lead = rf"{before} {_OWNED if language == 'en' else ''}" if before else ""
        for alias, name in enumerate(names[language]):
            ways.append((len(name), rf"{lead}(?P<p{row}x{alias}>{_form(name, language)})"))
    after = _AFTER_HINDI if language == "hi" else ""
    joined = "|".join(way for _, way in sorted(ways, reverse=True))
    return re.compile(rf"(?<![{_LETTER}-])(?:{joined})(?![{_LETTER}]){after}")


def _form(name: str, language: str) -> str:
    if language != "ru" or name.endswith("!"):
        return re.escape(name.rstrip("!"))
    if name.startswith(_COSMODROME):
        return rf"космодром\w* {re.escape(name.removeprefix(_COSMODROME))}"
    for ending, forms in _ENDINGS:
        if name.endswith(ending):
            return re.escape(name.removesuffix(ending)) + forms
    return re.escape(name) + "(?:а|у|ом|ем|е|)"
