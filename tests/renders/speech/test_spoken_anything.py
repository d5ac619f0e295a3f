"""What holds for every text, whatever it says."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.speech.aloud import spoken

_PIECES = {
    "en": "5 12 1969 2,525 3.14 - – % $ km XX II NASA ISS A Dr. U.S. century in March : 06 / ( ) . , s th ½ ² № °C "
    "Elizabeth million 's a.m. e.g. + 1/2 @ x.com 😀 Part I V HELLO WORLD",
    "ru": "5 12 1961 525 3,14 - – % $ км XX II США МКС г. гг. в век к апреля : 06 / ( ) . , -й -х ½ ² № т. е. °C Пётр "
    "Екатерины млн руб. году года с по н. э. около странах ракеты + св. ПРИВЕТ МИРУ I",
    "hi": "5 12 1947 2,525 3.14 - – % $ कि.मी. ₹ डॉ. में मार्च : 06 । NASA ISS लाख ई. वीं ( ) . , २ ज़ ए km",
}


def _texts(language: str) -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(_PIECES[language].split()), max_size=12)
    return st.one_of(st.text(max_size=50), pieces.map("".join), pieces.map(" ".join))


@pytest.mark.parametrize("language", ["en", "ru", "hi"])
@given(data=st.data())
def test_reading_what_is_read_already_changes_nothing(language: str, data: st.DataObject) -> None:
    said = spoken(data.draw(_texts(language)), language)
    assert spoken(said, language) == said


@pytest.mark.parametrize("language", ["en", "ru"])
@given(data=st.data())
def test_no_digit_is_left_to_the_voice(language: str, data: st.DataObject) -> None:
    assert not any(ch.isdigit() for ch in spoken(data.draw(_texts(language)), language))


@pytest.mark.parametrize("language", ["en", "ru", "hi", "de", "ja"])
@given(data=st.data())
def test_no_control_character_reaches_the_voice_and_the_length_is_bounded(language: str, data: st.DataObject) -> None:
    text = data.draw(st.text(max_size=80))
    said = spoken(text, language)
    assert not any(unicodedata.category(ch) in ("Cc", "Cs", "Cn", "Co") for ch in said)
    assert len(said) <= 40 * len(text) + 40


def test_invisible_characters_do_not_part_a_word() -> None:
    assert spoken("zero\u200bwidth soft\u00adhyphen \ufeffmark", "en") == "zerowidth softhyphen mark"


def test_digits_that_are_no_decimals_are_read_too() -> None:
    assert spoken("\U00010a40 and ① and ٣", "en") == "one and one and three"


def test_an_engine_command_character_is_taken_out() -> None:
    assert "\x01" not in spoken("a\x01b", "en")


@pytest.mark.parametrize("hostile", [" " * 10_000, "²" * 10_000, "1,111" * 2000])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_hostile_text_takes_no_more_than_its_length_is_worth(language: str, hostile: str) -> None:
    """CPU seconds; a pattern that tries every place for every place takes ten times as long as allowed here."""
    began = time.process_time()
    spoken(hostile, language)
    assert time.process_time() - began < 2.5


def test_another_language_is_only_cleaned() -> None:
    assert spoken("Im Jahr 1969 🚀 **flogen** 3 Menschen.", "de") == "Im Jahr 1969 flogen 3 Menschen."
    assert spoken("2023年、宇宙へ。", "ja") == "2023年、宇宙へ。"


def test_a_region_in_the_language_code_does_not_matter() -> None:
    assert spoken("5 km", "en-GB") == spoken("5 km", "en")
