"""The part that each element of a layout plays: what a choreography goes by. Stills do not look at it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What an element is to the viewer. Elements of one part and one order belong together."""

    PROGRESS = "progress"
    """The line of segments at the top; order 1 is the current one."""
    KICKER = "kicker"
    HEADLINE = "headline"
    FOOTER = "footer"
    SOURCE = "source"
    SUN = "sun"
    POINT = "point"
    QUOTE = "quote"
    QUOTE_MARK = "quote_mark"
    SPEAKER = "speaker"
    VALUE = "value"
    """The number that carries a scene."""
    UNIT = "unit"
    LABEL = "label"
    BASE = "base"
    """The line that things stand on: zero of a chart, the line of a timeline."""
    AXIS = "axis"
    """The other lines of a chart, and the numbers beside them."""
    NAME = "name"
    """What one bar stands for, or one point of a line."""
    BAR = "bar"
    AMOUNT = "amount"
    """The value of one bar, or of the last point of a line."""
    GRAPH = "graph"
    SPOT = "spot"
    """A point of a graph; the order counts them."""
    EVENT = "event"
    SIDE = "side"
    """Everything of one column of a comparison that is none of `BAR` and `AMOUNT`: order 0 left, 1 right."""
    PLACE = "place"
    GLOBE = "globe"
    PIN = "pin"


class Edge(StrEnum):
    """The edge of a shape that stays where it is while the shape grows."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True)
class Mark:
    part: Part
    order: int = 0
    edge: Edge | None = None
