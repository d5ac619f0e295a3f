"""Captions word by word (R14, R16): the same cues, with times inside that a player may trust."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given

from renders.captions import karaoke, webvtt
from renders.captions.order import ordered
from renders.captions.webvtt import Line
from tests.renders.captions.texts import lines

STAMP = re.compile(r"<(\d\d+):(\d\d):(\d\d)\.(\d{3})>")


def stamps(text: str) -> list[list[float]]:
    """The times inside each cue, in seconds."""
    return [
        [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in STAMP.findall(block)]
        for block in text.split("\n\n")[1:]
    ]


@given(lines(), lines())
def test_the_cues_are_those_of_the_captions_and_the_times_inside_rise(of: list[Line], words: list[Line]) -> None:
    text = karaoke.written(of, [word for word in words if word.end > word.start >= 0])
    cues = webvtt.read(text)
    assert [(round(cue.start * 1000), round(cue.end * 1000)) for cue in cues] == [
        (start, end) for start, end, _ in ordered(of, 1000)
    ]
    assert ["".join(cue.text.split()) for cue in cues] == ["".join(one.split()) for _, _, one in ordered(of, 1000)]
    for cue, inside in zip(cues, stamps(text), strict=True):
        assert all(before < after for before, after in pairwise([cue.start, *inside, cue.end]))


def test_each_word_has_the_time_that_the_voice_gave_it() -> None:
    words = [
        Line(0.3, 0.5, "It"),
        Line(0.5, 1.4, "is"),
        Line(1.4, 3.0, "2,525"),
        Line(3.2, 3.5, "km"),
        Line(3.5, 4, "long."),
    ]
    text = karaoke.written([Line(0.3, 3.1, "It is\n2,525"), Line(3.167, 4.2, "km long.")], words)
    assert "It <00:00:00.500>is\n<00:00:01.400>2,525\n" in text
    assert "<00:00:03.200>km <00:00:03.500>long.\n" in text


def test_a_caption_without_timed_words_is_shared_by_their_lengths() -> None:
    words = [Line(10.2, 10.5, "Yes."), Line(10.5, 11, "Quite.")]
    first, second = stamps(karaoke.written([Line(0, 4, "aaa bbb ccc ddd"), Line(10, 11, "Yes. Quite.")], words))
    assert first == [1.0, 2.0, 3.0]
    assert second == [10.2, 10.5]


def test_the_same_words_at_another_time_are_not_taken_for_these() -> None:
    words = [Line(30.5, 31, "Yes,"), Line(31, 31.5, "indeed.")]
    first, second = stamps(karaoke.written([Line(1, 3, "Yes, indeed."), Line(30, 32, "Yes, indeed.")], words))
    assert 1 < first[0] < 3
    assert second == [30.5, 31.0]


def test_what_looks_like_a_time_or_a_tag_in_a_word_is_text() -> None:
    text = karaoke.written([Line(0, 2, "<00:00:01.000> <b>&")])
    assert "&lt;00:00:01.000&gt;" in text
    assert "&lt;b&gt;&amp;" in text
