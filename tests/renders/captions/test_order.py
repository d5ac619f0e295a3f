"""Cues are brought into order before any file is written (R16)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from renders.captions.order import ordered
from renders.captions.webvtt import Line
from tests.renders.captions.texts import lines


@given(lines())
def test_whatever_the_times_cues_are_sorted_and_apart_and_have_a_length(of: list[Line]) -> None:
    found = ordered(of, 100)
    assert all(0 <= start < end for start, end, _ in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@given(lines())
def test_no_text_is_lost(of: list[Line]) -> None:
    def shown(text: str) -> bool:
        return any(character > "\x9f" or " " < character < "\x7f" for character in text if character.isprintable())

    assert len(ordered(of, 1000)) >= sum(shown(line.text) for line in of)


def test_times_that_need_no_help_are_kept() -> None:
    assert ordered([Line(0.3, 2.0, "a"), Line(2.0, 3.5, "b")], 1000) == [(300, 2000, "a"), (2000, 3500, "b")]


def test_a_cue_ends_where_the_next_begins_and_never_before_it_began() -> None:
    assert ordered([Line(1, 9, "a"), Line(4, 5, "b")], 100) == [(100, 400, "a"), (400, 500, "b")]
    assert ordered([Line(1, 3, "a"), Line(1, 5, "b")], 100) == [(100, 300, "a"), (300, 500, "b")]


@pytest.mark.parametrize("of", [[], [Line(0, 1, " \n ")], [Line(0, 1, "\x00")]])
def test_where_there_is_nothing_to_show_there_is_no_cue(of: list[Line]) -> None:
    assert ordered(of, 1000) == []
