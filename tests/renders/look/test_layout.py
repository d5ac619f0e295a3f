"""The check finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from renders.look import INK, PAPER, Frame, check, contrast
from renders.look.fonts import Weight
from renders.look.layout import Backdrop, Bar, Dot, Layout, Motif, PlacedText, Stroke
from renders.look.theme import from_hex

GOOD = PlacedText("Jupiter", 200, 400, 84, Weight.SEMIBOLD, INK.text, INK.background)


def layout(*texts: PlacedText, shapes: tuple[Bar | Dot | Stroke, ...] = ()) -> Layout:
    return Layout(Frame(1920, 1080), INK, Backdrop(Motif.PLAIN, 0), shapes, texts, "")


def rules(given: Layout) -> set[str]:
    return {problem.rule for problem in check(given)}


def test_a_good_layout_has_no_problem() -> None:
    assert check(layout(GOOD, replace(GOOD, baseline=600), shapes=(Bar((200, 700, 900, 720), INK.bar),))) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"text": "東京"}, "missing glyph"),
        ({"size": 30}, "too small"),
        ({"colour": INK.bar}, "low contrast"),
        ({"ground": INK.second}, "low contrast"),
        ({"x": 40}, "outside the safe area"),
        ({"x": 1700}, "outside the safe area"),
        ({"baseline": 80}, "outside the safe area"),
        ({"baseline": 906}, "in the caption band"),
    ],
)
def test_it_finds_a_text_that_breaks_a_rule(changes: dict[str, object], rule: str) -> None:
    assert rule in rules(layout(replace(GOOD, **changes)))  # type: ignore[arg-type]


def test_it_finds_texts_that_overlap() -> None:
    assert rules(layout(GOOD, replace(GOOD, baseline=430))) == {"texts overlap"}


def test_it_finds_a_fourth_size() -> None:
    texts = [replace(GOOD, size=size, baseline=200 + 160 * n) for n, size in enumerate((36, 48, 84, 96))]
    assert rules(layout(*texts)) == {"too many sizes"}


@pytest.mark.parametrize(
    "shape",
    [
        Bar((150, 380, 900, 390), INK.bar),
        Dot((300, 380), 30, INK.accent),
        Stroke(((100, 200), (900, 600)), 4, INK.line),
    ],
)
def test_it_finds_a_shape_over_a_text(shape: Bar | Dot | Stroke) -> None:
    assert "covered" in rules(layout(GOOD, shapes=(shape,)))


def test_a_line_that_passes_by_is_no_problem() -> None:
    passing = Stroke(((100, 480), (800, 480), (800, 200)), 4, INK.line)
    assert check(layout(GOOD, shapes=(passing,))) == []


def test_it_finds_a_shape_in_the_caption_band() -> None:
    assert rules(layout(GOOD, shapes=(Bar((200, 900, 400, 1000), INK.bar),))) == {"outside the safe area"}


@pytest.mark.parametrize("theme", [INK, PAPER], ids=lambda theme: theme.name)
def test_every_text_colour_is_readable_on_the_whole_background(theme: object) -> None:
    assert theme in (INK, PAPER)
    chosen = INK if theme is INK else PAPER
    for colour in (chosen.text, chosen.muted, chosen.accent, chosen.second):
        assert min(contrast(colour, chosen.background), contrast(colour, chosen.glow)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(from_hex("#000000"), from_hex("#FFFFFF")) == pytest.approx(21)
    assert contrast(from_hex("#777777"), from_hex("#FFFFFF")) == pytest.approx(4.48, abs=0.01)
    with pytest.raises(ValueError, match="RRGGBB"):
        from_hex("#FFF")
