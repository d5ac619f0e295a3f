"""The characters of a feed's bytes, whatever its declaration says."""

from __future__ import annotations

import codecs
import re

from renders.feeds.errors import FeedError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")


def decoded(data: bytes) -> str:
    """Text of `data`: by byte order mark, else UTF-8 if it is that, else as declared, else Windows-1252.

    UTF-8 is tried before the declaration, because a text that is valid UTF-8 hardly ever is anything else, and
    wrong declarations are common. Raises FeedError for bytes that are no text at all.
    """
    for mark, encoding in (*_MARKS, *_UNMARKED):
        if data.startswith(mark):
            skipped = len(mark) if (mark, encoding) in _MARKS else 0
            return data[skipped:].decode(encoding, "replace")
    for encoding in ("utf-8", _declared(data), "windows-1252"):
        try:
            text = data.decode(encoding)
        except (LookupError, ValueError):
            continue
        if "\x00" not in text:
            return text
    if b"\x00" not in data:
        return data.decode("windows-1252", "replace")
    raise FeedError(
        "The answer is no text.",
        "A feed is XML or JSON; this looks like a picture, an archive or another binary file.",
        "Check that the feed's address is right.",
    )


def _declared(data: bytes) -> str:
    match = _DECLARED.search(data[:1000])
    name = match.group(1).decode("ascii") if match else "utf-8"
    try:
        # A codec that is no character encoding ("zip", "hex") must not run over what came from outside.
        is_text = codecs.lookup(name)._is_text_encoding
    except LookupError:
        return "utf-8"
    return name if is_text else "utf-8"
