"""The timeline: slots on the frame grid, placeholders, captions, and its published form (R52, R53)."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.states import AssetStatus
from renders.domain.timeline import ClipKind, Material, Sentence, Timeline, TimelineError, build, placeholders

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "timeline.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
SAID = st.one_of(
    st.lists(WORDS, min_size=1, max_size=60).map(" ".join),
    st.lists(st.sampled_from(["नमस्ते", "दुनिया।", "क्षत्रिय", "भारत", "one,", "two.", "ok"]), max_size=50).map(" ".join),
)


@st.composite
def narrations(draw: st.DrawFn) -> Material:
    seconds = st.floats(-1, 30, allow_nan=False)
    timings = draw(st.lists(st.builds(Sentence, seconds, seconds, SAID), max_size=6))
    duration = draw(st.floats(0.05, 30))
    asset = draw(st.sampled_from(["narration", None]))
    return Material(asset, draw(st.sampled_from(AssetStatus)), duration=duration, timings=tuple(timings))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    count = draw(st.integers(1, 6))
    script = Script(
        draw(WORDS),
        draw(st.sampled_from(["en", "hi"])),
        tuple(Segment(f"s{at}", Role.ITEM, draw(SAID), draw(WORDS), SceneKind.BULLETS) for at in range(1, count + 1)),
    )
    ids = st.sampled_from([segment.id for segment in script.segments])
    visual = st.builds(
        Material, st.sampled_from(["v", None]), st.sampled_from(AssetStatus), st.sampled_from(["image", "video"])
    )
    music = draw(st.none() | st.builds(Material, st.just("m"), duration=st.floats(0.1, 90)))
    return build(
        script,
        draw(st.dictionaries(ids, visual)),
        draw(st.dictionaries(ids, narrations())),
        music,
        size=draw(st.sampled_from([(1920, 1080), (1080, 1920), (320, 180)])),
        fps=draw(st.sampled_from([10, 24, 25, 30, 50, 60])),
        language=script.language,
        theme="ink",
    )


def example(**changes: Any) -> Timeline:
    segments = tuple(
        Segment(f"s{at}", Role.ITEM, f"This is item {at}. It is short.", f"Item {at}", SceneKind.BULLETS)
        for at in (1, 2, 3)
    )
    arguments: dict[str, Any] = {
        "visuals": {f"s{at}": Material(f"visual-s{at}") for at in (1, 2, 3)},
        "narrations": {f"s{at}": Material(f"narration-s{at}", duration=5.6) for at in (1, 2, 3)},
        "music": None,
    } | changes
    return build(Script("Title", "en", segments), **arguments, size=(1920, 1080), fps=30, language="en", theme="ink")


@settings(max_examples=25, deadline=None)
@given(timelines())
def test_slots_cover_the_timeline_without_gap_on_the_frame_grid(timeline: Timeline) -> None:
    edge = 0
    for clip in timeline.tracks.visuals:
        assert abs(clip.start * timeline.fps - round(clip.start * timeline.fps)) < 1e-3
        assert timeline.frames(clip.start) == edge
        edge += timeline.frames(clip.duration)
    assert edge == timeline.total_frames


@settings(max_examples=25, deadline=None)
@given(timelines())
def test_captions_stay_in_their_slots_and_apart(timeline: Timeline) -> None:
    slots = {clip.segment: clip for clip in timeline.tracks.visuals}
    for caption in timeline.tracks.captions:
        slot = slots[caption.segment]
        assert slot.start - 1e-5 <= caption.start
        assert caption.start + caption.duration <= slot.start + slot.duration + 1e-5
        assert timeline.frames(caption.duration) >= 1
        assert 1 <= len(caption.text.split("\n")) <= 2
    for before, after in pairwise(timeline.tracks.captions):
        gap = timeline.frames(after.start) - timeline.frames(before.start) - timeline.frames(before.duration)
        assert gap >= 2


@settings(max_examples=25, deadline=None)
@given(timelines())
def test_it_survives_the_way_to_json_and_back_and_keeps_to_the_published_schema(timeline: Timeline) -> None:
    text = json.dumps(timeline.to_json())
    assert Timeline.from_json(json.loads(text)) == timeline
    VALIDATOR.validate(json.loads(text))


def test_a_slot_is_its_narration_with_air_rounded_up_to_frames() -> None:
    timeline = example(narrations={"s1": Material("narration-s1", duration=5.61)})
    assert timeline.tracks.visuals[0].duration == pytest.approx(187 / 30, abs=1e-6)  # 0.3 + 5.61 + 0.3 = 6.21 s
    assert timeline.tracks.narration[0].start == 0.3
    assert timeline.tracks.narration[0].duration == 5.61


def test_transitions_change_no_duration_and_the_first_clip_has_none() -> None:
    timeline = example()
    assert [clip.transition.kind for clip in timeline.tracks.visuals] == ["cut", "fade", "fade"]
    assert [clip.transition.duration for clip in timeline.tracks.visuals] == [0, 0.5, 0.5]
    assert timeline.duration == pytest.approx(3 * 6.2)


def test_a_missing_visual_is_a_placeholder_with_its_reason() -> None:
    refused = Material(status=AssetStatus.NEEDS_PROMPT_UPDATE, error={"message": "The prompt was refused."})
    timeline = example(visuals={"s1": refused, "s2": Material("visual-s2", kind="video")})
    first, second, third = timeline.tracks.visuals
    assert (first.kind, first.asset, first.missing_reason) == ("placeholder", None, "The prompt was refused.")
    assert first.status is AssetStatus.NEEDS_PROMPT_UPDATE
    assert (second.kind, second.missing_reason) == ("video", None)
    assert third.missing_reason == "Nothing was made for it; its status is pending."
    assert placeholders(timeline) == {"visuals": 2, "narration": 0, "music": 0}


def test_a_missing_narration_is_silence_of_about_its_length_with_its_captions() -> None:
    timeline = example(narrations={})
    clip = timeline.tracks.narration[1]
    assert (clip.kind, clip.asset) == ("placeholder", None)
    assert 1.5 < clip.duration < 4
    assert placeholders(timeline)["narration"] == 3
    said = " ".join(caption.text for caption in timeline.tracks.captions if caption.segment == "s2")
    assert said.replace("\n", " ") == "This is item 2. It is short."


def test_an_old_good_version_stays_in_its_place_while_it_is_made_anew() -> None:
    timeline = example(visuals={"s1": Material("visual-s1", AssetStatus.FAILED, error={"message": "no"})})
    assert timeline.tracks.visuals[0].asset == "visual-s1"
    assert timeline.tracks.visuals[0].missing_reason is None


def test_captions_follow_the_timings_of_the_voice() -> None:
    timings = (
        Sentence(0.0, 2.0, "This is item 1, said at length."),
        Sentence(2.5, 5.6, "It is short, but not so short."),
    )
    timeline = example(narrations={"s1": Material("narration-s1", duration=5.6, timings=timings)})
    first, second = [caption for caption in timeline.tracks.captions if caption.segment == "s1"]
    assert (first.start, second.start) == (0.3, 2.8)
    assert first.start + first.duration == pytest.approx(2.3, abs=0.001)


def test_chapters_are_the_segments() -> None:
    assert [(one.start, one.title) for one in example().chapters] == [(0, "Item 1"), (6.2, "Item 2"), (12.4, "Item 3")]


def test_music_that_is_too_short_comes_again_over_its_own_end() -> None:
    clips = example(music=Material("music", duration=10.0)).tracks.music
    assert [(clip.start, clip.duration) for clip in clips] == [(0, 10), (8, 10), (16, pytest.approx(2.6))]
    assert {clip.kind for clip in clips} == {ClipKind.MUSIC}


def test_music_that_is_long_enough_plays_once() -> None:
    (clip,) = example(music=Material("music", duration=90.0)).tracks.music
    assert (clip.start, clip.duration) == (0, pytest.approx(18.6))


def test_a_script_without_segments_has_no_timeline() -> None:
    with pytest.raises(TimelineError, match="at least one segment"):
        build(Script("T", "en", ()), {}, {}, None, size=(320, 180), fps=30, language="en", theme="ink")


BROKEN: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "tracks.visuals[1].kind": (("tracks", "visuals", 1, "kind"), "hologram"),
    "tracks.narration[0].kind": (("tracks", "narration", 0, "kind"), "image"),
    "tracks.visuals[0].duration": (("tracks", "visuals", 0, "duration"), "long"),
    "width is 1919": (("width",), 1919),
    "fps": (("fps",), 0),
    "fps is not a number": (("fps",), float("nan")),
    "version": (("version",), 2),
    "tracks.captions is not a list": (("tracks", "captions"), {}),
    "not on the frame grid": (("tracks", "visuals", 1, "start"), 6.21),
    "without gap or overlap": (("tracks", "visuals", 1, "start"), 7.0),
    "do not fill": (("duration",), 60.0),
    "an asset or is a placeholder": (("tracks", "visuals", 1, "asset"), None),
    "Captions overlap": (("tracks", "captions", 0, "duration"), 9.0),
    "Narrations overlap": (("tracks", "narration", 0, "duration"), 9.0),
}


@pytest.mark.parametrize("place", BROKEN)
def test_what_is_no_timeline_is_refused_by_its_place(place: str) -> None:
    data = example().to_json()
    path, value = BROKEN[place]
    inner: Any = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(TimelineError, match=place.replace("[", r"\[")):
        Timeline.from_json(data)


@pytest.mark.parametrize("data", [None, [], "timeline", 3, {}, {"version": 1}])
def test_other_json_is_refused(data: Any) -> None:
    with pytest.raises(TimelineError):
        Timeline.from_json(data)


def test_the_schema_refuses_what_the_code_refuses() -> None:
    data = replace(example(), title="x").to_json()
    data["tracks"]["visuals"][0]["asset"] = None
    assert not VALIDATOR.is_valid(data)
    assert not VALIDATOR.is_valid(example().to_json() | {"version": 2})


def test_the_picture_slides_on_from_the_opening_and_wipes_to_the_closing() -> None:
    roles = (Role.HOOK, Role.ITEM, Role.ITEM, Role.CLOSING)
    segments = tuple(Segment(f"s{at}", role, "It is said.", "Head", SceneKind.BULLETS) for at, role in enumerate(roles))
    made = build(Script("T", "en", segments), {}, {}, None, size=(320, 180), fps=30, language="en", theme="ink")
    assert [clip.transition.kind for clip in made.tracks.visuals] == ["cut", "slide", "fade", "wipe"]
    assert {clip.transition.duration for clip in made.tracks.visuals[1:]} == {0.5}
    VALIDATOR.validate(made.to_json())


def test_a_timeline_from_before_captions_could_be_burned_in_is_read() -> None:
    data = example().to_json()
    assert data.pop("burn_captions") is False
    VALIDATOR.validate(data)
    assert Timeline.from_json(data) == example()
    with pytest.raises(TimelineError, match="burn_captions"):
        Timeline.from_json(data | {"burn_captions": "yes"})
