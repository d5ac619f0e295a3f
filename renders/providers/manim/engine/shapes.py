"""From elements of a layout to mobjects. Units are pixels of the frame, `y` up: all of the frame is below zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Annulus, CapStyleType, Circle, LineJointType, RoundedRectangle, VMobject

from renders.look.layout import Bar, Dot, PlacedText, Stroke
from renders.look.theme import Colour
from renders.providers.manim.choreography.plan import Element
from renders.providers.manim.engine import lettering


def mobject_of(elements: Sequence[Element]) -> VMobject:
    """The elements as one mobject: a single shape where they are of one kind and colour (they always are)."""
    first = elements[0]
    if isinstance(first, PlacedText):
        return lettering.outline(first)
    if isinstance(first, Stroke):
        return _strokes([element for element in elements if isinstance(element, Stroke)])
    discs = [_disc(element) for element in elements if isinstance(element, Dot)]
    bars = [_bar(element) for element in elements if isinstance(element, Bar)]
    whole, *others = [*discs, *bars]
    for other in others:
        # The disc and the ring of a pin: one path is one motion.
        whole.append_points(other.points)
    return whole


def hexadecimal(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _bar(bar: Bar) -> VMobject:
    left, top, right, bottom = bar.box
    if not bar.radius:
        shape = VMobject(stroke_width=0, fill_opacity=1, fill_color=hexadecimal(bar.colour))
        corners = [(left, -top), (right, -top), (right, -bottom), (left, -bottom), (left, -top)]
        return shape.set_points_as_corners([np.array([x, y, 0.0]) for x, y in corners])
    width, height = right - left, bottom - top
    radius = min(bar.radius, width / 2, height / 2)
    rounded = RoundedRectangle(
        corner_radius=radius, width=width, height=height, stroke_width=0, fill_opacity=1, color=hexadecimal(bar.colour)
    )
    return rounded.move_to([(left + right) / 2, -(top + bottom) / 2, 0])


def _strokes(strokes: Sequence[Stroke]) -> VMobject:
    line = VMobject(
        stroke_width=strokes[0].width,
        stroke_color=hexadecimal(strokes[0].colour),
        fill_opacity=0,
        joint_type=LineJointType.ROUND,
        cap_style=CapStyleType.ROUND,
    )
    for stroke in strokes:
        corners = np.array([(x, -y, 0.0) for x, y in stroke.points])
        line.append_points(VMobject().set_points_as_corners(corners).points)
    return line


def _disc(dot: Dot) -> VMobject:
    style = {"stroke_width": 0, "fill_opacity": 1, "color": hexadecimal(dot.colour)}
    ring = Annulus(dot.hole, dot.radius, **style) if dot.hole else Circle(dot.radius, **style)
    return ring.move_to([dot.centre[0], -dot.centre[1], 0])
