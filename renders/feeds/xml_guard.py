"""What an XML document must be before feedparser may have it: without entities of its own, and not made to tire it.

feedparser reads kindly and slowly: some documents of 10 MB keep it busy for more than a minute. Expat, which only
looks, takes a tenth of a second, and tells which ones.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from renders.feeds.errors import FeedError

ENOUGH_CHARACTERS = 3_000_000
"""After the entry that crosses this line no more are read."""
DEEPEST = 100
"""Elements within elements."""
MOST_ELEMENTS = 100_000
"""Two hundred for each entry that is read."""
LONGEST_TEXT = 1_000_000
"""Characters between two tags."""
LENIENT_SIZE = 400_000
"""Characters of a malformed document that are read: its newest entries. The lenient reader takes seconds for more."""

_ENTRY_END = re.compile(r"</(?:[A-Za-z]{1,10}:)?(?:item|entry)\s*>", re.IGNORECASE)
_CLOSINGS = (("<rss", "</channel></rss>"), ("<rdf:rdf", "</rdf:RDF>"), ("<feed", "</feed>"))


class _Refused(Exception):
    def __init__(self, error: FeedError) -> None:
        super().__init__(str(error))
        self.error = error


def guarded(text: str, most_entries: int) -> str:
    """`text` as feedparser may have it: at most `most_entries`, and only the beginning where it is malformed.

    Raises FeedError for entity declarations, senseless depth and endless texts.
    """
    text = _first_entries(text, most_entries)
    try:
        is_well_formed = _look(text)
    except _Refused as refused:
        raise refused.error from refused
    return text if is_well_formed else text[:LENIENT_SIZE]


def _first_entries(text: str, most: int) -> str:
    """`text` cut after so many entries or characters and closed again, which keeps it well-formed."""
    for count, match in enumerate(_ENTRY_END.finditer(text), start=1):
        is_enough = count >= most or match.end() > ENOUGH_CHARACTERS
        if is_enough and _ENTRY_END.search(text, match.end()):
            beginning = text[:2000].lower()
            closing = next((end for start, end in _CLOSINGS if start in beginning), "")
            return text[: match.end()] + closing
    return text


def _look(text: str) -> bool:
    """Whether `text` is well-formed. Raises _Refused."""
    watcher = _Watcher()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.EntityDeclHandler = watcher.declared
    parser.StartElementHandler = watcher.began
    parser.EndElementHandler = watcher.ended
    parser.CharacterDataHandler = watcher.read
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:
        # Before the first element: the lenient reader would take over, so look for declarations more coarsely.
        if not watcher.has_begun and re.search(r"<!entity", text, re.IGNORECASE):
            watcher.declared()
        return False
    return True


class _Watcher:
    def __init__(self) -> None:
        self.has_begun = False
        self._depth = self._length = self._count = 0

    def declared(self, *_: Any) -> None:
        raise _Refused(
            FeedError(
                "The feed declares XML entities of its own.",
                "Such declarations can make a small file grow without end or read files of this machine.",
                "Ask the publisher for a feed without a DOCTYPE, or use another feed.",
            )
        )

    def began(self, *_: Any) -> None:
        self.has_begun = True
        self._length = 0
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise _senseless(f"The feed nests its elements more than {DEEPEST} deep.")
        if self._count > MOST_ELEMENTS:
            raise _senseless(f"The feed has more than {MOST_ELEMENTS} elements.")

    def ended(self, *_: Any) -> None:
        self._length = 0
        self._depth -= 1

    def read(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise _senseless(f"An entry of the feed is longer than {LONGEST_TEXT} characters.")


def _senseless(what: str) -> _Refused:
    return _Refused(
        FeedError(
            what,
            "No feed of news does that; it is damaged or made to tire its readers.",
            "Look at it with a feed validator, and tell its publisher.",
        )
    )
