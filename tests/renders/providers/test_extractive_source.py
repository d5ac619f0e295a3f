from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, Script, Visual
from renders.providers.base import Request
from renders.providers.extractive import Extractive

RIVERS = Path(__file__).parent.parent / "data" / "topics" / "rivers.md"


def answer(source: object, files: dict[str, Path] | None = None, **job: Any) -> Outcome:
    job = {"job_type": "topic_short", "name": "x", "language": "en", "length": 60, "input_text": "", **job}
    return Extractive().submit(Request("script_gen", {"job": job, "source": source}, Path(), 60.0, files or {}), "key")


def script_of(outcome: Outcome) -> Script:
    assert isinstance(outcome, Ok), outcome
    return Script.from_json(outcome.result["script"])


def shown(script: Script) -> list[bool]:
    return [segment.visual is Visual.SOURCE for segment in script.segments]


def test_a_document_is_what_the_script_is_made_of() -> None:
    source = {"kind": "document", "name": "rivers.md"}
    script = script_of(answer(source, {"source": RIVERS}))
    assert script.title == "How rivers shape the world"
    assert not any(shown(script))
    assert all(segment.seconds > 2 for segment in script.segments)


def test_a_line_beside_a_document_without_title_is_its_title(tmp_path: Path) -> None:
    text = RIVERS.read_text(encoding="utf-8").partition("\n\n")[2].replace("## ", "")
    (tmp_path / "d").write_text("Rivers hold little water, and yet they shape the land.\n\n" + text, encoding="utf-8")
    source = {"kind": "document", "name": "d.txt"}
    script = script_of(answer(source, {"source": tmp_path / "d"}, input_text="Water on its way"))
    assert script.title == "Water on its way"


def test_a_document_that_is_missing_or_cannot_be_read_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("<!DOCTYPE html><html></html>")
    for files in ({}, {"source": tmp_path / "page"}):
        outcome = answer({"kind": "document", "name": "a.txt"}, files)
        assert isinstance(outcome, Err)
        assert outcome.error.code is ErrorCode.INVALID_INPUT
        assert outcome.error.remedy


@pytest.mark.parametrize("source", ["x", 7, {}, {"kind": "song"}, {"kind": "video", "seconds": "long"}])
def test_a_source_of_another_form_is_refused(source: object) -> None:
    outcome = answer(source, input_text=RIVERS.read_text(encoding="utf-8"))
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT


@pytest.mark.parametrize(("seconds", "least"), [(0.0, 1), (3.0, 1), (25.0, 2), (10_000.0, 4)])
def test_a_video_stands_behind_as_many_first_segments_as_it_covers(seconds: float, least: int) -> None:
    text = RIVERS.read_text(encoding="utf-8")
    script = script_of(answer({"kind": "video", "name": "v.mp4", "seconds": seconds}, input_text=text))
    marked = shown(script)
    count = sum(marked)
    assert count >= least
    assert marked == [True] * count + [False] * (len(marked) - count)
    assert script.segments[-1].visual is Visual.SCENE, "what to remember is read, not looked at"
    offset = 0.0
    for segment in script.segments[:count]:
        assert segment.offset == pytest.approx(offset, abs=0.05)
        offset += segment.seconds
    assert count == 1 or offset <= seconds


def test_an_image_stands_where_its_name_fits_and_else_at_the_first_item() -> None:
    text = RIVERS.read_text(encoding="utf-8")
    first = script_of(answer({"kind": "image", "name": "IMG_2034.jpg"}, input_text=text, length=180))
    assert shown(first).index(True) == 1
    flood = script_of(answer({"kind": "image", "name": "old-dams_and-floods.png"}, input_text=text, length=180))
    (at,) = [number for number, is_shown in enumerate(shown(flood)) if is_shown]
    assert flood.segments[at].role is Role.ITEM
    assert "dam" in f"{flood.segments[at].headline} {flood.segments[at].narration}".lower()


def test_a_stored_script_without_these_fields_is_read_as_before() -> None:
    script = script_of(answer(None, input_text=RIVERS.read_text(encoding="utf-8")))
    old = script.to_json()
    for segment in old["segments"]:
        for field in ("visual", "offset", "seconds"):
            del segment[field]
    assert [segment.visual for segment in Script.from_json(old).segments] == [Visual.SCENE] * len(script.segments)
    assert Script.from_json(script.to_json()) == script
