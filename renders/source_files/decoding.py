"""Text files of any usual encoding as text."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from renders.source_files.refusal import SourceRefused

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE = 40_000
"""Bytes by which an old encoding is told: more takes longer and tells no more."""
_LEGACY = ["cp1251", "koi8-r", "cp866", "mac_cyrillic", "cp1252", "iso8859_5"]


def decoded(data: bytes) -> str:
    """Text of `data`: by byte order mark, else UTF-8 or UTF-16 if it is that, else the encoding that fits best.

    Raises SourceRefused where nothing does.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\x00" not in text:
            return text
    if b"\x00" in data:
        little = data[1::2].count(0) >= data[0::2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    best = from_bytes(data[:_SAMPLE], cp_isolation=_LEGACY).best()
    if best is None:
        raise SourceRefused(
            "The text is written in an encoding that cannot be read.",
            "Save it as UTF-8 in a text editor and send that.",
        )
    return data.decode(best.encoding, "replace")
