from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.text.sentences import split


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Dr. Smith met Robert H. Lawrence, Jr. in the U.S. Air Force.", "He left at 5 p.m.", "The end."]),
        ("en", ["Launch was at 5:02 p.m. EST, March 1, 2018.", "GOES-S is the second one.", "It works."]),
        ("en", ["In late Jan. 2018 it rose by 2.5 percent.", "What's in a name?", "Much!"]),
        ("en", ['He wrote, "Good night. Sleep well!"', "Then he slept."]),
        ("en", ["Sharks, rays etc. live there.", "Eels, cod, etc.", "They swim."]),
        ("ru", ["В 1961 г. Юрий Гагарин полетел в космос.", "А. С. Пушкин родился в 1799 г.", "Это было в Москве."]),
        ("ru", ["Там были книги, карты и т. д.", "Дальше ехали по ул. Ленина."]),
        ("ru", ["Он сказал: «Поехали! Летим.»", "И полетел."]),
        ("ru", ["Это стоит 5 млн руб. в год.", "Много?"]),
        ("hi", ["डॉ. कलाम ने कहा, “सपने देखो। काम करो।”", "गंगा 2,525 कि.मी. लंबी है।", "क्या यह सच है?", "हाँ!"]),
    ],
)
def test_it_splits_where_sentences_end_and_nowhere_else(language: str, sentences: list[str]) -> None:
    assert split(" ".join(sentences), language) == sentences


def test_a_line_break_ends_a_sentence() -> None:
    assert split("A title\nText of it", "en") == ["A title", "Text of it"]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_text() -> None:
    assert len(split('He said "no. ' + "It rained. " * 20, "en")) >= 18


def test_what_holds_no_word_is_no_sentence() -> None:
    assert split("... — !\n* * *", "en") == []


@given(st.text(max_size=200), st.sampled_from(["en", "ru", "hi"]))
def test_no_word_is_lost(text: str, language: str) -> None:
    joined = "".join("".join(split(text, language)).split())
    assert [c for c in joined if c.isalnum()] == [c for c in text if c.isalnum()]
