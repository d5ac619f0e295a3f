"""What a file is, by its first bytes: document, image or video, or something that is refused by name."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from pathlib import Path

from renders.media.forms import Kind, Refused, form_of
from renders.source_files.refusal import SourceRefused

HEAD = 4096
"""Bytes by which a file is judged."""

PDF, MARKDOWN, TEXT = "application/pdf", "text/markdown", "text/plain"
OFFERED = "Send a text, Markdown or PDF document, a PNG, JPEG or WebP image, or an MP4, WebM or MOV video."
TEXT_ENDINGS = frozenset({"", ".txt", ".text", ".md", ".markdown"})
_MARKDOWN_ENDINGS = frozenset({".md", ".markdown"})
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FOREIGN = (
    (b"PK\x03\x04", "an archive or an office document", "Save the document as PDF or text and send that."),
    (b"\xd0\xcf\x11\xe0", "an old office document", "Save the document as PDF or text and send that."),
    (b"{\\rtf", "a rich-text document", "Save it as PDF or plain text and send that."),
    (b"GIF8", "a GIF", "Save the picture as PNG, JPEG or WebP, or the animation as MP4."),
    (b"#EXTM3U", "a playlist", "Send the video itself, not a list that points to it."),
    (b"ffconcat", "a playlist", "Send the video itself, not a list that points to it."),
    (b"%!PS", "a PostScript file", "Save it as PDF and send that."),
    (b"\x1f\x8b", "a compressed archive", "Unpack it and send the file that is in it."),
    (b"Rar!", "an archive", "Unpack it and send the file that is in it."),
    (b"7z\xbc\xaf", "an archive", "Unpack it and send the file that is in it."),
    (b"\x7fELF", "a program", OFFERED),
    (b"MZ", "a program", OFFERED),
)
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|svg)\b", re.I | re.S)
_XML = re.compile(rb"\s*<\?xml\b", re.I)


class SourceKind(StrEnum):
    DOCUMENT = "document"
    IMAGE = "image"
    VIDEO = "video"


def kind_of(path: Path, original_name: str) -> tuple[SourceKind, str]:
    """Kind and MIME type of a file. Raises SourceRefused for what is of no use here; OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00 \t\r\n"):
        raise SourceRefused("The file is empty.", "Send it again; if it is empty on your side too, save it anew.")
    if b"%PDF-" in head[:1024]:
        return SourceKind.DOCUMENT, PDF
    for magic, name, remedy in _FOREIGN:
        if head.startswith(magic) and not (magic == b"MZ" and b"\x00" not in head):
            raise SourceRefused(f"The file is {name}, which cannot be used.", remedy)
    if not head.startswith(_BYTE_ORDER_MARKS):
        try:
            form = form_of(path)
        except Refused:
            form = None
        if form is not None and not _is_text(head):
            if form.kind is Kind.AUDIO:
                raise SourceRefused("The file is a sound recording, which cannot be used.", OFFERED)
            return SourceKind(form.kind.value), form.mime
    return SourceKind.DOCUMENT, _text_type(head, original_name)


def _text_type(head: bytes, original_name: str) -> str:
    ending = Path(original_name[-255:]).suffix.lower()
    plain = head.replace(b"\x00", b"")
    if _HTML.match(plain) or _XML.match(plain):
        remedy = "Open the page in a browser, print it as PDF, and send that; or copy its text into a text file."
        raise SourceRefused("The file is a web page (HTML or XML), which cannot be used.", remedy)
    if not _is_text(head):
        raise SourceRefused("The file is of a type that cannot be used.", OFFERED)
    if ending not in TEXT_ENDINGS:
        remedy = "If it really is a text, give its name the ending .txt; if not, it is damaged: save it anew."
        raise SourceRefused(f"The file is called {ending[:10]}, but it holds plain text.", remedy)
    return MARKDOWN if ending in _MARKDOWN_ENDINGS else TEXT


def _is_text(head: bytes) -> bool:
    """Whether these bytes can be the beginning of a text in any usual encoding."""
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    zeros = head.count(0)
    if zeros:
        # UTF-16 without a mark: the zeros of letters and spaces stand in every other byte, and nowhere else.
        half = min(head[0::2].count(0), head[1::2].count(0))
        return half == 0 and zeros > 0.03 * len(head) and len(head) > 8
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return controls <= 0.002 * len(head)
