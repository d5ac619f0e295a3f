"""A place on the globe: a graticule seen from above the place, and a pin. No map data."""

from __future__ import annotations

import math

from renders.look.board import Board
from renders.look.content import Content, NotEnough
from renders.look.drawing import circle
from renders.look.fonts import Weight
from renders.look.frame import HEADLINE, LABEL, POINT, Box
from renders.look.layout import Dot, Point, Stroke
from renders.look.parts import Mark, Part
from renders.look.text import Style

_PLACE = Style(POINT.smallest, POINT.smallest, Weight.SEMIBOLD, lines=3, leading=1.2)
_NOTE = Style(POINT.smallest, POINT.smallest, Weight.REGULAR, lines=3, leading=POINT.leading)
_HEMISPHERES = {"en": "N S E W", "ru": "с.\u00a0ш. ю.\u00a0ш. в.\u00a0д. з.\u00a0д.", "hi": "उ. द. पू. प."}
_TILT = 0.6
"""Share of the place's latitude by which the globe is tilted: the pin stays clear of the middle."""


def map_pin(board: Board, content: Content) -> None:
    """Name, coordinates and notes of a place, and the globe with a pin where latitude and longitude are known."""
    place, lat, lon = content.text("place", 80), content.number("lat"), content.number("lon")
    known = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180
    if not place and not known:
        raise NotEnough("place")
    at = (lat, lon) if lat is not None and lon is not None and known else None
    frame = board.frame
    top, right = board.top, board.right
    if frame.is_wide and at:
        board.right = frame.columns(1, 7)[1]
    board.headline(content.text("headline"), HEADLINE, board.width, board.height * (0.6 if frame.is_wide else 0.42))
    board.source(content.text("source", 60))
    if frame.is_wide:
        _about(board, content, place, at, board.height)
        room = (frame.columns(8, 12)[0], top, right, board.bottom)
    elif frame.is_tall:
        lower = _about(board, content, place, at, board.height * (0.4 if at else 1)) + frame.px(24)
        room = (board.left, round(lower), right, board.bottom)
    else:
        room = (frame.columns(7, 12)[0], board.top, right, board.bottom)
        board.right = frame.columns(1, 6)[1] if at else right
        _about(board, content, place, at, board.height)
    if at:
        _globe(board, room, *at)


def _about(board: Board, content: Content, place: str, at: tuple[float, float] | None, height: float) -> float:
    """Name, coordinates and notes, one below the other. Returns their lower edge."""
    px, theme = board.frame.px, board.theme
    y, end = float(board.top + px(16)), board.top + height
    rows = [(Mark(Part.PLACE), place, _PLACE, theme.accent)]
    rows.append((Mark(Part.PLACE, 1), _coordinates(*at, board.language) if at else "", LABEL, theme.second))
    points = content.texts("points", 3)
    rows.extend((Mark(Part.POINT, order), point, _NOTE, theme.text) for order, point in enumerate(points))
    for mark, words, style, colour in rows:
        if not words:
            continue
        if y + style.smallest * board.frame.scale * 1.5 > end:
            board.notes.append(f"not shown: {words[:80]}")
            continue
        with board.part(mark.part, mark.order):
            y = board.put(board.set(words, board.width, end - y, style), board.left, y, colour) + px(20)
    return y


def _coordinates(lat: float, lon: float, language: str) -> str:
    north, south, east, west = _HEMISPHERES.get(language, _HEMISPHERES["en"]).split(" ")
    numbers = [f"{abs(lat):.1f}°", f"{abs(lon):.1f}°"]
    if language == "ru":
        numbers = [number.replace(".", ",") for number in numbers]
    return f"{numbers[0]}\u00a0{north if lat >= 0 else south} · {numbers[1]}\u00a0{east if lon >= 0 else west}"


def _globe(board: Board, room: Box, lat: float, lon: float) -> None:
    """As large as the room allows, at its right."""
    theme, px = board.theme, board.frame.px
    radius = min(room[2] - room[0], room[3] - room[1]) / 2 - px(4)
    if radius < px(90):
        board.notes.append("no room for the globe")
        return
    centre = (room[2] - radius - px(4), room[1] + (room[3] - room[1]) / 2)
    tilt, turn = math.radians(lat * _TILT), math.radians(lon)
    thin = max(1.5, px(2))
    with board.part(Part.GLOBE):
        board.shapes.append(Dot(centre, radius, theme.glow))
        for line in _graticule(tilt, turn):
            points = tuple((centre[0] + x * radius, centre[1] - y * radius) for x, y in line)
            board.shapes.append(Stroke(points, thin, theme.line))
        board.shapes.append(Stroke(tuple(circle(centre, radius)), thin * 1.5, theme.bar))
    x, y, _ = _project(math.radians(lat), math.radians(lon), tilt, turn)
    spot = (centre[0] + x * radius, centre[1] - y * radius)
    with board.part(Part.PIN):
        board.shapes.append(Dot(spot, px(34), theme.accent, hole=px(27)))
        board.shapes.append(Dot(spot, px(14), theme.accent))


def _graticule(tilt: float, turn: float) -> list[list[Point]]:
    """Meridians and parallels every 15 degrees, as far as they are on the near side."""
    lines = []
    for step in range(-180, 180, 15):
        lines.append([(math.radians(lat), math.radians(step)) for lat in range(-90, 91, 3)])
    for step in range(-75, 90, 15):
        lines.append([(math.radians(step), math.radians(lon)) for lon in range(-180, 181, 4)])
    visible = []
    for line in lines:
        current: list[Point] = []
        for lat, lon in line:
            x, y, depth = _project(lat, lon, tilt, turn)
            if depth >= 0:
                current.append((x, y))
            elif len(current) > 1:
                visible.append(current)
                current = []
            else:
                current = []
        if len(current) > 1:
            visible.append(current)
    return visible


def _project(lat: float, lon: float, tilt: float, turn: float) -> tuple[float, float, float]:
    """Orthographic: `x` to the right, `y` up, depth towards the viewer, all -1 to 1."""
    around = lon - turn
    x = math.cos(lat) * math.sin(around)
    y = math.cos(tilt) * math.sin(lat) - math.sin(tilt) * math.cos(lat) * math.cos(around)
    depth = math.sin(tilt) * math.sin(lat) + math.cos(tilt) * math.cos(lat) * math.cos(around)
    return x, y, depth
