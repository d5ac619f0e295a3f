"""Captions for burning in (R16, LOOK): inside their band, readable over anything, nothing of a text an override."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from renders.captions import ass
from renders.captions.webvtt import Line
from renders.look import THEMES, contrast, glyphs
from renders.look.frame import CAPTIONS
from renders.look.theme import from_hex, mix
from renders.media import ffmpeg
from tests.renders.captions.texts import HOSTILE, lines

EVENT = re.compile(
    r"Dialogue: 0,(\d+):([0-5]\d):([0-5]\d)\.(\d\d),(\d+):([0-5]\d):([0-5]\d)\.(\d\d),"
    r"(Latin|Devanagari),,0,0,0,,(?:\{\\fs(\d+)\})?(.*)"
)
SIZES = [(1920, 1080), (1080, 1920), (1080, 1080)]
LONGEST = {
    "latin": "W" * 42 + "\nHigh ÅÉÇ and low gjpqy, with 42 columns...",
    "cyrillic": "Щ" * 42 + "\nЁЙ",
    "devanagari": "आवश्यकताओं कीखीजी" * 4 + "\nअर्थव्यवस्था सात प्रतिशत बढ़ेगी हूँ",
}


def read(text: str) -> list[tuple[int, int, str]]:
    """Start and end in 1/100 s and text of each event; AssertionError where the text is not strictly ours."""
    head, _, body = text.partition("[Events]\n")
    assert head.startswith("[Script Info]\n")
    assert head.count("\nStyle: ") == 2
    form, *rows = body.removesuffix("\n").split("\n")
    assert form.startswith("Format: Layer, Start, End,")
    found = []
    for row in rows:
        match = EVENT.fullmatch(row)
        assert match, row
        of = [int(group) for group in match.groups()[:8]]
        start, end = (((h * 60 + m) * 60 + s) * 100 + part for h, m, s, part in (of[:4], of[4:]))
        found.append((start, end, unescaped(match[11])))
    return found


def unescaped(text: str) -> str:
    """What libass shows of a text; AssertionError where a brace or a backslash of it would mean something."""
    shown, at = "", 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair in ("\\{", "\\N", f"\\{ass.JOINER}"):
            shown += {"\\{": "{", "\\N": "\n"}.get(pair, "\\")
            at += 2
        else:
            assert text[at] not in "{\\"
            shown += text[at]
            at += 1
    return shown


@given(lines())
def test_every_text_is_shown_in_two_lines_at_most_sorted_and_apart(of: list[Line]) -> None:
    found = read(ass.written(of, 1920, 1080, "ink"))
    assert all(text.count("\n") <= 1 for _, _, text in found)
    assert all(start < end for start, end, _ in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_round_trips_and_is_never_an_override(text: str) -> None:
    found = read(ass.written([Line(1, 9, text)], 1080, 1080, "paper"))
    rows = [re.sub(r"[\x00-\x1f\x7f-\x9f\ud800\ufffe]", "", row) for row in text.splitlines()]
    assert "".join("".join(one for _, _, one in found).split()) == "".join("".join(rows).split())


@pytest.mark.parametrize("theme", ["ink", "paper"])
def test_the_colours_are_the_themes_and_can_be_read_over_anything(theme: str) -> None:
    text, box = map(from_hex, ass.COLOURS[theme])
    assert (text, box) == (THEMES[theme].text, THEMES[theme].background)
    for behind in ("#FFFFFF", "#000000", "#F59E0B", "#7F7F7F"):
        assert contrast(text, mix(from_hex(behind), box, ass.OPACITY)) >= 4.5


def drawn(folder: Path, text: str, width: int, height: int, theme: str, behind: str) -> np.ndarray:
    """The frame as libass draws it, RGB."""
    (folder / "captions.ass").write_text(ass.written([Line(0, 1, text)], width, height, theme), encoding="utf-8")
    (folder / "fonts").symlink_to(glyphs.FOLDER)
    pixels: list[bytes] = []
    ffmpeg.run(
        [
            *("-v", "error", "-f", "lavfi", "-i", f"color={behind}:s={width}x{height}:r=1:d=1"),
            *("-vf", "format=gbrp,ass=captions.ass:fontsdir=fonts,format=rgb24", "-frames:v", "1"),
            *("-f", "rawvideo", "-"),
        ],
        seconds=30,
        cwd=folder,
        on_stdout=pixels.append,
    )
    return np.frombuffer(b"".join(pixels), np.uint8).reshape(height, width, 3).astype(np.int16)


@pytest.mark.parametrize("script", LONGEST)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_widest_captions_stay_inside_their_band_and_the_frame(
    tmp_path: Path, width: int, height: int, script: str
) -> None:
    picture = drawn(tmp_path, LONGEST[script], width, height, "ink", "white")
    rows, columns = np.nonzero((picture < 240).any(axis=2))
    assert rows.min() >= int(height * (1 - CAPTIONS))
    assert rows.max() < height
    assert columns.min() >= round(0.05 * width) - 2
    assert columns.max() <= round(0.95 * width) + 2
    assert columns.max() - columns.min() > width / 4


def test_both_lines_share_one_box_on_which_the_text_is_as_bright_as_the_theme_says(tmp_path: Path) -> None:
    picture = drawn(tmp_path, "Two lines\nin one box", 1920, 1080, "paper", "black")
    box = picture[picture.max(axis=2) > 100]
    brightest, commonest = tuple(box.max(axis=0)), np.median(box, axis=0)
    assert contrast(tuple(map(int, commonest)), THEMES["paper"].text) >= 4.5
    assert np.abs(np.array(brightest) - commonest).max() <= 3  # were there two boxes, one would show through the other
