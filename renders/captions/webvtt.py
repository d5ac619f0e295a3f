"""WebVTT text (W3C): written, and read back strictly enough to trust a file that another program made (R16)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from renders.captions.lines import rows

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+\S.*)?")


class WebVTTError(ValueError):
    """The text is not WebVTT; the message says why and where."""


@dataclass(frozen=True)
class Line:
    """A cue: seconds, and its text as shown (lines parted by a line feed)."""

    start: float
    end: float
    text: str


def written(lines: Iterable[Line]) -> str:
    """The captions as a WebVTT file. Texts are data: whatever they hold, they stay text of their own cue."""
    blocks = ["WEBVTT"]
    for number, line in enumerate(lines, 1):
        blocks.append(f"{number}\n{clock(line.start)} --> {clock(line.end)}\n{escaped(line.text)}")
    return "\n\n".join(blocks) + "\n"


def read(text: str) -> list[Line]:
    """The cues of a WebVTT file. Raises WebVTTError where it is none, or its cues are not in order."""
    body = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    header, _, rest = body.partition("\n")
    if header != "WEBVTT" and not header.startswith(("WEBVTT ", "WEBVTT\t")):
        raise WebVTTError("does not begin with WEBVTT")
    found: list[Line] = []
    for block in re.split(r"\n{2,}", rest.strip("\n")):
        if block and not block.startswith(("NOTE", "STYLE", "REGION")):
            found.append(_cue(block, found[-1].start if found else 0.0))
    return found


def _cue(block: str, earliest: float) -> Line:
    rows = block.split("\n")
    at = 0 if "-->" in rows[0] else 1
    match = _TIMING.fullmatch(rows[at].strip()) if at < len(rows) else None
    if match is None:
        raise WebVTTError(f"not a cue: {block[:80]!r}")
    start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
    text = "\n".join(rows[at + 1 :])
    if not start < end or start < earliest:
        raise WebVTTError(f"a cue ends before it starts, or comes too late in the file: {rows[at]!r}")
    if not text.strip() or "-->" in text:
        raise WebVTTError(f"a cue without text of its own: {rows[at]!r}")
    return Line(start, end, _plain(text))


def escaped(text: str) -> str:
    """A text as WebVTT has it: nothing in it is markup, a cue of its own or an empty line."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "\n".join(rows(safe)) or "&nbsp;"


def clock(seconds: float) -> str:
    """`00:01:02.300`."""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


def _plain(text: str) -> str:
    bare = re.sub(r"<[^>]*>", "", text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u00a0").replace("&amp;", "&")


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(group or 0) for group in groups)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
