"""Numbers that belong together: amounts of one unit and one kind, by year or by name, for charts and comparisons.

Strict, because a wrong chart is worse than plain points. Amounts by year count only where every sentence pairs each
year with one amount and all speak of the same thing; amounts by name only where the sentence lists them alike. What
is planned, expected or denied is never set beside what is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.providers.extractive.units import Quantity, quantities
from renders.text.leaning import leans_on_previous
from renders.text.word_lists import one_of, word_set
from renders.text.words import stems

_LETTER = "\\w\u0900-\u0963\u0966-\u097f"
_YEAR = re.compile(rf"(?<![\d.,{_LETTER}-])(?:1[0-9]\d\d|20\d\d)(?![\d{_LETTER}%-]|[.,]\d)")
_NOT_YET = {
    "en": one_of(
        """
        will would could may might should must target targets goal goals aims? plans?
        planned expected forecast predict\\w*
        estimated if not never no without hopes? by_20[3-9]\\d promised supposed instead except difference differs
        """
    ),
    "ru": one_of(
        """
        будет будут бы может могут должн\\w* цель цели план\\w* ожида\\w* прогноз\\w* предполаг\\w* если не нет без ни
        обеща\\w* разниц\\w*
        """
    ),
    "hi": one_of("लक्ष्य होगा होगी होंगे अनुमान\\w* उम्मीद योजना अगर यदि नहीं सकता सकती बिना अंतर"),
}
_DOUBTFUL = {
    language: re.compile(rf"(?<![{_LETTER}]){words}(?![{_LETTER}])", re.IGNORECASE)
    for language, words in _NOT_YET.items()
}
_ARTICLE = r"(?:[Tt]he |[Aa]n? )?"
_FILL = {
    "en": one_of("about roughly nearly almost some around approximately only just at_least"),
    "ru": one_of("около примерно почти"),
    "hi": one_of("लगभग क़रीब करीब"),
}
_VERB_EN = one_of(
    """
    is are was were measures? measured weighs? reach(?:es|ed)? stretch(?:es|ed)? runs? ran flows? stands? stood rises?
    rose beats? needs? takes? took lasts? lasted holds? held covers? covered drains? travel(?:s|led)? moves? spins?
    carries carried produced? produces? pumps? lives? grew grows? has have had
    """
)
_LABEL_EN = rf"(?P<label>{_ARTICLE}(?:(?!{_VERB_EN}\b|and\b|but\b|while\b|with\b|of\b|in\b)[\w’'-]+ ?){{1,4}}?)"
_NAMED = {
    "en": re.compile(
        rf"(?:^|[,;:] |[ ,;](?:and|while|whereas|but) )(?:and |while |whereas |but )?{_LABEL_EN}"
        rf",?(?: (?P<verb>{_VERB_EN})(?: (?:on average|at|for|up|to|for up to))?)?(?: {_FILL['en']})* $"
    ),
    "ru": re.compile(
        r"(?:^|[,;:] |[ ,;](?:и|а) )(?:и |а )?(?P<label>(?:(?!и |а )[\w-]+ ){0,2}?[\w-]+)"
        rf"(?P<verb> ?[—–-]| имеет длину| весит| достигает)(?: {_FILL['ru']})* $"
    ),
    "hi": re.compile(
        rf"(?:^|, |।| और )(?:और )?(?P<label>(?:[{_LETTER}-]+ ){{0,2}}?[{_LETTER}-]+) (?:का|की|के)"
        rf"(?P<verb>(?: [{_LETTER}]+){{0,1}}?)(?: {_FILL['hi']})* $"
    ),
}
_NEAR = 12
"""Characters between an amount and the year that belongs to it."""
_PRONOUNS = word_set("it he she they this that these those which who there one он она оно они это यह वह ये वे इस उस")
_DIMENSION = re.compile(r"\s*(long|wide|deep|high|tall|thick|across|away|old|in diameter)\b")
_CHANGE = {
    "en": re.compile(
        r"\b(?:rose|grew|fell|climbed|increased|decreased|shrank|dropped|expanded|declined|jumped|sank|went|growing|"
        r"rising|falling|shrinking|cut|widened|lengthened|lengthening|deepened)\b[^.;]*?\bfrom\b (?P<rest>.+)"
    ),
    "ru": re.compile(
        r"(?:выросл?[аио]?|увеличил\w+|сократил\w+|снизил\w+|упал[аио]?|поднял\w+)[^.;]*?\bс (?P<rest>.+)"
    ),
    "hi": re.compile(r"(?P<rest>.+?(?:से बढ़कर|से घटकर).+)"),
}
_IN_YEAR = re.compile(r" (?:in|by|в|к|में) ((?:1[0-9]|20)\d\d)(?!\d|[.,]\d)")
_TO = {"en": re.compile(r"\bto\b"), "ru": re.compile(r"\bдо\b"), "hi": re.compile("से (?:बढ़कर|घटकर)")}


@dataclass(frozen=True)
class Member:
    """One amount of a series."""

    label: str
    amount: Quantity
    place: int
    """Index of its sentence."""


@dataclass(frozen=True)
class Series:
    members: tuple[Member, ...]
    by_year: bool

    @property
    def unit(self) -> str:
        return self.members[0].amount.unit

    @property
    def about(self) -> str:
        """The word that makes its numbers no exact ones; empty where all are exact."""
        return next((member.amount.about for member in self.members if member.amount.about), "")


def find_series(sentences: Sequence[str], language: str) -> Series | None:
    """The longest series that the sentences hold, of two amounts at least; None where there is none."""
    found = [series for series in (_by_year(sentences, language), _by_name(sentences, language)) if series]
    return max(found, key=lambda series: len(series.members), default=None)


def _measures(sentence: str, language: str) -> list[Quantity]:
    return [one for one in quantities(sentence, language) if not one.is_time]


def _by_year(sentences: Sequence[str], language: str) -> Series | None:
    runs: list[list[Member]] = [[]]
    subject: frozenset[str] = frozenset()
    for place, sentence in enumerate(sentences):
        pairs = [] if _DOUBTFUL[language].search(sentence) else _pairs(sentence, place, language)
        if not pairs:
            runs.append([])
            continue
        own = _subject(sentence, pairs[0].amount, language)
        follows = runs[-1] and (
            runs[-1][-1].place == place - 1
            and runs[-1][-1].amount.unit == pairs[0].amount.unit
            and (leans_on_previous(sentence, language) or own <= subject or _mentions_pronoun(sentence))
        )
        if follows:
            runs[-1] += pairs
        else:
            runs.append(pairs)
            subject = own
    best = max(runs, key=len)
    years = [int(member.label) for member in best]
    if len(best) < 2 or len({member.amount.unit for member in best}) > 1 or len(set(years)) != len(years):
        return None
    return Series(tuple(sorted(best, key=lambda member: int(member.label))), by_year=True)


def _pairs(sentence: str, place: int, language: str) -> list[Member]:
    """Year and amount, where the sentence holds as many of one as of the other, turn by turn."""
    amounts = _measures(sentence, language)
    spans = [(one.start, one.end) for one in quantities(sentence, language)]
    years = [m for m in _YEAR.finditer(sentence) if not any(start <= m.start() < end for start, end in spans)]
    if not amounts or len(years) != len(amounts) or len(quantities(sentence, language)) != len(amounts):
        return []
    if len({one.unit for one in amounts}) > 1 or len(amounts) > 6:
        return []
    order = sorted([(m.start(), "y") for m in years] + [(one.start, "a") for one in amounts])
    kinds = "".join(kind for _, kind in order)
    if kinds not in ("ya" * len(years), "ay" * len(years)):
        return []
    # "660 mm in 1888, 340 mm in 2014": each year stands right after its amount.
    gaps = [m.start() - one.end for m, one in zip(years, amounts, strict=True)]
    if len(years) > 1 and kinds.startswith("ay") and language == "en" and max(gaps) > _NEAR:
        return []
    return [Member(m.group(), one, place) for m, one in zip(years, amounts, strict=True)]


def _subject(sentence: str, amount: Quantity, language: str) -> frozenset[str]:
    """What the amount is said of: the words before it that carry meaning."""
    words = stems(re.sub(r"\d+", " ", sentence[: amount.start]), language)
    return words - stems(
        "March January February April May June July August September October November December by in", language
    )


def _mentions_pronoun(sentence: str) -> bool:
    early = [word.strip(",.").casefold() for word in sentence.split()[:6]]
    return any(word in _PRONOUNS for word in early)


def _by_name(sentences: Sequence[str], language: str) -> Series | None:
    found: list[Member] = []
    kinds: list[tuple[str, str, str]] = []
    best: list[Member] = []
    for place, sentence in enumerate(sentences):
        members, here = ([], []) if _DOUBTFUL[language].search(sentence) else _named(sentence, place, language)
        alike = (
            bool(found and here)
            and found[-1].place == place - 1
            and here[0] == kinds[0]
            and all(kind[1:] == kinds[0][1:] for kind in here)
        )
        found, kinds = (found + members, kinds + here) if alike else (members, here)
        if len(found) > len(best):
            best = list(found)
    labels = {member.label.casefold() for member in best}
    return Series(tuple(best), by_year=False) if len(best) >= 2 and len(labels) == len(best) else None


def _named(sentence: str, place: int, language: str) -> tuple[list[Member], list[tuple[str, str, str]]]:
    """All amounts of the sentence with their names, and of what kind each is; nothing where one has no name."""
    members: list[Member] = []
    kinds: list[tuple[str, str, str]] = []
    end = 0
    amounts = quantities(sentence, language)
    for amount in amounts:
        before = sentence[end : amount.start]
        before = re.sub(r"^.*(?=[,;:])", "", before) if members and language != "hi" else before
        match = _NAMED[language].search(before)
        end = amount.end
        if match is None or amount.is_time:
            return [], []
        label, verb = match["label"].strip(" ,"), (match["verb"] or "").strip()
        if not _is_name(label, language) or _YEAR.search(label):
            return [], []
        dimension = _DIMENSION.match(sentence[amount.end :])
        members.append(Member(label[0].upper() + label[1:], amount, place))
        kinds.append((verb or (kinds[0][0] if kinds else ""), amount.unit, ""))
        if dimension:
            end += dimension.end()
    if (
        len({kind[1] for kind in kinds}) > 1
        or len({kind[0] for kind in kinds}) > 1
        or (len(members) == 1 and not kinds[0][0])
    ):
        return [], []
    dimensions = {m[1] for amount in amounts if (m := _DIMENSION.match(sentence[amount.end :]))}
    if len(dimensions) > 1:
        return [], []
    dimension_name = next(iter(dimensions), "")
    return members, [(verb, unit, dimension_name) for verb, unit, _ in kinds]


def _is_name(label: str, language: str) -> bool:
    first, *rest = label.split()
    if first.casefold() in _PRONOUNS or re.search(r"\d{3}", label):
        return False
    if language == "ru":
        return first[:1].isupper() and not rest
    return language == "hi" or first[:1].isupper() or (first.casefold() in ("a", "an", "the") and bool(rest))


Side = tuple[str, Quantity]
"""A year, empty where the text names none, and an amount."""


def find_change(sentences: Sequence[str], language: str) -> tuple[int, tuple[Side, Side]] | None:
    """A change of one amount, "rose from 2.6 to 82 gigawatts": its sentence's index, and both sides."""
    for place, sentence in enumerate(sentences):
        match = _CHANGE[language].search(sentence)
        if match is None or _DOUBTFUL[language].search(sentence):
            continue
        start = match.start("rest")
        later = [one for one in quantities(sentence, language, ranges=True) if one.start >= start and not one.is_time]
        earlier = _bare_first(sentence, start, language, later)
        if earlier is not None:
            one, other = earlier
            return place, ((_year_after(sentence, one), one), (_year_after(sentence, other), other))
    return None


def _year_after(sentence: str, amount: Quantity) -> str:
    match = _IN_YEAR.match(sentence[amount.end :])
    return match[1] if match else ""


def _bare_first(
    sentence: str, start: int, language: str, amounts: Sequence[Quantity]
) -> tuple[Quantity, Quantity] | None:
    """The two amounts around "to"; the first may leave its unit to the second."""
    ends = _TO[language].search(sentence, start)
    if ends is None:
        return None
    before = [one for one in amounts if one.end <= ends.start()]
    after = [one for one in amounts if one.start >= ends.end()]
    if len(before) == len(after) == 1 and before[0].unit == after[0].unit:
        return before[0], after[0]
    if not before and len(after) == 1:
        bare = re.fullmatch(r"\s*(?:about |около |लगभग )?(?P<value>\d+(?:[.,]\d+)?)\s*", sentence[start : ends.start()])
        if bare is not None:
            one = after[0]
            return Quantity(bare["value"], False, one.unit, one.is_time, start, ends.start(), ""), one
    return None
