"""What moves when: pure plans, whatever the layout and the narration hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renders.domain.script import SceneKind
from renders.look import INK, Frame, compose
from renders.look.drawing import render
from renders.look.parts import Edge, Part
from renders.providers.manim.choreography import Motion, Plan, choreograph
from renders.providers.manim.choreography.cast import in_order
from renders.providers.manim.choreography.kinds import CHOREOGRAPHIES
from renders.providers.manim.choreography.plan import Cue, box_of, elements_of
from renders.providers.manim.choreography.speech import length
from tests.renders.look.test_compose import data as any_data
from tests.renders.providers.manim_scenes import FRAMES, NARRATION, laid_out
from tests.support.scene_data import SCENE_DATA

FPS = 30
WIDE = Frame(1920, 1080)

narrations = st.one_of(
    st.just(NARRATION),
    st.text(max_size=60),
    st.sampled_from(["", "Hm.", "पौधा 2014 में था। " * 6, "В 2014 году был один завод. " * 9, "plants " * 80]),
)


def soundness(plan: Plan, layout: Any, narration: str, language: str) -> None:
    """What holds for every plan."""
    elements = elements_of(layout)
    assert [cue.start for cue in plan.cues] == sorted(cue.start for cue in plan.cues)
    assert all(cue.start >= 0 and cue.frames >= 1 for cue in plan.cues)
    assert all(cue.end <= plan.frames for cue in plan.cues)
    assert all(first < end <= plan.frames for first, end in plan.bouts)
    cued = [place for cue in plan.cues for place in cue.elements]
    assert len(cued) == len(set(cued))
    there = set(range(len(elements))) - set(cued)
    assert all(elements[place].mark.part is Part.PROGRESS for place in there)
    voice = length(narration, language)
    if voice:
        assert plan.frames / FPS <= max(1.0, voice + 1.0)
    left, top, right, bottom = layout.frame.safe
    for cue in plan.cues:
        for place in cue.elements:
            box, (across, down) = box_of(elements[place]), cue.shift
            assert box[0] + across >= min(left, box[0])
            assert box[1] + down >= min(top, box[1])
            assert box[2] + across <= max(right, box[2])
            assert box[3] + down <= max(bottom, box[3])


@pytest.mark.parametrize("kind", list(SceneKind))
@settings(max_examples=settings.default.max_examples // 8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=any_data, narration=narrations, language=st.sampled_from(["en", "ru", "hi", "xx"]))
def test_everything_comes_in_within_the_clip_and_the_safe_area(
    kind: SceneKind, data: dict[str, Any], narration: str, language: str
) -> None:
    for frame in FRAMES.values():
        layout = compose(kind, data, frame, INK, language=language, headline="The day", index=1, count=4)
        soundness(choreograph(layout, narration, language, FPS), layout, narration, language)


@pytest.mark.parametrize("kind", list(SceneKind))
def test_things_come_in_quickly_and_then_stand_still(kind: SceneKind) -> None:
    plan = choreograph(laid_out(kind, WIDE), NARRATION, "en", FPS)
    slow = {Motion.DRAW: 1.2, Motion.COUNT: 0.9, Motion.GROW: 0.8}
    for cue in plan.cues:
        assert 0.4 - 2 / FPS <= cue.frames / FPS <= slow.get(cue.motion, 0.7) + 1 / FPS
    assert plan.bouts[-1][1] < plan.frames


def test_every_kind_has_a_choreography_of_its_own() -> None:
    assert set(CHOREOGRAPHIES) == set(SceneKind)
    plans = {kind: choreograph(laid_out(kind, WIDE), NARRATION, "en", FPS) for kind in SceneKind}
    assert len({plan.cues for plan in plans.values()}) == len(SceneKind)


def of(plan: Plan, layout: Any, part: Part, order: int | None = None) -> list[Cue]:
    elements = elements_of(layout)
    return [
        cue
        for cue in plan.cues
        if (mark := elements[cue.elements[0]].mark) and mark.part is part and order in (None, mark.order)
    ]


@pytest.mark.parametrize("language", ["en", "ru", "hi"])
def test_points_come_in_when_they_are_spoken(language: str) -> None:
    said = {
        "en": ("Many rivers rise here. Ganga feeds millions. The glaciers melt.", ["The Ganga feeds", "Glaciers melt"]),
        "ru": ("Здесь рождаются реки. Ганг кормит миллионы. Ледники тают.", ["Ганга кормит", "Таяние ледников"]),
        "hi": ("यहाँ कई नदियाँ निकलती हैं। गंगा करोड़ों को पानी देती है। हिमनद पिघलते हैं।", ["गंगा का पानी", "हिमनद पिघल रहे"]),
    }
    narration, points = said[language]
    layout = laid_out(SceneKind.BULLETS, WIDE, {"headline": "h", "points": points}, language=language)
    plan = choreograph(layout, narration, language, FPS)
    for order, point in enumerate((narration.split(". ") if language != "hi" else narration.split("। "))[1:]):
        spoken = 0.3 + length(narration[: narration.index(point)], language)
        start = of(plan, layout, Part.POINT, order)[0].start / FPS
        assert start == pytest.approx(max(spoken - 0.25, 0.85), abs=0.5)


def test_what_is_never_spoken_comes_in_all_the_same_and_in_order() -> None:
    layout = laid_out(SceneKind.CLOSING, WIDE, {"headline": "h", "points": ["alpha beta", "gamma delta", "epsilon"]})
    plan = choreograph(layout, "Nothing of that is mentioned in this longer narration about rivers.", "en", FPS)
    starts = [of(plan, layout, Part.POINT, order)[0].start for order in range(3)]
    assert starts == sorted(starts)
    assert min(b - a for a, b in pairwise(starts)) >= 10


@pytest.mark.parametrize("narration", ["Rivers are long, and this goes on for quite a while. " * 3, ""])
def test_a_number_that_is_never_spoken_is_not_waited_for(narration: str) -> None:
    layout = laid_out(SceneKind.FIGURE, WIDE)
    assert of(choreograph(layout, narration, "en", FPS), layout, Part.VALUE)[0].start < FPS


def test_no_scene_waits_long_with_nothing_but_its_headline() -> None:
    narration = "Rivers are long, and this goes on for quite a while. " * 3 + "It is 2,525 kilometres."
    layout = laid_out(SceneKind.FIGURE, WIDE)
    assert of(choreograph(layout, narration, "en", FPS), layout, Part.VALUE)[0].start < 3.5 * FPS


def test_bars_grow_from_their_base_line_and_carry_their_numbers() -> None:
    layout = laid_out(SceneKind.BAR_CHART, WIDE)
    plan = choreograph(layout, NARRATION, "en", FPS)
    bars, amounts = of(plan, layout, Part.BAR), of(plan, layout, Part.AMOUNT)
    assert {(cue.motion, cue.edge) for cue in bars} == {(Motion.GROW, Edge.BOTTOM)}
    assert {cue.motion for cue in amounts} == {Motion.COUNT}
    elements = elements_of(layout)
    for bar, amount in zip(bars, amounts, strict=True):
        box = box_of(elements[bar.elements[0]])
        assert (bar.start, bar.frames) == (amount.start, amount.frames)
        assert amount.shift == (0.0, box[3] - box[1])
    # The bar in the accent is the one that is spoken of: it comes last.
    assert elements[bars[-1].elements[0]].colour == INK.accent


def test_the_line_draws_itself_and_sets_its_points_as_it_passes() -> None:
    layout = laid_out(SceneKind.LINE_CHART, WIDE)
    plan = choreograph(layout, NARRATION, "en", FPS)
    (graph,) = of(plan, layout, Part.GRAPH)
    assert graph.motion is Motion.DRAW
    spots = [of(plan, layout, Part.SPOT, order)[0].start for order in range(3)]
    assert graph.start <= spots[0] < spots[1] < spots[2] <= graph.end


def test_events_go_from_left_to_right() -> None:
    layout = laid_out(SceneKind.TIMELINE, WIDE)
    plan = choreograph(layout, NARRATION, "en", FPS)
    assert of(plan, layout, Part.EVENT, 0)[0].start < of(plan, layout, Part.EVENT, 1)[0].start


def test_the_pin_drops_on_the_globe_when_that_stands() -> None:
    layout = laid_out(SceneKind.MAP_PIN, WIDE)
    plan = choreograph(layout, "Far away. There is a launch today at Baikonur, as ever.", "en", FPS)
    (pin,) = set(of(plan, layout, Part.PIN))
    assert pin.shift[1] < 0
    assert pin.start >= min(cue.end for cue in of(plan, layout, Part.GLOBE))


def test_the_title_breathes_in() -> None:
    assert choreograph(laid_out(SceneKind.TITLE_CARD, WIDE), NARRATION, "en", FPS).ripple == (3, 21)


def test_a_clip_does_not_outlast_its_voice_by_more_than_a_second() -> None:
    for kind in SceneKind:
        for narration in ("Yes.", "One plant in 2014.", NARRATION):
            plan = choreograph(laid_out(kind, WIDE), narration, "en", FPS)
            assert plan.frames / FPS <= max(1.0, length(narration, "en") + 1)


@settings(deadline=None)
@given(
    heard=st.lists(st.one_of(st.none(), st.floats(-5, 60)), max_size=7),
    earliest=st.floats(0, 3),
    latest=st.floats(0, 60),
)
def test_times_only_go_up_and_end_in_time(heard: list[float | None], earliest: float, latest: float) -> None:
    times = in_order(heard, earliest, latest, 0.45)
    assert len(times) == len(heard)
    assert times == sorted(times)
    assert all(when >= earliest for when in times)
    if times:
        assert times[-1] <= max(latest, earliest + 0.45 * len(heard)) + 1e-6


def test_marks_do_not_show_in_stills() -> None:

    for kind in SceneKind:
        layout = laid_out(kind)
        assert all(element.mark for element in elements_of(layout))
        bare = replace(
            layout,
            shapes=tuple(replace(shape, mark=None) for shape in layout.shapes),
            texts=tuple(replace(text, mark=None) for text in layout.texts),
        )
        assert render(bare).tobytes() == render(layout).tobytes()


def test_data_holds_what_every_kind_needs() -> None:
    assert all(laid_out(kind, WIDE).scene is kind for kind in SceneKind)
    assert SCENE_DATA["points"]
