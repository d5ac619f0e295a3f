"""Captions for burning in: Advanced SubStation Alpha as libass draws it, in the band that is theirs (R16, LOOK).

Give libass the project's font folder as `fontsdir`: the styles name the fonts that lie there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from renders.captions import cues
from renders.captions.lines import LINES
from renders.captions.order import ordered
from renders.captions.webvtt import Line

COLOURS = {"ink": ("F8FAFC", "0F172A"), "paper": ("1C1917", "FAF7F2")}
"""Text and box by theme, as the themes of the pictures have them."""
OPACITY = 0.8
"""Of the box: whatever lies behind it, the text keeps a contrast of more than 4.5:1."""
JOINER = "\u2060"
"""WORD JOINER, which nobody sees: a backslash has no escape, this keeps it from meaning something."""

_BAND = 0.16
"""Share of the height, at the bottom, in which captions stand and nothing else does."""
_SAFE = 0.05
_TYPE = 0.036
"""Type size in shares of the frame's short side: 39 px of 1080."""
_PADDING = 0.007
_WIDTHS = {
    **dict.fromkeys("ЩШЮЖЫФМMWŒÆ№", 1.06),
    **dict.fromkeys("आओऔऑॐऋ", 1.1),
    **dict.fromkeys("mwшщюжымф@%&—…", 0.96),
    **dict.fromkeys("ftrIJ()[]/\\-", 0.43),
    **dict.fromkeys("ijl.,:;'! ", 0.3),
}
_BY_CATEGORY = {"Lu": 0.79, "Mc": 0.3, "Mn": 0.0, "Me": 0.0, "Cf": 0.0}
"""About how wide characters are in type sizes, from the fonts' tables; 0.65 what is not named."""

_EVENTS = ("[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text")


@dataclass(frozen=True)
class _Face:
    style: str
    font: str
    line: float
    """Height of a line in type sizes by the font's own tables: what libass takes for the size of a font."""
    scale: float
    """Type size in shares of the Latin one: as large to the eye, and two tall lines still fit the band."""


_LATIN = _Face("Latin", "Noto Sans SemiBold", 1.519, 1.0)
_DEVANAGARI = _Face("Devanagari", "Noto Sans Devanagari SemiBold", 1.906, 0.92)


@dataclass(frozen=True)
class _Frame:
    width: int
    height: int

    def type_size(self, face: _Face) -> float:
        return _TYPE * face.scale * min(self.width, self.height)

    @property
    def padding(self) -> int:
        return max(1, round(_PADDING * min(self.width, self.height)))

    @property
    def margin(self) -> int:
        return round(_SAFE * self.width) + self.padding

    def below(self, line: int) -> int:
        """Space under two lines of so many px: the safe area, or less where the band is too low for that."""
        box = LINES * line + 2 * self.padding
        return self.padding + max(0, min(round(_SAFE * self.height), int(_BAND * self.height) - box))


def written(lines: Sequence[Line], width: int, height: int, theme_name: str) -> str:
    """The captions as an ASS file for a frame of `width` x `height` px. Raises KeyError for an unknown theme.

    Texts are data: whatever they hold is shown, nothing of it is an override.
    """
    frame = _Frame(width, height)
    head = (
        *("[Script Info]", "ScriptType: v4.00+", f"PlayResX: {width}", f"PlayResY: {height}", "WrapStyle: 2"),
        *("ScaledBorderAndShadow: yes", "YCbCr Matrix: TV.709", "", "[V4+ Styles]"),
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, "
        "MarginL, MarginR, MarginV, Encoding",
    )
    styles = (_style(face, frame, *COLOURS[theme_name]) for face in (_LATIN, _DEVANAGARI))
    events = (_event(cue, frame) for cue in ordered(list(_of_two_rows(lines)), 100))
    return "\n".join((*head, *styles, "", *_EVENTS, *events, ""))


def _style(face: _Face, frame: _Frame, text: str, box: str) -> str:
    size = round(frame.type_size(face) * face.line)
    colours = f"{_colour(text)},{_colour(text)},{_colour(box, OPACITY)},{_colour(box, OPACITY)}"
    # Border style 4 is libass's own: one box round all the lines of an event, as far out as the shadow says.
    drawn = f"0,0,0,0,100,100,0,0,4,0,{frame.padding},2,{frame.margin},{frame.margin},{frame.below(size)},1"
    return f"Style: {face.style},{face.font},{size},{colours},{drawn}"


def _colour(code: str, opacity: float = 1.0) -> str:
    """`RRGGBB` as ASS has it: alpha (0 is opaque), blue, green, red."""
    return f"&H{round(255 * (1 - opacity)):02X}{code[4:6]}{code[2:4]}{code[:2]}"


def _of_two_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """The captions; one of more rows than two, which only data of another make can be, in parts."""
    for line in lines:
        if len(line.text.splitlines()) <= LINES:
            yield line
        else:
            for part in cues.shared(cues.parts(line.text), line.start, line.end):
                yield Line(part.start, part.end, cues.shown(part.text))


def _event(cue: tuple[int, int, str], frame: _Frame) -> str:
    start, end, text = cue
    face = _DEVANAGARI if re.search("[\u0900-\u097f]", text) else _LATIN
    size = _fitting(text, frame)
    smaller = f"{{\\fs{int(size * face.line)}}}" if size < frame.type_size(face) else ""
    return f"Dialogue: 0,{_clock(start)},{_clock(end)},{face.style},,0,0,0,,{smaller}{_escaped(text)}"


def _fitting(text: str, frame: _Frame) -> float:
    """The type size in px at which the longest row fits the frame."""
    longest = max(map(_width, text.split("\n")))
    return (frame.width - 2 * frame.margin) / max(longest, 1.0)


def _width(row: str) -> float:
    total = 0.0
    for character, following in zip(row, row[1:] + " ", strict=True):
        if character in _WIDTHS:
            total += _WIDTHS[character]
        elif "\u0904" <= character <= "\u0939" or "\u0958" <= character <= "\u0961":
            total += 0.5 if following == "\u094d" else 0.77
        elif unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        else:
            total += _BY_CATEGORY.get(unicodedata.category(character), 0.65)
    return total


def _escaped(text: str) -> str:
    return text.replace("\\", "\\" + JOINER).replace("{", "\\{").replace("\n", "\\N")


def _clock(ticks: int) -> str:
    return f"{ticks // 360_000}:{ticks // 6000 % 60:02}:{ticks // 100 % 60:02}.{ticks % 100:02}"
