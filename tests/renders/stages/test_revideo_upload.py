"""What composing and publishing are asked for (R16, R17)."""

from __future__ import annotations

from typing import Any

from renders.domain.job import Job, JobType
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.stages import Stage
from renders.stages import revideo, upload
from renders.stages.base import Made, Work

WORDS = [{"start": 0.1, "end": 0.5, "text": "It"}, {"start": 0.5, "end": 1.0, "text": "is"}]


def work(*made: Made, **job: Any) -> Work:
    return Work("id", 1, Job(JobType.DAILY_CA, "name", **job), {}, made)


def script(count: int = 2) -> Made:
    segments = tuple(Segment(f"s{at}", Role.ITEM, "It is.", "Head", SceneKind.BULLETS) for at in range(1, count + 1))
    return Made(Stage.SCRIPT_GEN, "", "done", {"script": Script("T", "en", segments).to_json()})


def voice(segment: str, words: Any = WORDS) -> Made:
    result = {"duration": 1.4, "timings": [], "files": {"narration": "a.wav"}} | ({"words": words} if words else {})
    return Made(Stage.TTS, segment, "done", result)


def test_words_come_in_seconds_of_the_video() -> None:
    asked = revideo.ask(work(script(), voice("s1"), voice("s2")))
    assert [word["text"] for word in asked.payload["words"]] == ["It", "is", "It", "is"]
    assert [word["start"] for word in asked.payload["words"]] == [0.4, 0.8, 2.4, 2.8]


def test_without_the_words_of_one_voice_there_are_none() -> None:
    assert revideo.ask(work(script(), voice("s1"), voice("s2", None))).payload["words"] == []


def test_captions_are_burned_in_where_the_job_wants_it() -> None:
    assert revideo.ask(work(script(), burn_captions=True)).payload["timeline"]["burn_captions"] is True
    assert revideo.ask(work(script())).payload["timeline"]["burn_captions"] is False


def test_whatever_lies_beside_the_video_is_published_with_it() -> None:
    three = {"video": "v.mp4", "captions": "c.vtt", "thumbnail": "t.jpg"}
    composed = {"files": three | {"karaoke": "k.vtt", "subtitles": "s.srt", "log": "l.txt"}}
    asked = upload.ask(work(Made(Stage.REVIDEO, "", "done", composed)))
    assert asked.files == three | {"subtitles": "s.srt", "karaoke": "k.vtt"}
    assert asked.payload["keys"] == asked.files
    assert upload.ask(work(Made(Stage.REVIDEO, "", "done", {"files": three}))).files == three
