"""A text in parts that a service takes, and sentences found by the pauses between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.narration import pieces
from renders.narration.timing import spans
from renders.narration.told import of_sentences, written_words

TEXT = "One is short. Two is a little longer, and has a clause; it goes on. Three."


def test_whole_sentences_are_put_together_while_they_fit() -> None:
    assert pieces(TEXT, "en", 1_000) == [TEXT]
    assert pieces(TEXT, "en", 60) == [
        "One is short.",
        "Two is a little longer, and has a clause; it goes on. Three.",
    ]


def test_a_sentence_that_is_too_long_is_parted_at_its_clauses_then_words() -> None:
    assert pieces(TEXT, "en", 24)[1:4] == ["Two is a little longer,", "and has a clause;", "it goes on. Three."]
    assert pieces("Word " * 8 + "end.", "en", 11) == ["Word Word", "Word Word", "Word Word", "Word Word", "end."]
    assert pieces("x" * 25, "en", 10) == ["x" * 10, "x" * 10, "x" * 5]


@given(st.text(alphabet="ab ,;.!?\n।", max_size=200), st.integers(5, 60))
def test_no_part_is_too_long_and_nothing_is_lost(text: str, longest: int) -> None:
    parts = pieces(text, "en", longest)

    assert all(part and len(part) <= longest for part in parts)
    assert sum(part.count("a") for part in parts) == text.count("a")


def test_sentences_are_cut_at_the_pauses_nearest_to_where_they_should_end() -> None:
    sentences = ["One two three four five six.", "Seven eight nine.", "Ten eleven twelve thirteen fourteen."]
    pauses = [(0.9, 1.05), (2.1, 2.5), (2.9, 3.05), (3.5, 3.9), (4.6, 4.75)]

    assert spans(sentences, "en", 6.0, pauses) == [(0.0, 2.1), (2.5, 3.5), (3.9, 6.0)]


def test_without_enough_pauses_the_pace_decides() -> None:
    found = spans(["One two three.", "Four five six.", "Seven, eight, nine."], "en", 9.0, [(1.0, 1.2)])

    assert found[0][0] == 0.0
    assert found[-1][1] == 9.0
    assert found[0][1] == found[1][0] == pytest.approx(2.4, abs=0.6)


@given(
    st.lists(
        st.sampled_from(["One.", "Two or three words.", "A much longer sentence, with a clause in it."]),
        min_size=1,
        max_size=12,
    ),
    st.floats(0.5, 120),
    st.lists(st.floats(0.01, 0.99), max_size=20),
)
def test_times_never_go_back_nor_beyond(sentences: list[str], seconds: float, places: list[float]) -> None:
    edges = sorted({place * seconds for place in places})
    pauses = list(zip(edges[::2], edges[1::2], strict=False))
    found = spans(sentences, "en", seconds, pauses)

    assert len(found) == len(sentences)
    flat = [moment for span in found for moment in span]
    assert flat == sorted(flat)
    assert flat[0] == 0.0
    assert flat[-1] == seconds


def test_written_words_have_the_times_of_what_is_told_of_them() -> None:
    told = [(0.0, 0.4, "It"), (0.4, 0.8, "is"), (0.8, 2.0, "2,525"), (2.0, 2.4, "KM"), (2.6, 3.0, "wide")]

    words = written_words("“It is” 2,525 km — wide.", told)
    assert words == [(0.0, 0.4, "“It"), (0.4, 0.8, "is”"), (0.8, 2.0, "2,525"), (2.0, 2.4, "km —"), (2.6, 3.0, "wide.")]
    assert of_sentences(["“It is” 2,525 km — wide."], words) == [(0.0, 3.0)]
    assert of_sentences(["Something else."], words) == []
    assert written_words("It is 2,525 km wide, and so it goes on for a long while yet.", told) == []
    assert written_words("Nothing of this", told) == []


@given(
    st.text(alphabet="ab .,—ß", max_size=60),
    st.lists(st.tuples(st.floats(0, 9), st.floats(0, 9), st.text(alphabet="ab.ß ", max_size=4)), max_size=8),
)
def test_whatever_is_told_the_words_are_the_text_s_and_times_go_on(
    text: str, told: list[tuple[float, float, str]]
) -> None:
    words = written_words(text, told)

    assert not words or " ".join(word for _, _, word in words) == " ".join(text.split())
    flat = [moment for start, end, _ in words for moment in (start, end)]
    assert flat == sorted(flat)
