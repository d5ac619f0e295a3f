"""Short wordings of a sentence for the screen: cut where its meaning allows, or not at all (R11).

Nothing here invents a word. A cut is made only between clauses, after a leading date, or (in English) before an
adjunct of time, place or manner; never in a sentence whose sense a "not", "only" or "if" decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from renders.text import clause_marks as marks
from renders.text.english_verbs import BE, FINITE, NO_END, VERB
from renders.text.languages import without_full_stop
from renders.text.leaning import leans_on_previous
from renders.text.spoken import compacted
from renders.text.word_lists import one_of

MOST_WORDS = {"en": 10, "ru": 9, "hi": 12}
"""Words of a point. Hindi writes its postpositions as words of their own, so the same thought has more of them."""
MOST_CHARACTERS = 64
_LEAST_WORDS = 4

_APPOSITION = re.compile(
    rf"(?P<what>[A-Z][^,;:]{{2,40}}), (?:an?|the|[A-Z][\w-]+['’]s|one of) [^,;:]{{5,90}}, (?={VERB}\b)"
)
"""English: "Operation IceBridge, a survey of polar ice, shattered records" says as much without the middle."""
_AFTER_COMMA = re.compile(
    one_of("which who whose where when and but so or yet because as with while including making giving leaving for")
    + r"\b"
)
_LONE_ADJECTIVE = re.compile(r"\b(?:of|an?|the|its|his|her|their|very|more|most) [\w-]+$")
"""What may be the first of two adjectives: "a patchwork of bright, criss-crossing trails"."""
_SHORT_NAME = re.compile(r"\s*\([A-Z][\w-]{1,9}\)")


def short_forms(sentence: str, language: str, words: int | None = None, characters: int = MOST_CHARACTERS) -> list[str]:
    """Wordings of `sentence` of at most `words` and `characters`, the fullest first; may be none.

    Each can stand alone: no full stop, capital first letter, not beginning with a word that points back.
    """
    most = words or MOST_WORDS[language]
    found: list[str] = []
    for form in map(without_full_stop, _forms(sentence, language)):
        fits = _LEAST_WORDS <= len(form.split()) <= most and len(form) <= characters
        if fits and _can_stand_alone(form, language):
            found.append(form[0].upper() + form[1:])
    return list(dict.fromkeys(found))


def _can_stand_alone(form: str, language: str) -> bool:
    if form.count('"') % 2 or any(form.count(left) != form.count(right) for left, right in ("“”", "«»", "()")):
        return False
    beginning = " ".join(form.split()[:4])
    if form.endswith("?") or marks.POINTS_BACK[language].search(beginning):
        return False
    return not leans_on_previous(form, language)


def _forms(sentence: str, language: str) -> Iterator[str]:
    yield sentence
    compact = _SHORT_NAME.sub("", compacted(sentence, language))
    yield compact
    if language == "en" and (aside := _APPOSITION.match(compact)):
        compact = f"{aside['what']} {compact[aside.end() :]}"
        yield compact
    lead = marks.LEADS[language].match(compact)
    if lead and language == "en" and FINITE.search(lead.group()):
        lead = None  # "Before there were railways, a river was the best road": true only with it
    rest = compact[lead.end() :] if lead else ""
    if rest:
        yield rest
    for whole in (compact, rest):
        if whole:
            yield from _clauses(whole, language)


def _clauses(sentence: str, language: str) -> Iterator[str]:
    """Beginnings of `sentence` that are clauses by themselves, the longest first."""
    ends = [match.span() for match in marks.BREAKS[language].finditer(sentence)]
    if language == "en" and not marks.CHANGES_SENSE.search(sentence):
        adjuncts = (match.span() for match in marks.ADJUNCT.finditer(sentence))
        ends += [span for span in adjuncts if not _belongs(sentence[: span[0]], sentence[span[0] :])]
    for start, end in sorted(ends, reverse=True):
        clause, following = sentence[:start], sentence[start:].lstrip(" ,;:—–")
        if sentence[start] == "," and (marks.SHORT_LIST.match(following) or marks.TURNS.match(following)):
            continue
        of_two = language == "en" and sentence[start] == "," and _LONE_ADJECTIVE.search(clause)
        if of_two and not _AFTER_COMMA.match(following):
            continue
        announces_quotation = ":" in sentence[start:end] and following[:1] in '“«"'
        has_commas = re.search(marks.COMMA, clause) is not None
        if not announces_quotation and not has_commas and _is_clause(clause, language):
            yield clause


def _belongs(clause: str, adjunct: str) -> bool:
    """English: whether the clause says something else without this adjunct."""
    words = clause.lower().split()
    if len(words) > 1 and words[-2] in BE and not words[-1].endswith(("ed", "en", "t")):
        return True  # "The current is fast on the outside and slow on the inside"
    if marks.PUTS.search(clause) or (adjunct.startswith(" as ") and marks.SPEAKS.search(clause)):
        return True
    return " from " in clause and " to " in adjunct


def _is_clause(text: str, language: str) -> bool:
    if marks.OPEN_ENDED[language].search(text) or marks.SUBORDINATE[language].match(text):
        return False
    if language != "en":
        return len(text.split()) >= _LEAST_WORDS
    words = re.split(r"[\s-]", text.rstrip(" ,").lower())
    if len(words) < _LEAST_WORDS or words[0] == "to" or FINITE.search(text) is None or words[-1] in NO_END:
        return False
    # "The probe moves", "Newton explained": what it does it to is cut off. "The rocket is launched" is whole.
    return FINITE.fullmatch(words[-1]) is None or words[-2] in BE
