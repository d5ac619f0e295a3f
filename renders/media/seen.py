"""What FFmpeg says of the picture of a file when it only opens it: enough to know how to convert it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PICTURE = re.compile(rb"^ +Stream #0:\d+.*?: Video: (.*)$", re.M)
_SIZE = re.compile(r", (\d+)x(\d+)")
_PIXELS = re.compile(r", (\w+)(?:\(([^)]*)\))?(?=, \d+x\d+| ?,)")


@dataclass(frozen=True)
class Seen:
    codec: str
    pixels: str
    """Name of the pixel format."""
    width: int
    height: int
    marks: frozenset[str]
    """Range and colour space as far as the file says."""

    @property
    def matrix(self) -> str:
        """How its colours are coded; where it does not say, by its size, as players do."""
        told = next((mark.partition("/")[0] for mark in self.marks if mark.partition("/")[0] in _MATRICES), None)
        return _MATRICES[told] if told else "bt709" if self.height >= 720 else "bt601"

    @property
    def full_range(self) -> bool:
        return "pc" in self.marks or self.pixels.startswith("yuvj")


_MATRICES = {
    "bt709": "bt709",
    "smpte170m": "bt601",
    "bt470bg": "bt601",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}


def picture(log: bytes) -> Seen | None:
    """The first picture stream in FFmpeg's log of opening a file; None where there is none."""
    match = _PICTURE.search(log)
    row = match[1].decode("utf-8", "replace") if match else ""
    size, pixels = _SIZE.search(row), _PIXELS.search(row)
    if not size or not pixels:
        return None
    marks = frozenset(mark.strip() for mark in (pixels[2] or "").split(","))
    return Seen(row.split(" ")[0].rstrip(","), pixels[1], int(size[1]), int(size[2]), marks)
