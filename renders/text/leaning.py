"""Sentences that lean on the one before: said alone, nobody knows whom or what they mean (R11)."""

from __future__ import annotations

import re

from renders.text.word_lists import one_of, opening

_OPENINGS = {
    "en": opening(
        r"""
        he she it they his her hers its their theirs them him both these those such another
        the_(?:latter|former|same|other|second|third|resulting) (?:each|all|some|one|none)_of_them but and or
        so yet however also instead therefore thus meanwhile then there here moreover furthermore besides
        nevertheless still similarly likewise afterwards earlier later since_then by_then until_then even_so
        even_then if_so no_wonder to_do_so this_way for_(?:this|that)_reason because_of_(?:this|that)
        at_(?:this|that) after_(?:this|that) with_(?:this|these) of_(?:these|those|them)
        (?:[\w-]+_){1,3}(?:later|earlier) in_addition as_a_result for_example for_instance in_other_words
        by_contrast on_the_other_hand that(?!_is_why)
        this(?!_(?:year|month|week|morning|evening|summer|winter|spring|autumn|fall|time|decade|century)\b)
        """
    ),
    "ru": opening(
        r"""
        он она оно они его её ее их ему ей им в_(?:нём|нем|ней|них|этом|этой) на_(?:нём|нем|ней|них|этом|этой)
        у_(?:него|неё|них) с_(?:ним|ней|ними|тех_пор) о_(?:нём|ней|них) эт(?:о|от|а|и|ого|ой|их|ому|им)
        для_этого из-за_этого так(?:ой|ая|ие|ое)? таким_образом тот та те там туда оттуда тогда здесь затем потом
        после_этого при_этом однако но а и поэтому также тоже кроме_того к_тому_же между_тем тем_временем до_сих_пор
        спустя впрочем зато например иначе наоборот оба обе позже раньше следующ\w+
        """
    ),
    "hi": opening(
        """
        वह वे वो यह ये इस इन उस उन इसे उसे इन्हें उन्हें इसने उसने इन्होंने उन्होंने इसका इसकी इसके इसमें इससे
        उसका उसकी उसके उसमें इनका इनकी इनके इनमें उनका उनकी उनके उनमें इसी उसी ऐसा ऐसे ऐसी दोनों लेकिन परंतु
        किंतु मगर पर और हालाँकि हालांकि इसलिए फिर तब तो तब_से वहाँ वहां यहाँ यहां साथ_ही बाद_में जैसे
        """
    ),
}
_IMPERSONAL = re.compile(r"It (?:is|was|took|takes) (?:\w+ ){1,4}(?:that|to|who)\b")

_WORD = r"(?:[\w\u0900-\u0963\u0966-\u097f’'-]+,? )"
_EARLY = {
    "en": re.compile(rf"{_WORD}{{1,5}}{one_of('he she it they him them this these those that_time')}\b"),
    "ru": re.compile(
        rf"{_WORD}{{1,3}}"
        + one_of(r"он она оно они его её ему ей им них ней нём эт(?:от|а|о|и|ой|ого|их|ом|ому|им|у)")
        + r"\b"
    ),
    "hi": re.compile(rf"{_WORD}{{1,3}}{one_of('यह ये वह वे इस इन उस उन उन्होंने इन्होंने उसने इसने इसका इसकी इसके')}(?=\s)"),
}


def leans_on_previous(sentence: str, language: str) -> bool:
    """Whether `sentence` begins with a word that points back ("He", "However"), so that it cannot open a segment."""
    if language == "en" and _IMPERSONAL.match(sentence):
        return False
    return _OPENINGS[language].match(sentence) is not None


def may_point_back(sentence: str, language: str) -> bool:
    """Whether one of the first words of `sentence` is a pronoun. Within a story it then most likely points back."""
    return _EARLY[language].match(sentence) is not None
