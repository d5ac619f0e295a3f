"""The words of a document, as Markdown or plain text that `renders.text.markdown` understands (R7)."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from renders.source_files import pdf
from renders.source_files.content import PDF, SourceKind, kind_of
from renders.source_files.decoding import decoded
from renders.source_files.refusal import SourceRefused
from renders.text.characters import cleaned

DOCUMENT_LIMIT = 10_000_000
"""Bytes (SPEC section 19)."""
LONGEST_TEXT = 60_000
"""Characters of a document that a script is made of: about 10,000 words."""


def read_document(
    path: Path, original_name: str = "", *, seconds: float = 40.0, cancel: threading.Event | None = None
) -> str:
    """The text of a document, at most `LONGEST_TEXT` characters, cut at a paragraph.

    Paragraphs are apart by an empty line, headings of a PDF marked as in Markdown. Raises SourceRefused for what is no
    document, cannot be read or holds no text; `child.ChildError` where the child could not be run or was cancelled.
    """
    kind, mime = kind_of(path, original_name)
    if kind is not SourceKind.DOCUMENT:
        raise SourceRefused(f"The file is no document but {kind.value}.", "Send a text, Markdown or PDF document.")
    if path.stat().st_size > DOCUMENT_LIMIT:
        raise SourceRefused("The document is larger than 10 MB.", "Send the part of it that the video is about.")
    if mime == PDF:
        text = pdf.text_of(path, seconds=seconds, cancel=cancel)
    else:
        with path.open("rb") as file:
            text = cleaned(decoded(file.read(DOCUMENT_LIMIT)))
    if not re.search(r"\w{2}", text):
        raise SourceRefused("There are no words in the document.", "Send a document with text.")
    return _cut(text.strip())


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    head = text[:LONGEST_TEXT]
    for end in ("\n\n", "\n", " "):
        at = head.rfind(end)
        if at > LONGEST_TEXT // 2:
            return head[:at]
    return head
