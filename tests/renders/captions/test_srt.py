"""SubRip as players read it (R16), read back by a parser that allows nothing but the form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from renders.captions import srt
from renders.captions.order import ordered
from renders.captions.webvtt import Line
from tests.renders.captions.texts import HOSTILE, lines

TIMING = re.compile(r"(\d\d+):([0-5]\d):([0-5]\d),(\d{3}) --> (\d\d+):([0-5]\d):([0-5]\d),(\d{3})")
MARKUP = re.compile(r"<\w|</|\{\\|\{\w|-->|\\[Nnh]")


def read(text: str) -> list[tuple[int, int, str]]:
    """Start and end in ms and text of each block; AssertionError where the text is not strictly SubRip."""
    found = []
    for number, block in enumerate(text.removesuffix("\n").split("\n\n") if text else [], 1):
        count, timing, *rows = block.split("\n")
        match = TIMING.fullmatch(timing)
        assert count == str(number)
        assert match
        assert rows
        assert all(rows)
        assert not MARKUP.search("\n".join(rows))
        of = [int(group) for group in match.groups()]
        start, end = (((hour * 60 + minute) * 60 + s) * 1000 + ms for hour, minute, s, ms in (of[:4], of[4:]))
        found.append((start, end, "\n".join(rows).replace(srt.JOINER, "")))
    return found


@given(lines())
def test_every_text_comes_back_at_its_time(of: list[Line]) -> None:
    expected = [(start, end, text.replace(srt.JOINER, "")) for start, end, text in ordered(of, 1000)]
    assert read(srt.written(of)) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_of_its_own_cue(text: str) -> None:
    found = read(srt.written([Line(1, 2, text), Line(3, 4, "next")]))
    assert found[-1] == (3000, 4000, "next")
    assert len(found) <= 2


def test_a_file_as_players_want_it() -> None:
    assert srt.written([Line(0.3, 2.0, "One\ntwo"), Line(3661.5, 3662.0, "Three")]) == (
        "1\n00:00:00,300 --> 00:00:02,000\nOne\ntwo\n\n2\n01:01:01,500 --> 01:01:02,000\nThree\n"
    )
