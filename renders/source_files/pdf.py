"""A PDF as text with headings: read by a bounded child, put in order here."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.source_files.refusal import SourceRefused
from renders.text.characters import cleaned

_CHILD = Path(__file__).with_name("pdf_child.py")
_MEMORY_MB = 600
_MOST_PAGES, _MOST_CHARACTERS = 300, 120_000
_EDGE = 0.1
"""Share of a page's height, at the top and at the bottom, in which running heads and page numbers stand."""
_HEADING = 1.12
"""How much larger than the text a heading is set."""
_HEADING_WORDS = 16
_PAGE_NUMBER = re.compile(
    r"^\W*(?:(?:page|p\.|стр\.?|страница|पृष्ठ)\s*)?\d{1,4}(?:\s*(?:/|of|из|में से)\s*\d{1,4})?\W*$", re.IGNORECASE
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_BULLET = re.compile(r"^\s*[•‣▪◦●–—-]\s+")
_MARKUP = re.compile(r"^(\s*)([#>*+`~|=-]|\d+[.)])")
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"})


@dataclass(frozen=True)
class Line:
    text: str
    x: float
    y: float
    """From the foot of the page, points."""
    size: float
    page: int
    at_edge: bool


def text_of(path: Path, *, seconds: float, cancel: threading.Event | None = None) -> str:
    """The text of a PDF: paragraphs apart by an empty line, headings as in Markdown.

    Raises SourceRefused where it is encrypted, broken, a bomb, or holds only pictures of text; ChildError.
    """
    try:
        finished = child.run(
            [sys.executable, "-I", _CHILD, path.absolute(), str(_MOST_PAGES), str(_MOST_CHARACTERS)],
            limits=child.Limits(seconds=seconds, memory_mb=_MEMORY_MB, file_mb=0, output_bytes=20_000_000),
            cancel=cancel,
        )
        told: dict[str, Any] = json.loads(finished.stdout)
    except (child.ChildTimeout, child.ChildFailed, ValueError) as error:
        raise _refusal("memory") from error
    if "fault" in told:
        if told["fault"] == "missing":
            raise child.ChildMissing(f"pypdf is not installed: {told.get('detail', '')}")
        raise _refusal(told["fault"])
    text = assembled(lines_of(told["pages"]))
    if not re.search(r"\w{2}", text):
        raise _refusal("scanned" if told["images"] else "blank")
    return text


def _refusal(fault: str) -> SourceRefused:
    message, remedy = {
        "encrypted": ("The PDF is encrypted.", "Save a copy without a password and send that."),
        "broken": ("The PDF is damaged and cannot be read.", "Open it, print it as a new PDF, and send that."),
        "memory": (
            "The PDF takes more memory or time to unpack than a document may.",
            "Print it as a new PDF, or send its text.",
        ),
        "scanned": (
            "The PDF is scanned: it holds pictures of pages, but no text.",
            "Run it through text recognition (OCR) first, or send its text.",
        ),
        "blank": ("There is no text in the PDF.", "Send a document with text."),
    }[fault]
    return SourceRefused(message, remedy)


def lines_of(pages: list[dict[str, Any]]) -> list[Line]:
    """Lines in reading order, running heads and page numbers gone."""
    lines = []
    for number, page in enumerate(pages):
        height = float(page["height"]) or 1.0
        for text, x, y, size in page["lines"]:
            words = re.sub(r"\s+", " ", cleaned(str(text).translate(_LIGATURES))).strip()
            at_edge = not _EDGE * height < y < (1 - _EDGE) * height
            if words:
                lines.append(Line(words, x, y, size, number, at_edge))
    largest = _HEADING * _body_size(lines)
    edge = [line for line in lines if line.at_edge and line.size <= largest]
    running = _running(edge, len(pages))
    dropped = {id(line) for line in edge if _PAGE_NUMBER.match(line.text) or _mask(line.text) in running}
    return [line for line in lines if id(line) not in dropped]


def _body_size(lines: list[Line]) -> float:
    """The size that most of the text is set in, points."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[line.size] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 1.0


def _running(lines: list[Line], pages: int) -> frozenset[str]:
    """What stands at the edge of at least three pages, and of every third one."""
    seen = Counter(mask for mask, _ in {(_mask(line.text), line.page) for line in lines})
    return frozenset(mask for mask, count in seen.items() if count >= max(3, pages / 3))


def _mask(text: str) -> str:
    return re.sub(r"\d+", "0", text.casefold())


def assembled(lines: list[Line]) -> str:
    """Lines joined to paragraphs and headings."""
    if not lines:
        return ""
    body = _body_size(lines) or 1.0
    leading = _leading(lines, body)
    blocks: list[tuple[bool, str]] = []
    before: Line | None = None
    for line in lines:
        is_heading = line.size > _HEADING * body and len(line.text.split()) <= _HEADING_WORDS
        bullet = _BULLET.match(line.text)
        text = line.text[bullet.end() :] if bullet else line.text
        joins = (
            before is not None
            and not bullet
            and blocks[-1][0] == is_heading
            and abs(line.size - before.size) < 0.06 * body
            and _follows(before, line, leading)
        )
        if joins:
            blocks[-1] = (is_heading, _joined(blocks[-1][1], text))
        else:
            blocks.append((is_heading, text))
        before = line
    return "\n\n".join(f"## {text}" if heading else _MARKUP.sub(r"\1\\\2", text) for heading, text in blocks)


def _leading(lines: list[Line], body: float) -> float:
    """The usual distance of two lines of the text, points; the smaller where two are as usual."""
    steps = Counter(
        round(one.y - two.y, 1)
        for one, two in pairwise(lines)
        if one.page == two.page and one.size == two.size == body and 0 < one.y - two.y < 4 * body
    )
    return min((step for step in steps if steps[step] == max(steps.values())), default=1.2 * body)


def _follows(before: Line, line: Line, leading: float) -> bool:
    if before.page != line.page:
        # A paragraph goes on over the page where its last line did not end a sentence.
        return re.search(r"[.!?।:][»”\"')\]]*$", before.text) is None
    step = before.y - line.y
    if step < -leading:  # the next column
        return re.search(r"[.!?।:][»”\"')\]]*$", before.text) is None
    return step < 1.45 * leading


def _joined(text: str, line: str) -> str:
    if _HYPHEN.search(text) and line[:1].islower():
        return text[:-1] + line
    return f"{text} {line}"
