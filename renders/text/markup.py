"""Plain text out of markup: what a reader would read aloud of an HTML fragment."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from renders.text.characters import cleaned, folded
from renders.text.word_lists import word_set

_SILENT = word_set(
    """
    script style noscript template iframe object svg math canvas audio video head title figure figcaption form
    button select textarea nav
    """
)
"""Elements of which nothing is read: code, controls and captions."""
_BLOCKS = word_set(
    """
    p div br hr li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre section article aside header footer main
    address details summary table tr td th
    """
)
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"'»”)\]]+", re.IGNORECASE)
_EMPTY_BRACKETS = re.compile(r"\s*[(\[]\s*[)\]]")
_SPACE_BEFORE_STOP = re.compile(r"[ \u00a0]+([,.;:!?।](?:\s|$))")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_CUT_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[\s/][^<>]*)?$")
_ESCAPED_AGAIN = 2


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            # An element inside may have been left open: everything within ends here.
            while self._silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)


def plain_text(markup: str) -> str:
    """Plain text of an HTML fragment or of text that may hold some: white space folded.

    A line per block; entities are decoded, also where they were escaped twice and more, as many feeds do; scripts,
    captions and URLs are gone.
    """
    text = _read(markup)
    for _ in range(_ESCAPED_AGAIN):
        if _ENTITY.search(text) or _TAG.search(text):
            text = _read(text)
    return without_urls(folded(cleaned(text)))


def _without_cut_off(markup: str) -> str:
    """Without the comment or tag in the middle of which a feed has cut its text: browsers show neither."""
    closed = markup.rfind("-->")
    opened = markup.find("<!--", closed + 3 if closed >= 0 else 0)
    return _CUT_TAG.sub("", markup[:opened] if opened >= 0 else markup)


def _read(markup: str) -> str:
    if "<" not in markup:
        return html.unescape(markup)
    reader = _Reader()
    reader.feed(_without_cut_off(markup))
    reader.close()
    return "".join(reader.pieces)


def without_urls(text: str) -> str:
    """`text` without addresses, which nobody wants read out, and without the brackets that held them."""
    text = _EMPTY_BRACKETS.sub("", _URL.sub("", text))
    return folded(_SPACE_BEFORE_STOP.sub(r"\1", text))
