"""Where a sentence can be cut, and which words forbid it, by language. For `clauses` alone."""

from __future__ import annotations

import re

from renders.text.english_verbs import VERB
from renders.text.word_lists import one_of, word_set

_MONTHS = one_of(
    r"""
    January February March April May June July August September October November December
    (?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.
    """
)
LEADS = {
    "en": re.compile(
        r"^(?:(?:On|In|After|Before|During|At) [^,;:]{2,50},(?:\s+\d{4},)? "
        rf"|In (?:(?:late |early )?{_MONTHS} )?\d{{4}} )"
    ),
    "ru": re.compile(
        r"^(?:\d{1,2} [а-я]+ \d{4} (?:года|г\.) |(?:В|К|С|До|После) (?:[а-я]+ )?\d{4} (?:году|года|г\.) "
        r"|Сегодня |Вчера )"
    ),
    "hi": re.compile(
        r"^(?:(?:\d{1,2} )?[\u0900-\u0963\u0966-\u097f]+ \d{3,4} (?:को|में|तक) |(?:सन|वर्ष) \d{3,4} (?:में|तक) |अब |आज |कल )"
    ),
}
"""A time or circumstance at the beginning, without which the rest is a sentence too."""

COMMA = r",(?!\s?\d)"
_HINDI_VERBS = word_set("है हैं था थी थे गया गई गए किया लीं हुआ हुई हुए")
BREAKS = {
    "en": re.compile(
        rf"\s*[;:]\s|\s*—\s*|\s–\s|{COMMA}\s|\s(?:because|although|whereas|so that|while)\s|\sand\s(?={VERB}\s)"
    ),
    "ru": re.compile(
        r"\s*[;:]\s|,\s+"
        + one_of(
            r"""
            и а но когда пока потому так_как поскольку чтобы где хотя причём котор\w+
            [а-я]+(?:вший|вшая|вшие|ющий|ющая|ющие|в|вшись|я|ясь)
            """
        )
        + r"\s"
    ),
    "hi": re.compile(
        rf"\s*[;:]\s|,\s+{one_of('जो जब जिस[^ ]* जहाँ इसलिए लेकिन क्योंकि ताकि और जबकि पर')}\s|(?<=तय की)\s+और\s|"
        + "|".join(rf"(?<=\s{verb})\s+और\s" for verb in sorted(_HINDI_VERBS))
    ),
}
"""Ends of clauses."""

_PLACE_OR_TIME = one_of("on in at during after before since while when as off near aboard along around across towards?")
ADJUNCT = re.compile(
    rf"\s(?={_PLACE_OR_TIME}\s)"
    r"|(?<=ed)\s(?=with\s)|(?<=\s\d{4})\s(?=(?:over|with|from|under|through|for|by|to)\s)"
)
"""English only: the beginnings of phrases of time, place or manner, without which the clause stands."""

PUTS = re.compile(rf"\b{one_of('puts? sets? lays? laid hung hangs? places? placed')}\b")
"""English: these want to know where."""
SPEAKS = re.compile(
    rf"\b{one_of('spoke speaks? spoken regard(?:s|ed)? describe[sd]? treat(?:s|ed)? served? acts? acted')}\b"
)
"""English: these want to know as what."""

SUBORDINATE = {
    "en": re.compile(
        one_of(
            r"""
            since when while although though if as because before after once until unless whereas despite just_by by
            known taken seen named located built born given based founded \w{3,}ing
            """
        )
        + r"\b(?! of the)",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        one_of("когда если хотя пока поскольку чтобы так_как после_того прежде_чем несмотря") + r"\b", re.IGNORECASE
    ),
    "hi": re.compile(one_of("जब यदि अगर हालाँकि हालांकि क्योंकि चूँकि जैसे_ही") + r"(?=\s)"),
}
"""A clause that begins so is the beginning of another one."""

_NO_ENTRY = one_of("to which who where when while with for in on at by from after before then as котор[а-я]+ где когда")
SHORT_LIST = re.compile(
    rf"(?!{_NO_ENTRY}\s)"
    r"(?:[\w’'-]+\s){1,3}(?:and|or|и|или)\s|(?:and|or)\s(?:[\w’'-]+\s){0,2}[\w’'-]+$"
)
"""What follows the comma of an enumeration: the second of its entries, or the last."""

TURNS = re.compile(one_of("but unless until if except without nor or not если но_не а_не") + r"\b")
"""After the comma: what comes takes back or limits what was said."""

OPEN_ENDED = {
    "en": re.compile(
        rf"\b{one_of('not_only neither whether if only between both either no_sooner hardly the_(?:more|less)')}\b",
        re.IGNORECASE,
    ),
    "ru": re.compile(
        rf"\b{one_of('не если только лишь между настолько такой такая такое такие так тот та те того тем')}\b",
        re.IGNORECASE,
    ),
    "hi": re.compile(rf"(?:^|\s){one_of('अगर यदि केवल सिर्फ़ इतना इतनी इतने ऐसा ऐसी ऐसे वही न')}(?=\s)"),
}
"""In a clause: it needs the next one to be true."""

CHANGES_SENSE = re.compile(
    r"\b"
    + one_of(
        """
        not no never nobody none nothing only unless except without if would could may might until than
        between whether neither hardly almost
        """
    )
    + r"\b|n['’]t\b",
    re.IGNORECASE,
)
"""English only: in such a sentence a phrase may carry the sense, so none is cut off."""

POINTS_BACK = {
    "en": re.compile(rf"\b{one_of('he she it they we you I who which what there this these such')}\b", re.IGNORECASE),
    "ru": re.compile(
        rf"\b{one_of('он она оно они мы вы я это этот эта этой этого этих кто там его её ее их ему ей им')}\b",
        re.IGNORECASE,
    ),
    "hi": re.compile(
        r"(?:^|\s)"
        + one_of(
            """
            यह ये वह वे हम आप मैं कौन क्या उन्होंने इन्होंने उसने इसने इस इन उस उन इसे उसे इन्हें
            उन्हें इसका इसकी इसके उसका उसकी उसके इनका इनकी इनके उनका उनकी उनके इसमें उसमें
            """
        )
        + r"(?=\s|$)"
    ),
}
"""Words that, near the beginning, name something which a screen does not show."""
