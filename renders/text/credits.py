"""Taking out what stands in a text but is no part of it: credits, "read more" tails, calls to subscribe.

A reader's eye skips them; a listener would hear "Image credit: NASA slash Bill Ingalls" every morning.
"""

from __future__ import annotations

import re

from renders.text.sentences import split
from renders.text.word_lists import one_of

_PICTURE = one_of("image photo photograph picture video illustration graphic animation cover") + "s?"
_STARTS = r"(?:^|(?<=[.!?।]\s))"
_LABELS = one_of(
    """
    credits? photographer source via editor last_updated updated tags? filed_under
    фото фотография снимок изображение иллюстрация видео источник автор_фото редактор теги
    """
)
_LABELS_HI = one_of("फोटो फ़ोटो तस्वीर चित्र छवि स्रोत साभार सौजन्य वीडियो") + rf"(?:\s+{one_of('सौजन्य साभार क्रेडिट स्रोत')})?"
_CREDIT_FROM_HERE = re.compile(
    rf"(?:^|(?<=[\s.!?])){_PICTURE}\s+(?:credits?\s*(?::|[-–—]|by\b|and\b)|courtesy\b|source\s*:|by\s*:)"
    rf"|{_STARTS}(?:{_PICTURE}|{_LABELS}|{_LABELS_HI})\s*:"
    r"|(?:^|(?<=[\s.!?]))(?:image|photo)\s+credit\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(
    rf"\s*[(\[]\s*(?:{_PICTURE}(?:\s+(?:credits?|courtesy|by)\b|\s*:)|credits?\s*:|getty\b|фото\s*:|источник\s*:"
    r"|फ(?:़)?ोटो\s*:|read more|continue reading|читать далее|और पढ़ें)[^()\[\]]{0,200}[)\]]",
    re.IGNORECASE,
)
_CALLS = {
    "en": one_of(
        r"""
        (?:read|see|view|learn|find_out|discover)_(?:more|the_(?:full|whole|rest)|full)\b continue_reading
        keep_reading click_(?:here|on|the|to)\b tap_here watch_(?:the|this|our)_(?:video|clip)
        for_(?:more|further|additional)_(?:information|details|info|on|about|images|photos)\b
        more_(?:information|details)_(?:at|is|are|on|about|can)\b follow_(?:us|along|@|our) join_us_on
        subscribe_(?:to|now|here|for|today)\b sign_up_(?:to|now|here|for)\b share_this like_us_on
        download_(?:the|our|this)_(?:app|podcast|image|full) the_post_.{1,200}_(?:appeared_first|first_appeared)_on
        this_(?:article|story|post)_(?:was_|has_been_)?(?:originally|first) all_rights_reserved
        copyright_(?:\d|by\b|\(c\)) advertisement\s*$ sponsored_(?:by|content|post)\b leave_a_comment
        comments?_(?:are|\d) related_(?:stories|articles|links)?\s*:
        """
    ),
    "ru": one_of(
        r"""
        (?:читать|читайте)_(?:далее|также|ещё|еще|полностью|подробнее) подробнее\b подпис(?:ывайтесь|аться|ывайся)\b
        смотрите_также узнать_больше поделиться\b все_права_защищены реклама\s*$ следите_за
        """
    ),
    "hi": one_of(
        r"""
        (?:और|आगे|पूरा|पूरी_ख़बर|पूरी_खबर|यह_भी|इसे_भी|ये_भी|विस्तार_से)_पढ़(?:ें|े|ो|िए) यहाँ_क्लिक यहां_क्लिक
        सब्सक्राइब फ़ॉलो_करें फॉलो_करें अधिक_जानकारी_के_लिए सर्वाधिकार_सुरक्षित विज्ञापन\s*$
        """
    ),
}
_CALL = re.compile("|".join(_CALLS.values()), re.IGNORECASE)
"""In any language: a feed's tails often are not in its own."""
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z .'’-]{2,30}(?:,\s*[A-Z][\w .]{1,20})?(?:,?\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2})?"
    r"\s*(?:\([A-Z][\w .]{1,20}\))?\s+[-–—]{1,2}\s+"
    r"|[А-ЯЁ][А-ЯЁ -]{2,30}(?:,\s*\d{1,2}\s+[а-я]{3,8})?\.?\s*(?:[/(—–-]\s*[А-ЯЁ]{2,12}\s*[/)]?)?\s*[.—–]\s+(?=[А-ЯЁ]))"
)
_CUT_SHORT = re.compile(r"\s*[\[(]?(?:…|\.\.\.)[\])]?\s*$")


def without_credits(text: str, language: str) -> str:
    """`text` (plain, a line per block) without credits, calls to click or subscribe, and wire datelines.

    A last sentence that the feed cut short ("... and the [...]") goes too, unless it is all there is.
    """
    lines = []
    for index, line in enumerate(text.split("\n")):
        line = _IN_BRACKETS.sub("", _DATELINE.sub("", line) if index == 0 else line)
        kept = [rest for sentence in split(line, language) if (rest := _own_words(sentence))]
        if kept:
            lines.append(" ".join(kept))
    return _without_cut_end("\n".join(lines), language)


def _own_words(sentence: str) -> str:
    """What remains of a sentence before a credit begins; empty where it is a credit or a call as a whole."""
    credit = _CREDIT_FROM_HERE.search(sentence)
    if credit:
        sentence = sentence[: credit.start()].rstrip(" |/-–—")
    if _CALL.match(sentence.lstrip(" »>→•*|-–—[(")):
        return ""
    return sentence if re.search(r"[^\W_]", sentence) else ""


def _without_cut_end(text: str, language: str) -> str:
    if not _CUT_SHORT.search(text):
        return text
    head, separator, last_line = text.rpartition("\n")
    sentences = split(last_line, language)
    whole = sentences[:-1]
    if whole or head:
        return f"{head}{separator}{' '.join(whole)}".strip()
    return _CUT_SHORT.sub("", text).rstrip(" ,;:–—-")
