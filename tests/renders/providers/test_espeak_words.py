"""Which written word is heard when, whatever a voice says of it (R14)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.providers.espeak.sentences import Sentence
from renders.providers.espeak.words import Word, timed
from renders.speech.aloud import spoken

TOKENS = st.sampled_from(
    ["It", "is", "2,525", "km", "—", "*", "ISS", "$5", "million", "14:12", "21", "March", "2018.", "NASA's"]
)


def heard(said: str, each: float = 0.5) -> list[tuple[int, float, float]]:
    """As a voice tells it: every word of the text takes `each` seconds."""
    places = [at for at, character in enumerate(said) if character != " " and (at == 0 or said[at - 1] == " ")]
    return [(place, number * each, (number + 1) * each) for number, place in enumerate(places)]


def of(written: str, said: str) -> list[Word]:
    of_voice = heard(said)
    return timed(Sentence(written, said, 0.0), "en", of_voice, 0.0, of_voice[-1][2])


def test_words_that_are_read_as_they_stand_have_their_own_times() -> None:
    assert of("It is long.", "It is long.") == [Word(0, 0.5, "It"), Word(0.5, 1.0, "is"), Word(1.0, 1.5, "long.")]


def test_a_number_has_the_whole_stretch_of_its_words() -> None:
    assert of("In 1969, once", "In nineteen sixty-nine, once")[1] == Word(0.5, 1.5, "1969,")


def test_what_is_not_said_stays_with_the_word_before_it() -> None:
    assert [word.text for word in of("* One — two *", "One, two")] == ["* One —", "two *"]


def test_what_is_said_but_not_written_belongs_to_the_word_before_it() -> None:
    assert of("$5 million more", "five million dollars more")[1:] == [Word(0.5, 1.5, "million"), Word(1.5, 2.0, "more")]


def test_several_written_words_of_one_stretch_share_it_in_order() -> None:
    first, second = of("2,525 km", "two thousand five hundred and twenty-five kilometers")
    assert (first.start, second.end) == (0.0, 3.5)
    assert 2.0 < first.end == second.start < 3.5


@given(
    st.lists(TOKENS, min_size=1, max_size=12).map(" ".join),
    st.lists(st.tuples(st.integers(-3, 200), st.floats(-1, 9), st.floats(-1, 9)), max_size=20),
)
def test_whatever_a_voice_tells_the_words_are_the_sentence_and_their_times_go_forward(
    written: str, events: list[tuple[int, float, float]]
) -> None:
    sentence = Sentence(written, spoken(written, "en"), 0.0)
    for told in (events, heard(sentence.spoken, 0.1)):
        words = timed(sentence, "en", told, 0.0, 5.0)
        assert " ".join(word.text for word in words) == " ".join(written.split())
        assert all(0 <= word.start <= word.end <= 5.0 for word in words)
        assert all(before.end <= after.start for before, after in pairwise(words))


@pytest.mark.parametrize("told", [[], [(0, 0.2, 0.4)]])
def test_a_voice_that_tells_little_still_gives_every_word_a_time(told: list[tuple[int, float, float]]) -> None:
    (word,) = timed(Sentence("Hello there.", "Hello there.", 0.0), "en", told, 0.0, 1.0)[:1]
    assert word.end <= 1.0
