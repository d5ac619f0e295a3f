from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont

from renders.look import fonts, glyphs
from renders.look.fonts import Run, Weight
from renders.look.glyphs import clean, missing_glyphs


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_keeps_a_character_that_would_be_drawn_as_a_box(text: str) -> None:
    cleaned = clean(text)
    assert missing_glyphs(cleaned) == set()
    assert clean(cleaned) == cleaned
    assert not any(mark in cleaned for mark in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufe0f\x00\x1b\n")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("1 → 2", "1 – 2"),
        ("x ≤ 5", "x <= 5"),
        ("launch 🚀 now", "launch now"),
        ("👨\u200d👩\u200d👧 family", "family"),
        ("東京 Tokyo", "Tokyo"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("क्ष\ufe0f", "क्ष"),
        ("㎞ 𝐇", "km H"),
        ("e\u0301", "é"),
        ("a" + "\u0301" * 50, "á\u0301"),
        ("र्त्स्न्य", "र्त्स्न्य"),
        ("क" + "\u0902" * 50, "क" + "\u0902" * 4),
        ("\u093fक", "क"),
        ("100\u202fkm\u00a0far", "100\u202fkm\u00a0far"),
        ("क्\u200dष", "क्\u200dष"),
        ("x\u200dy", "xy"),
    ],
)
def test_what_cannot_be_drawn_is_replaced_or_dropped(text: str, drawn: str) -> None:
    assert clean(text) == drawn


def test_it_names_what_is_missing() -> None:
    assert missing_glyphs("a 東 ∑ क é Я 🚀") == {"東", "∑", "🚀"}


def test_the_character_map_agrees_with_what_the_font_draws() -> None:
    font = fonts.load("NotoSans", Weight.REGULAR, 40)
    box = font.getmask("\U0010fffd").getbbox(), font.getlength("\U0010fffd")
    for character in "aЯΩ₹°−…क":
        assert ord(character) in glyphs.latin()
        assert bytes(font.getmask(character)) != bytes(font.getmask("\U0010fffd")), box


def test_a_text_is_split_by_script_and_what_is_common_stays_with_what_is_before() -> None:
    assert fonts.runs("गंगा 2,525 km है।") == (
        Run("गंगा 2,525 ", "NotoSansDevanagari"),
        Run("km ", "NotoSans"),
        Run("है।", "NotoSansDevanagari"),
    )
    assert fonts.runs("Союз 2018") == (Run("Союз 2018", "NotoSans"),)


def test_what_the_devanagari_font_does_not_have_comes_from_the_other_one() -> None:
    assert [run.family for run in fonts.runs("82\u202fकिमी\u202fदूर")] == [
        "NotoSans",
        "NotoSansDevanagari",
        "NotoSans",
        "NotoSansDevanagari",
    ]


def test_a_conjunct_is_one_letter_narrower_than_its_parts() -> None:
    font = fonts.load("NotoSansDevanagari", Weight.SEMIBOLD, 96)
    assert font.getlength("क्ष") < 0.7 * (font.getlength("क") + font.getlength("ष"))


def test_a_matra_is_drawn_before_its_letter() -> None:
    shaped = _ink("कि", ImageFont.Layout.RAQM)
    unshaped = _ink("कि", ImageFont.Layout.BASIC)
    assert ImageChops.difference(shaped, unshaped).getbbox() is not None
    # The vowel sign is written after the letter and stands left of it: the letter's hook is now at the right.
    right_half = (200, 0, 400, 300)
    assert shaped.crop(right_half).histogram() != unshaped.crop(right_half).histogram()


def test_only_the_fonts_in_the_project_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = ImageFont.truetype

    def watch(font: Path, *rest: object, **more: object) -> ImageFont.FreeTypeFont:
        opened.append(Path(font))
        return real(font, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageFont, "truetype", watch)
    fonts.load.cache_clear()
    fonts.measure.cache_clear()
    fonts.advance.cache_clear()
    fonts.measure("Союз गंगा", Weight.REGULAR, 51)
    assert {path.parent for path in opened} == {glyphs.FOLDER}
    assert len(opened) == 2


def _ink(text: str, engine: ImageFont.Layout) -> Image.Image:
    font = ImageFont.truetype(glyphs.FOLDER / "NotoSansDevanagari-Regular.ttf", 140, layout_engine=engine)
    picture = Image.new("L", (400, 300))
    ImageDraw.Draw(picture).text((40, 200), text, fill=255, font=font, anchor="ls")
    return picture
