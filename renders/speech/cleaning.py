"""What no voice reads, in any language: control characters, emoji, markup, addresses; and the tidying at the end."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from renders.speech.rules import Rule, rewrite, rule

_LONGEST_HOST = 40
"""Characters of a web host that is still worth reading out."""

_BEFORE_FOLDING = {
    **{ord(sign): f" {unicodedata.normalize('NFKC', sign)}" for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"},
    **dict.fromkeys(map(ord, "™®©℠"), ""),
    **dict.fromkeys(map(ord, "’‘ʼ‛`´"), "'"),
    **dict.fromkeys(map(ord, "−‒‐‑"), "-"),
    ord("№"): "#",
    ord("º"): "°",
    ord("…"): "...",
    ord("\u00ad"): "",
}
"""Signs whose meaning Unicode's folding would lose: 2½ is not 21/2."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,12}"
_DOMAIN_ENDINGS = "com|org|net|gov|edu|int|io|ai|info|co|in|ru|uk|eu|de|fr|us"

_MARKUP: tuple[Rule, ...] = (
    rule(r"^\s*(?:[-*•▪‣·]|#{1,6}(?!\s*\d))\s+", ""),
    rule(r"[*_`|\\\[\]{}\"«»“”„‟‹›•▪‣]+", " "),
    rule(r"(?<=\d)\s?[–—]\s?(?=[\d$€£₹₽¥])", "-"),
    rule(r"(?<=\w)–(?=\w)|(?<=[IVX])—(?=[IVX])", "-"),
    rule(r"\s+-+\s+|\s*(?:--+|[–—―])\s*", ", "),
    rule(r"\u2044", "/"),
    rule(r"(?<!\w)@(?=\w)", ""),
)
_SPOILT: tuple[Rule, ...] = (
    rule(r"\s+", " "),
    rule(r"\s*[()]\s*", ", "),
    rule(r"(?<!\w)'+|'+(?!\w)", ""),
    rule(r"(?<!\w)-+|-+(?!\w)", " "),
    rule(r"\s+", " "),
    rule(r"\s+(?=[.,;:!?।॥])", ""),
    rule(r"([!?])[!?]+", r"\1"),
    rule(r"\.{4,}", "..."),
    rule(r"[,;:](?:\s*[,;:])+", ","),
    rule(r"[,;:]+\s*(?=[.!?।॥])", ""),
    rule(r"(?<=[!?।॥])[.,;:]+", ""),
    rule(r"(?<![.])\.(?:\s+\.)+", "."),
    rule(r"^[\s.,;:!?।॥]+", ""),
    rule(r"[\s,;:]+$", ""),
)


def clean(text: str, dot: str, at: str) -> str:
    """The text without what cannot be said. `dot` and `at` are the words for them in web and mail addresses.

    Control characters go first: a speech engine may take one for a command (I9).
    """
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: "^" + m[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE_FOLDING))
    text = _addresses(text, dot, at)
    # Runs of spaces first: patterns that start with spaces would try every one of them.
    text = re.sub(r"\s+", " ", "".join(map(_kept, text)))
    text = rewrite(text, _MARKUP)
    return re.sub(r"\s+", " ", text).strip()


def tidy(text: str) -> str:
    """Only letters, marks and punctuation that a voice pauses at, well spaced."""
    return rewrite("".join(map(_sayable, text)), _SPOILT)


def can_be_said(text: str) -> bool:
    """Whether there is any letter or digit."""
    return any(ch.isalnum() for ch in text)


def _addresses(text: str, dot: str, at: str) -> str:
    def host(name: str) -> str:
        return f" {dot} ".join(name.split(".")) if len(name) <= _LONGEST_HOST else ""

    def link(match: re.Match[str]) -> str:
        return host(match[1]) + match[2]

    text = re.sub(
        rf"(?<![\w.+-])([A-Za-z0-9][\w.+-]{{0,63}})@({_HOST})\b",
        lambda m: f"{m[1]} {at} {host(m[2])}",
        text,
    )
    text = re.sub(rf"\b(?:https?|ftp)://(?:www\.)?({_HOST})\S*?([.,;:!?)]*)(?=\s|$)", link, text)
    text = re.sub(r"\b(?:https?|ftp)://\S+", "", text)
    text = re.sub(rf"\bwww\.({_HOST})(?:/\S*?)?([.,;:!?)]*)(?=\s|$)", link, text)
    short = rf"(?<![\w.@/-])((?:[A-Za-z0-9-]{{2,30}}\.){{1,3}}(?:{_DOMAIN_ENDINGS}))(?:/\S*?)?([.,;:!?)]*)(?=\s|$)"
    return re.sub(short, link, text)


@lru_cache(maxsize=4096)
def _kept(ch: str) -> str:
    """The character, a space for a break, or nothing."""
    if ch in "\t\n\r\v\f\u2028\u2029\x85":
        return " "
    category = unicodedata.category(ch)
    if ch in "\u200c\u200d":  # joiners shape Devanagari; alone they are nothing
        return ch
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Me"):
        return ""
    if category in ("So", "Sk") and ch not in "°^":
        return " "
    return "" if "\ufe00" <= ch <= "\ufe0f" else ch


@lru_cache(maxsize=4096)
def _sayable(ch: str) -> str:
    category = unicodedata.category(ch)
    if category[0] in "LMN" or ch in " .,;:!?'-()\u200c\u200d":
        return ch
    if category[0] == "P" and not ch.isascii():
        return ch
    return " "
