"""Reading a written text aloud: what a voice should be given to say (R14)."""

from __future__ import annotations

from collections.abc import Callable

from renders.speech import cleaning, english, hindi, russian

_READERS: dict[str, tuple[Callable[[str], str], str, str]] = {
    "en": (english.read, "dot", "at"),
    "ru": (russian.read, "точка", "собака"),
    "hi": (hindi.read, "डॉट", "ऐट"),
}
_PASSES = 4


def spoken(text: str, language: str) -> str:
    """The text as it is said: figures, dates, units, abbreviations and signs in words of the language.

    `language` is an ISO 639-1 code, with or without a region. English and Russian come back without digits; in
    Hindi whole numbers stay, bare, for the voice to read. A text of any other language is only freed of what no
    voice reads (markup, emoji, control characters). Empty where nothing can be said. Reading it again changes
    nothing. Give it one sentence at a time: what ends a sentence is not looked for.
    """
    reader, dot, at = _READERS.get(language.lower()[:2], (str, ".", "@"))
    for _ in range(_PASSES):
        read = cleaning.tidy(reader(cleaning.clean(text, dot, at)))
        if read == text:
            break
        text = read
    return text if cleaning.can_be_said(text) else ""
