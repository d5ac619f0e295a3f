"""WebVTT as the W3C has it (R16): texts stay texts whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.captions.webvtt import Line, WebVTTError, read, written

NASTY = "a --> b\n\n99\n00:00:00.000 --> 00:09:00.000\n<script>&amp; <c.red>x</c>"


def test_a_file_as_players_want_it() -> None:
    text = written([Line(0.3, 2.0, "One\ntwo"), Line(3661.5, 3662.0, "Three")])
    assert text == ("WEBVTT\n\n1\n00:00:00.300 --> 00:00:02.000\nOne\ntwo\n\n2\n01:01:01.500 --> 01:01:02.000\nThree\n")


def test_what_looks_like_webvtt_in_a_text_stays_text() -> None:
    text = written([Line(1.0, 2.0, NASTY), Line(3.0, 4.0, "next")])
    first, _second = read(text)
    assert (first.start, first.end) == (1.0, 2.0)
    assert first.text.split("\n")[0] == "a --> b"
    assert "<script>& <c.red>".replace("&", "&amp;") in first.text
    assert text.count("-->") == 2


@given(st.lists(st.text(max_size=80), max_size=5))
def test_every_text_makes_exactly_one_cue(texts: list[str]) -> None:
    lines = [Line(at, at + 0.5, text) for at, text in enumerate(texts)]
    found = read(written(lines))
    assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in lines]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1\n00:00:00.000 --> 00:00:01.000\nx\n",
        "WEBVTT\n\n00:00:02.000 --> 00:00:01.000\nx\n",
        "WEBVTT\n\n00:00:00,000 --> 00:00:01,000\nx\n",
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n",
        "WEBVTT\n\n00:00:05.000 --> 00:00:06.000\nx\n\n00:00:01.000 --> 00:00:02.000\ny\n",
        "WEBVTT\n\nonly text\n",
        "<html>not found</html>",
    ],
)
def test_what_is_no_webvtt_is_refused(text: str) -> None:
    with pytest.raises(WebVTTError):
        read(text)


def test_notes_styles_settings_and_other_line_ends_are_understood() -> None:
    text = "\ufeffWEBVTT - title\r\n\r\nNOTE x\r\n\r\n00:01.000 --> 00:02.000 line:80%\r\n<b>Bold</b>\r\n"
    assert read(text) == [Line(1.0, 2.0, "Bold")]
