"""Chapters as a WebVTT track (R16)."""

from __future__ import annotations

from hypothesis import given

from renders.captions import chapters, webvtt
from renders.captions.order import ordered
from renders.captions.webvtt import Line
from tests.renders.captions.texts import lines


def test_each_title_stands_on_one_line() -> None:
    text = chapters.written([Line(0, 4.5, "Two\nrows"), Line(4.5, 9, "R&D <2030>")])
    assert text == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:00:04.500\nTwo rows\n\n"
        "2\n00:00:04.500 --> 00:00:09.000\nR&amp;D &lt;2030&gt;\n"
    )


@given(lines())
def test_every_title_comes_back_at_its_time(of: list[Line]) -> None:
    found = webvtt.read(chapters.written(of))
    assert [(round(one.start * 1000), round(one.end * 1000), one.text) for one in found] == [
        (start, end, text.replace("\n", " ")) for start, end, text in ordered(of, 1000)
    ]
