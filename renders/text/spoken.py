"""Sentences as they can be said: without what only a reader of the page, or a viewer of its picture, understands."""

from __future__ import annotations

import re

from renders.text.word_lists import one_of

_PICTURE = one_of(
    r"""
    series_of_images images? photos? photographs? pictures? views? portraits? composites? mosaics? snapshots?
    artist['’]s_concepts? illustrations? patchwork scene animation video map
    """
)
_PLACE = one_of(
    r"""
    foreground background pictured shown above below
    (?:far_|top_|bottom_|at_|on_)?(?:the_)?(?:left|right|center|centre) слева справа в_центре на_фото сверху
    снизу बाएँ दाएँ बाएं दाएं ऊपर नीचे
    """
)
_PLACE_BRACKET = re.compile(rf"\s*\(\s*(?:\w+\s+)?{_PLACE}[^()]{{0,40}}\)", re.IGNORECASE)
_NOT_SAYABLE = re.compile(
    r"\b(?:from (?:top )?left|left to right|clockwise from|pictured (?:above|here|below)"
    r"|(?:image|photo|picture|map|chart|graph|table|video|figure) (?:above|below)"
    r"|above (?:image|photo|picture)|in the (?:foreground|background)|click)\b"
    r"|(?:на|в) (?:фото|снимке|видео|таблице|рисунке) (?:выше|ниже|слева|справа)|слева направо"
    r"|(?:ऊपर|नीचे) (?:दी गई|दिए गए|के|की) (?:तस्वीर|चित्र|वीडियो|फोटो|फ़ोटो)",
    re.IGNORECASE,
)
_SEEN = r"(?:(?:seen|shown|visible|pictured|depicted|captured)\s+)?"
_HERE_OR_IN_IT = rf"(?:here|in\s+(?:this|the)\s+(?:[\w-]+\s+){{0,3}}?{_PICTURE})"
_TAKEN = r"(?:\s+(?:acquired|taken|captured|made)\s(?:[^,.;]|\.(?=\s\d))*(?:,\s+\d{4})?)?"
_PICTURE_ASIDE = re.compile(rf",\s+(?:as\s+)?{_SEEN}{_HERE_OR_IN_IT}{_TAKEN}(?=[.,;!]|$)", re.IGNORECASE)
_SEEN_HERE = re.compile(r"\b(is|are|was|were)\s+(shown|seen|pictured|visible)\s+(?:here|above|below)\b", re.IGNORECASE)
_THIS_PICTURE = re.compile(
    rf"(?P<before>^|\w+ |[,;:] )(?P<this>[Tt]his|[Tt]hese)(?P<words>(?: [\w’'-]+){{0,3}}?) (?P<picture>{_PICTURE})\b"
)
_HANDLE = re.compile(r"[@#](\w+)")
_VOWEL = re.compile("[aeiouAEIOU]")


def sayable(sentence: str, language: str) -> str:
    """`sentence` fit to be heard, or an empty text where it only makes sense beside its picture.

    "This image shows" becomes "An image shows": the listener sees our scene, not the page's picture.
    """
    if _NOT_SAYABLE.search(sentence):
        return ""
    text = _PLACE_BRACKET.sub("", sentence)
    text = _HANDLE.sub(lambda match: match.group(1).replace("_", " ").strip(), text)
    text = re.sub(r"(?<=\w)\s*--+\s*(?=\w)", " — ", text)
    if language == "en":
        text = _SEEN_HERE.sub(r"\1 \2", _PICTURE_ASIDE.sub("", text))
        text = _THIS_PICTURE.sub(_a_picture, text)
    return re.sub(r"\s+", " ", text).strip()


def _a_picture(match: re.Match[str]) -> str:
    before, this, picture = match["before"], match["this"], match["picture"]
    phrase = f"{match['words']} {picture}".strip()
    if before and before[0] in ",;:":
        article = "the "
    elif this.lower() == "these" or (picture.endswith("s") and picture != "series of images"):
        article = ""
    else:
        article = "an " if _VOWEL.match(phrase) else "a "
    result = f"{article}{phrase}"
    return before + (result[0].upper() + result[1:] if this[0] == "T" else result)


_ASIDES = re.compile(r"\s*\((?![A-Z][\w-]{1,9}\))[^()]*\)")
"""Brackets, but for those that introduce a short name: a later sentence may use it."""
_TAILS = {
    "en": re.compile(
        r"(?:,\s+(?:which|whose|where|who|with|including|making|leaving|according to)\b[^,;:—]*"
        r"|\s*[—–]\s*(?:one|a|an|the)\b[^—–]*)(?=[.!]$)"
    ),
    "ru": re.compile(r",\s+(?:котор\w+|где)\s[^,;:—]*(?=[.!]$)"),
    "hi": re.compile(r",\s+(?:जो|जिस\w*|जहाँ|जिन\w*)\s[^,;:—]*(?=[।!]$)"),
}
_NEED_THEIR_TAIL = {
    "en": re.compile(r"\b(?:those|only|every|any|no|nobody|none|not|never|such|few|between)\b|n['’]t\b", re.IGNORECASE),
    "ru": re.compile(
        rf"\b{one_of('тот та то те того тех тем той том такой такие такая там туда только лишь не ни нет')}\b",
        re.IGNORECASE,
    ),
    "hi": re.compile(rf"(?:^|\s){one_of('वह वही वे ऐसा ऐसी ऐसे इतना इतनी उस उसी केवल सिर्फ़ नहीं न')}(?=\s)"),
}
"""Words that lean on the relative clause after them: "those, who" or "only" mean something else without it."""


def compacted(sentence: str, language: str) -> str:
    """`sentence` without asides in brackets and without a last clause that only adds to it; unchanged where unsafe."""
    text = _ASIDES.sub("", sentence)
    tail = _TAILS[language].search(text)
    if tail and len(text[: tail.start()].split()) >= 4 and not _NEED_THEIR_TAIL[language].search(text[: tail.start()]):
        text = text[: tail.start()] + text[tail.end() :]
    return text
