from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.text.characters import cleaned, folded, one_line
from renders.text.credits import without_credits
from renders.text.markdown import Block, blocks_of
from renders.text.markup import plain_text, without_urls
from renders.text.typography import grouped, on_screen


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("One<br/>two", "One\ntwo"),
        ("a < b and c > d", "a < b and c > d"),
        ("<script>x<b>y</b></script>Text", "Text"),
        ("<svg><p>x</svg>Text", "Text"),
        ("Text <b>bold</b>, end", "Text bold, end"),
        ("See (https://e.org/a_(b)) there", "See) there"),
        ("See https://e.org, now", "See now"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text or markup.startswith("See (")


def test_an_address_in_brackets_leaves_no_empty_brackets() -> None:
    assert without_urls("See the site (https://e.org/x) now.") == "See the site now."


def test_characters_that_nobody_can_say_or_see_are_gone() -> None:
    assert one_line("a\u202eb\u2066c\u200bd\u00ade\x00f\ufeff 🚀 g\u2028h") == "abcde f g h"


def test_joiners_stay_where_devanagari_needs_them() -> None:
    assert cleaned("क्\u200dष a\u200db") == "क्\u200dष ab"


@given(st.text(max_size=300))
def test_plain_text_never_fails_and_is_clean(text: str) -> None:
    result = plain_text(text)
    assert result == folded(result)
    assert not any(unicodedata.category(c) in {"Cc", "So", "Cs"} for c in result if c not in "\n°")


CREDITS = [
    "Image Credit: NASA/Bill Ingalls",
    "Photo by: Jane Doe",
    "Credits: NASA",
    "Read more about it on the site.",
    "Continue reading",
    "The post Title appeared first on Site.",
    "For more information, visit the site.",
    "Фото: Иван Иванов / ТАСС",
    "Читайте также: другая новость",
    "फोटो: पीटीआई",
    "और पढ़ें",
]


@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize("separator", [" ", "\n"])
def test_nobody_hears_credits_read_out(credit: str, separator: str) -> None:
    for language, text in (("en", "The rocket flew."), ("ru", "Ракета взлетела."), ("hi", "रॉकेट उड़ा।")):
        assert without_credits(f"{text}{separator}{credit}", language) == text


@pytest.mark.parametrize(
    "text",
    [
        "Photographs changed the news in 1880.",
        "The credit goes to the crew.",
        "Subscribers fell by half.",
        "Copyright protects authors.",
        "Реклама двигает торговлю.",
        "Follow-up studies are planned.",
        "See swirling cloud formations in this view.",
    ],
)
def test_sentences_that_only_look_like_credits_stay(text: str) -> None:
    assert without_credits(text, "ru" if text[0] == "Р" else "en") == text


def test_a_credit_without_a_full_stop_before_it_is_cut_off() -> None:
    assert without_credits("The rocket stands on the pad Image credit: NASA", "en") == "The rocket stands on the pad"


def test_a_wire_dateline_is_cut_off() -> None:
    assert without_credits("WASHINGTON (AP) — The crew left.", "en") == "The crew left."
    assert without_credits("МОСКВА, 21 марта. /ТАСС/. Экипаж улетел.", "ru") == "Экипаж улетел."


def test_a_sentence_that_the_feed_cut_short_goes_unless_it_is_all() -> None:
    assert without_credits("It rains. The river rose and the [...]", "en") == "It rains."
    assert without_credits("The river rose and the…", "en") == "The river rose and the"


def test_markdown_becomes_headings_and_paragraphs() -> None:
    text = "# The *title*\n\nOne **bold** [link](https://e.org).\nStill one.\n\n- first\n- second\n\n"
    text += "```\ncode\n```\n![x](y)"
    assert blocks_of(text) == [
        Block("The title", True),
        Block("One bold link. Still one.", False),
        Block("first", False),
        Block("second", False),
    ]


def test_the_short_first_line_of_a_plain_text_is_its_title() -> None:
    assert blocks_of("How bridges stand\nA bridge carries loads. It is strong.")[0] == Block("How bridges stand", True)


def test_an_indented_paragraph_is_no_code() -> None:
    assert blocks_of("    A bridge carries loads.\n\n    It stands.")[0].text == "A bridge carries loads."


def test_long_lines_without_empty_ones_between_are_paragraphs() -> None:
    lines = ["word " * 30 + "end.", "other " * 30 + "end."]
    assert len(blocks_of("\n".join(lines))) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2,525", "2\u202f525"),
        ("23600", "23\u202f600"),
        ("1,50,000", "1\u202f50\u202f000"),
        ("9,192,631,770", "9\u202f192\u202f631\u202f770"),
        ("2018", "2018"),
        ("3.1416", "3.1416"),
    ],
)
def test_numbers_are_grouped_by_thin_spaces(text: str, shown: str) -> None:
    assert grouped(text) == shown


def test_a_number_stays_with_its_unit_and_a_minus_is_a_minus() -> None:
    assert on_screen("at -89.2 degrees, 5 %") == "at \u221289.2\u00a0degrees, 5\u202f%"
    assert on_screen("MS-08, सोयूज़ टी-11") == "MS-08, सोयूज़ टी-11"
