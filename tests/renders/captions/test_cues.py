"""Captions that can be read: how text is broken, how long it stands (R16)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.captions.cues import Sentence, cues, estimated, parts, tidied
from renders.captions.lines import broken, clusters, columns, words

LONG = (
    "The committee, which met for the first time in nine years, agreed on Tuesday to raise the limit to "
    "forty-two million euros a year, provided that every member state signs before the end of March."
)
HINDI = "प्रधानमंत्री ने कहा कि इस वर्ष देश की अर्थव्यवस्था सात प्रतिशत बढ़ेगी, और किसानों को नई सहायता मिलेगी।"


def test_a_conjunct_with_its_vowel_sign_is_one_column() -> None:
    assert clusters("क्षि") == ["क्षि"]
    assert columns("नमस्ते") == 3
    assert columns("日本") == 4


@pytest.mark.parametrize("text", [LONG, HINDI, "x" * 300, "word " * 60])
def test_cues_have_at_most_two_lines_of_42_columns(text: str) -> None:
    for part in parts(text):
        lines = (broken(words(part)) or "").split("\n")
        assert len(lines) <= 2
        assert all(0 < columns(line) <= 42 for line in lines)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
def test_no_text_is_lost_and_nothing_is_too_wide(text: str) -> None:
    found = parts(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    for part in found:
        shown = broken(words(part))
        assert shown is not None
        assert all(columns(line) <= 42 for line in shown.split("\n"))


def test_long_sentences_break_at_pauses_into_cues_of_like_length() -> None:
    found = parts(LONG)
    assert len(found) == 3
    assert [part[-1] for part in found] == [",", ",", "."]


def test_lines_break_by_meaning_and_leave_no_single_word() -> None:
    assert broken(words("When the rain stopped, the whole village went out to look")) == (
        "When the rain stopped,\nthe whole village went out to look"
    )


def test_short_sentences_share_a_cue() -> None:
    said = [Sentence(0, 0.4, "Yes."), Sentence(0.4, 0.9, "No."), Sentence(0.9, 3.0, "It depends on the weather.")]
    found = cues(said, first=9, last=120, fps=30)
    assert found[0].text.replace("\n", " ").startswith("Yes. No.")
    assert all(cue.end - cue.start >= 30 for cue in found)


def test_a_short_cue_stays_for_a_second_where_there_is_room() -> None:
    (cue,) = cues([Sentence(0, 0.3, "Yes.")], first=9, last=90, fps=30)
    assert (cue.start, cue.end) == (9, 39)


def test_a_cue_never_outlives_its_slot() -> None:
    (cue,) = cues([Sentence(0, 0.3, "Yes.")], first=9, last=27, fps=30)
    assert cue.end == 27


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 20), st.floats(-5, 20), st.text(max_size=120)), max_size=8), st.integers(1, 600)
)
def test_whatever_the_timings_cues_are_in_order_apart_and_inside(
    timings: list[tuple[float, float, str]], room: int
) -> None:
    said = tidied([Sentence(*one) for one in timings], LONG, 10.0)
    found = cues(said, first=9, last=9 + room, fps=30)
    assert all(9 <= cue.start < cue.end <= 9 + room for cue in found)
    assert all(after.start - before.end >= 2 for before, after in pairwise(found))


def test_where_a_voice_gives_no_times_they_follow_the_length_of_the_sentences() -> None:
    first, second = estimated("Twelve chars. And this is exactly twice as long.", 9.0)
    assert first.start == 0
    assert first.end == second.start < 3.0
    assert second.end == 9.0


def test_hindi_sentences_end_at_the_danda() -> None:
    assert [one.text for one in estimated("यह पहला है। यह दूसरा है।", 4.0)] == ["यह पहला है।", "यह दूसरा है।"]
