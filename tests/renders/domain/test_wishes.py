"""Which segments show generated pictures and clips (R13)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from renders.domain.script import LONGEST_PROMPT, Role, SceneKind, Script, Segment, Visual
from renders.domain.wishes import KINDS, prompt_of, settle

IMAGE, CLIP, SCENE = Visual.GENERATED_IMAGE, Visual.GENERATED_CLIP, Visual.SCENE


def segment(number: int, scene: SceneKind = SceneKind.BULLETS, words: int = 10, **more: object) -> Segment:
    made = Segment(f"s{number}", Role.ITEM, "word " * words, f"Headline {number}", scene)
    return replace(made, **more)  # type: ignore[arg-type]


def of(*segments: Segment) -> Script:
    return Script("T", "en", segments)


def shown(script: Script) -> list[Visual]:
    return [segment.visual for segment in script.segments]


def test_a_script_is_left_as_it_is_where_nothing_is_set() -> None:
    script = of(segment(1), segment(2, visual=CLIP))
    assert settle(script, None) is script


def test_segments_that_show_least_come_first_and_then_the_longest() -> None:
    script = of(segment(1, words=5), segment(2, words=50), segment(3, SceneKind.TITLE_CARD), segment(4, words=20))
    assert shown(settle(script, {"image": 2, "clip": 1})) == [SCENE, IMAGE, CLIP, IMAGE]


def test_what_says_something_by_itself_stays() -> None:
    kinds = [kind for kind in SceneKind if kind not in (SceneKind.TITLE_CARD, SceneKind.BULLETS)]
    script = of(*(segment(number, kind) for number, kind in enumerate(kinds)))
    assert set(shown(settle(script, {"image": 9, "clip": 9}))) == {SCENE}


def test_what_is_no_item_or_shows_the_source_or_quotes_somebody_stays() -> None:
    script = of(
        segment(1, role=Role.HOOK),
        segment(2, role=Role.CLOSING),
        segment(3, visual=Visual.SOURCE),
        segment(4, narration="«We are glad», said the minister."),
    )
    assert shown(settle(script, {"image": 9})) == shown(script)


def test_the_prompt_is_made_from_the_segments_words_and_forbids_lettering() -> None:
    made = settle(of(segment(1, narration="Corals turn white.", headline="Bleaching")), {"image": 1}).segments[0]
    assert made.image_prompt.endswith(": Bleaching. Corals turn white")
    assert "no people" in made.image_prompt
    assert "no lettering" in made.image_prompt


def test_a_headline_that_begins_the_narration_is_not_said_twice() -> None:
    assert prompt_of(segment(1, narration="Threats. The sea is warm.", headline="Threats")).count("Threats") == 1


def test_a_script_that_asks_by_itself_gets_no_more_than_is_set_in_its_own_order() -> None:
    script = of(*(segment(number, visual=IMAGE, image_prompt="mine") for number in range(3)), segment(4, visual=CLIP))
    made = settle(script, {"image": 2, "clip": 0})
    assert shown(made) == [IMAGE, IMAGE, SCENE, SCENE]
    assert {one.image_prompt for one in made.segments[:2]} == {"mine"}


segments = st.lists(
    st.builds(
        Segment,
        id=st.uuids().map(str),
        role=st.sampled_from(Role),
        narration=st.text(max_size=2000),
        headline=st.text(max_size=200),
        scene=st.sampled_from(SceneKind),
        visual=st.sampled_from(Visual),
    ),
    max_size=9,
)


@given(segments, st.integers(0, 5), st.integers(0, 5))
def test_there_are_never_more_than_are_set_and_settling_twice_changes_nothing(
    made: list[Segment], images: int, clips: int
) -> None:
    wanted = {"image": images, "clip": clips}
    script = settle(of(*made), wanted)
    for visual, kind in KINDS.items():
        assert sum(segment.visual is visual for segment in script.segments) <= wanted[kind]
    assert all(len(one.image_prompt) <= LONGEST_PROMPT for one in script.segments)
    assert [one.narration for one in script.segments] == [one.narration for one in made]
    assert Script.from_json(script.to_json()) == script
    if any(segment.visual in KINDS for segment in script.segments):
        assert settle(script, wanted) == script
