"""The frame that every scene stands in: safe area, columns, and the band that belongs to the captions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from renders.look.fonts import Weight
from renders.look.text import Style

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in px; right and bottom are outside."""

SAFE = 0.05
CAPTIONS = 0.16
COLUMNS = 12

TITLE = Style(132, 84, Weight.SEMIBOLD, lines=5, leading=1.12)
HEADLINE = Style(96, 84, Weight.SEMIBOLD, lines=4, leading=1.14)
POINT = Style(56, 48, Weight.REGULAR, lines=3, leading=1.26)
STRONG_POINT = Style(56, 48, Weight.SEMIBOLD, lines=2, leading=1.26)
LABEL = Style(36, 36, Weight.REGULAR, lines=1, leading=1.28)
STRONG_LABEL = Style(36, 36, Weight.SEMIBOLD, lines=1, leading=1.28)
SMALLEST = 32
"""Nothing on a screen of 1080 px short side is smaller."""


@dataclass(frozen=True)
class Frame:
    """A canvas of `width` x `height` px; lengths of the design scale by its short side."""

    width: int
    height: int
    captions: bool = True
    """Whether captions will be shown over it: not over a thumbnail."""

    @cached_property
    def scale(self) -> float:
        """Pixels for one px of the design, whose short side is 1080."""
        return min(self.width, self.height) / 1080

    @property
    def shape(self) -> str:
        """`wide`, `tall` or `square`: which composition suits it."""
        return "wide" if self.is_wide else "tall" if self.is_tall else "square"

    def px(self, length: float) -> int:
        """A length of the design in pixels of this frame."""
        return round(length * self.scale)

    @property
    def is_wide(self) -> bool:
        return self.width > 1.2 * self.height

    @property
    def is_tall(self) -> bool:
        return self.height > 1.2 * self.width

    @cached_property
    def safe(self) -> Box:
        """Where anything may stand: 5 % in from every edge and above the captions."""
        across, down = round(self.width * SAFE), round(self.height * SAFE)
        return across, down, self.width - across, self.captions_top

    @property
    def captions_top(self) -> int:
        """From here down the frame belongs to the captions."""
        return int(self.height * (1 - (CAPTIONS if self.captions else SAFE)))

    @cached_property
    def content(self) -> Box:
        """The safe area without the progress line and with some air above the captions."""
        left, top, right, bottom = self.safe
        # A little in from the safe area: hooks and curves of large letters hang over the edge they stand on.
        left, right = left + self.px(20), right - self.px(20)
        return left, self.snap(top + self.px(80 if self.is_tall else 56)), right, bottom - self.px(16)

    def snap(self, y: float) -> int:
        """The next line of the 8 px baseline grid at or below `y`."""
        grid = max(1, self.px(8))
        return int(-(-y // grid) * grid)

    def columns(self, first: int, last: int) -> tuple[int, int]:
        """Left and right edge in px of columns `first` to `last`, counted from 1 to 12."""
        left, _, right, _ = self.content
        gutter = self.px(24)
        column = (right - left - gutter * (COLUMNS - 1)) / COLUMNS
        start = left + (first - 1) * (column + gutter)
        return round(start), round(start + (last - first + 1) * (column + gutter) - gutter)
