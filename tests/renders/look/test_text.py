from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.look import fonts
from renders.look.fonts import Weight
from renders.look.text import Style, _least_height, _stack, fit, fit_column, fit_row
from renders.look.words import clusters

STYLE = Style(96, 84, Weight.SEMIBOLD, lines=4, leading=1.14)
SMALL = Style(56, 48, Weight.REGULAR, lines=3, leading=1.26)
WORDS = ["the", "storm", "of", "Jupiter", "in", "2018", "गंगा", "की", "2,525", "किलोमीटर", "है", "новая", "на", "a", "I"]


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.sampled_from([*WORDS, "electrification", "W" * 60]), min_size=1, max_size=40),
    width=st.integers(300, 1700),
    height=st.integers(120, 900),
    language=st.sampled_from(["en", "ru", "hi"]),
)
def test_what_is_set_fits_its_box_and_loses_nothing_unsaid(
    words: list[str], width: int, height: int, language: str
) -> None:
    setting = fit(" ".join(words), width, height, STYLE, language=language)
    assert setting.width <= width
    assert setting.height <= height
    assert 84 <= setting.size <= 96
    assert len(setting.lines) <= STYLE.lines
    shown = " ".join(setting.lines).replace("\u202f", " ").replace("\u00a0", " ")
    if setting.shortened:
        assert shown.endswith("…")
    else:
        assert shown.replace("-", "").replace(" ", "") == "".join(words).replace("-", "")


@settings(deadline=None)
@given(
    lines=st.lists(st.sampled_from(["a", "Ẫg", "र्कीं", "82 GW", "…", "J"]), max_size=4),
    size=st.integers(20, 140),
    leading=st.sampled_from([0.9, 1.0, 1.14, 1.26]),
    tight=st.booleans(),
)
def test_no_block_is_lower_than_is_told_before_its_ink_is_measured(
    lines: list[str], size: int, leading: float, tight: bool
) -> None:
    style = Style(size, size, Weight.REGULAR, 4, leading, tight)
    assert _least_height(lines, style, size) <= _stack(lines, style, size).height


def test_it_takes_the_largest_size_that_fits() -> None:
    text = "Soyuz lifts off"
    width = fonts.measure(text, Weight.SEMIBOLD, 92).width + 12
    setting = fit(text, width, 120, Style(96, 84, Weight.SEMIBOLD, 1, 1.14))
    assert (setting.size, setting.lines) == (92, (text,))


def test_it_never_goes_below_the_smallest_size_but_shortens_at_a_word() -> None:
    setting = fit("The crew of the Space Station grows lettuce and cabbage in orbit", 700, 110, STYLE)
    assert setting.shortened
    assert setting.size == 84
    assert setting.lines == ("The crew…",)  # not "The crew of the…"


def test_no_word_is_left_over_in_the_last_line() -> None:
    for width in range(500, 1500, 50):
        setting = fit("Workers watch the Soyuz rocket arrive at the launch pad", width, 900, SMALL)
        if len(setting.lines) > 1:
            assert " " in setting.lines[-1], setting.lines


def test_a_smaller_size_is_taken_where_the_larger_would_leave_a_word_over() -> None:
    text = "Many new telescopes observations"
    pair = "telescopes observations"
    width = fonts.measure(pair, Weight.REGULAR, 54).width
    assert fonts.measure(pair, Weight.REGULAR, 56).width > width
    setting = fit(text, width, 900, SMALL)
    assert setting.lines == ("Many new", pair)
    assert setting.size < 56


def test_evenness_gives_way_to_a_last_line_of_two_words() -> None:
    style = Style(48, 48, Weight.REGULAR, lines=2, leading=1.26)
    assert fit("For all people internationalization", 700, 900, style).lines == (
        "For all",
        "people internationalization",
    )


def test_a_number_stays_with_its_unit_by_a_thin_space() -> None:
    for width in range(420, 1400, 40):
        lines = fit("गंगा की लंबाई लगभग 2,525 किलोमीटर है", width, 900, SMALL, language="hi").lines
        assert any("2,525\u202fकिलोमीटर" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "language", "first_words", "last_words"),
    [
        ("Jupiter shows a storm with bright tops in the northern hemisphere", "en", (), ("a", "with", "in", "the")),
        ("Новая ракета летит к Луне и на Марс без людей", "ru", (), ("к", "и", "на", "без")),
        ("हिमालय की नदियाँ करोड़ों लोगों को पानी देती हैं", "hi", ("की", "को", "हैं"), ()),
    ],
)
def test_lines_break_where_the_language_allows(
    text: str, language: str, first_words: tuple[str, ...], last_words: tuple[str, ...]
) -> None:
    for width in range(780, 1200, 40):
        lines = fit(text, width, 900, SMALL, language=language).lines
        assert not [line for line in lines[1:] if line.split(" ")[0] in first_words], lines
        assert not [line for line in lines[:-1] if line.split(" ")[-1] in last_words], lines


def test_the_eye_takes_the_stem_of_a_hook_for_its_edge_and_not_its_origin() -> None:
    left, edge = fonts.begins("Jupiter", Weight.SEMIBOLD, 200)
    assert left < -10 < 10 < edge
    assert fonts.begins("House", Weight.SEMIBOLD, 200)[0] == fonts.begins("House", Weight.SEMIBOLD, 200)[1] > 10
    assert fonts.begins("", Weight.SEMIBOLD, 200) == (0, 0)


def test_lines_are_even() -> None:
    setting = fit("Soyuz lifts off from Baikonur with three people", 900, 900, Style(84, 84, Weight.SEMIBOLD, 4, 1.14))
    widths = [fonts.measure(line, Weight.SEMIBOLD, 84).width for line in setting.lines]
    assert min(widths) > 0.7 * max(widths)


def test_ink_of_neighbouring_lines_does_not_touch() -> None:
    setting = fit("Ấp Ẫn gjpq ÅÇ Ẫ ्र र्कीं द्धू gyp Ễ र्कीं" * 2, 500, 2000, SMALL)
    inks = [fonts.measure(line, setting.weight, setting.size) for line in setting.lines]
    assert len(inks) > 1
    for (upper, above), (lower, below) in zip(
        zip(setting.baselines, inks, strict=True), list(zip(setting.baselines, inks, strict=True))[1:], strict=False
    ):
        assert upper + above.bottom < lower - below.top


def test_a_word_that_is_wider_than_the_box_is_cut_between_letters() -> None:
    setting = fit("क्षत्रिय" * 8, 400, 900, SMALL, language="hi")
    assert len(setting.lines) > 1
    assert all(line.endswith("-") for line in setting.lines[:-1])
    assert clusters("क्षत्रिय") == ["क्ष", "त्रि", "य"]


def test_texts_of_one_column_have_one_size_and_fit_together() -> None:
    texts = ["Short", "A point that is long enough to need a second line in this box", "Middle of the two"]
    column = fit_column(texts, 700, 400, 30, SMALL)
    assert len({setting.size for setting in column}) == 1
    assert sum(setting.height for setting in column) + 60 <= 400
    row = fit_row(texts, 420, 300, SMALL)
    assert len({setting.size for setting in row}) == 1


def test_no_text_gives_no_lines() -> None:
    assert fit("", 100, 100, STYLE).lines == ()
    assert fit_column([], 100, 100, 0, STYLE) == []
