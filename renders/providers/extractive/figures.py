"""The number that carries an item: value, unit and what it measures, for a `figure` scene."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from renders.providers.extractive.units import Quantity, quantities
from renders.text.clauses import short_forms
from renders.text.languages import without_full_stop
from renders.text.leaning import leans_on_previous
from renders.text.typography import grouped
from renders.text.word_lists import one_of

_SUBJECT_ENDS = {
    "en": re.compile(
        rf"\s{one_of('is was are were measures weighs weighed reaches reached covers covered')}"
        rf"(?:\s{one_of('about roughly nearly some around approximately over more_than up_to now on_average')})*\s*$"
    ),
    "ru": re.compile(
        rf"\s{one_of('— составляет составляла составила достигает равна равен весит весил весила')}"
        rf"(?:\s{one_of('около примерно почти более больше свыше')})*\s*$"
    ),
    "hi": re.compile(rf"\s{one_of('लगभग क़रीब करीब कुल अब यानी')}*\s*$"),
}
_HINDI_IS = re.compile(rf"\s*{one_of('हैं है था थी थे')}(?![\u0900-\u0963\u0966-\u097f])")
_GOES_ON = re.compile(r"(?:^|\s)(?:and|or|but|и|или|а|но|और|या)$")
_SUBJECT_WORDS = 7
_CLEAR = 1.5
"""Least weight with which a number counts as the one that carries an item."""


@dataclass(frozen=True)
class Figure:
    value: str
    """Grouped by thin spaces, with its sign."""
    unit: str
    label: str
    """What the number measures."""
    weight: float
    about: str = ""
    """The word that makes it no exact number, as written."""


def carrying_figure(title: str, sentences: Sequence[str], language: str) -> Figure | None:
    """The one number with a unit that carries these sentences of an item; None where no number clearly does.

    A number that the title names carries it; so does the only one of its kind, or one in the first sentence.
    """
    found = [(place, one) for place, sentence in enumerate(sentences) for one in quantities(sentence, language)]
    measures = [one for _, one in found if not one.is_time] or [one for _, one in found]
    in_title = {one.value for one in quantities(title, language)}
    figures: list[Figure] = []
    for place, one in found:
        weight = 2.0 * (one.value in in_title) + 1.0 * (place == 0) + 0.6 * (not one.is_time)
        weight += 1.0 if measures == [one] else 0.0
        # Two lengths in one item: neither is "the" number.
        weight -= 1.0 if sum(other.unit == one.unit for _, other in found) > 1 else 0.0
        label = _label(sentences[place], one, language)
        if label and weight >= _CLEAR:
            sign = "\u2212" if one.is_negative else ""
            figures.append(Figure(sign + grouped(one.value), one.unit, label, weight, one.about))
    return max(figures, key=lambda figure: figure.weight, default=None)


def _label(sentence: str, quantity: Quantity, language: str) -> str:
    """What the number measures: the subject that it is said of, or a short wording of the sentence."""
    before, after = sentence[: quantity.start], sentence[quantity.end :]
    ends = _SUBJECT_ENDS[language].search(before)
    if ends is not None and (language != "hi" or _HINDI_IS.match(after)):
        subject = without_full_stop(before[: ends.start()])
        is_short = 1 < len(subject.split()) <= _SUBJECT_WORDS and "," not in subject and not _GOES_ON.search(subject)
        if is_short and not leans_on_previous(subject, language):
            return subject[0].upper() + subject[1:]
    return next((form for form in short_forms(sentence, language) if quantity.value in form), "")
