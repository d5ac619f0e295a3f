"""Our WebVTT files by the parser that matters most: Chromium's own (R16)."""

from __future__ import annotations

from typing import Any

import pytest

from renders.captions import chapters, karaoke, webvtt
from renders.captions.webvtt import Line
from tests.renders.captions.texts import HOSTILE

pytestmark = pytest.mark.browser

READ = """async ([text, kind]) => {
    const video = document.createElement("video");
    const track = document.createElement("track");
    track.kind = kind;
    track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
    video.append(track);
    document.body.append(video);
    const parsed = new Promise((resolve, reject) => {
        track.onload = resolve;
        track.onerror = () => reject(new Error("not WebVTT"));
    });
    track.track.mode = "hidden";
    await parsed;
    return [...track.track.cues].map((cue) => {
        const shown = cue.getCueAsHTML();
        const inside = [...shown.childNodes].filter((node) => node.nodeType === Node.PROCESSING_INSTRUCTION_NODE);
        const tags = [...shown.childNodes].filter((node) => node.nodeType === Node.ELEMENT_NODE).length;
        return [cue.startTime, cue.endTime, shown.textContent, inside.map((node) => node.data), tags];
    });
}"""


@pytest.fixture
def blank(browser: Any) -> Any:
    page = browser.new_page()
    yield page
    page.close()


def parsed(page: Any, text: str, kind: str) -> list[tuple[float, float, str, list[str], int]]:
    return [tuple(cue) for cue in page.evaluate(READ, [text, kind])]


LINES = [
    Line(2 * at, 2 * at + 1.5, text) for at, text in enumerate((*HOSTILE, "Rain & <sun>\nहिन्दी", "A number: 2,525 km"))
]


def test_captions_are_read_as_they_were_meant(blank: Any) -> None:
    text = webvtt.written(LINES)
    expected = [(one.start, one.end, one.text.replace("\u00a0", " "), [], 0) for one in webvtt.read(text)]
    found = [
        (start, end, shown.replace("\u00a0", " "), *rest)
        for start, end, shown, *rest in parsed(blank, text, "captions")
    ]
    assert found == expected


def test_chapters_are_read_as_they_were_meant(blank: Any) -> None:
    text = chapters.written(LINES)
    found = parsed(blank, text, "chapters")
    assert [cue[:3] for cue in found] == [(one.start, one.end, one.text) for one in webvtt.read(text)]
    assert found[-2][2] == "Rain & <sun> हिन्दी"


def test_words_light_up_at_their_times(blank: Any) -> None:
    text = karaoke.written(LINES)
    found = parsed(blank, text, "captions")
    assert [cue[:3] for cue in found] == [(one.start, one.end, one.text) for one in webvtt.read(text)]
    assert all(cue[4] == 0 for cue in found)
    start, end, shown, inside, _ = found[-1]
    assert shown == "A number: 2,525 km"
    assert len(inside) == 3
    assert all(f"00:00:{int(start)}" <= stamp < f"00:00:{end}" for stamp in inside)
