"""The plan of a composition: pieces of exactly so many frames, and never a wrong one (R16)."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.states import AssetStatus
from renders.domain.timeline import ClipKind, Timeline, Tracks, Transition, TransitionKind, VisualClip
from renders.media.h264 import GOP
from renders.providers.composer.plan import plan, repetitions

FPS = 30


def clip(number: int, start: int, frames: int, kind: str = "image", fade: int = 15) -> VisualClip:
    transition = Transition(TransitionKind.FADE, fade / FPS) if fade else Transition()
    return VisualClip(
        f"s{number}", start / FPS, frames / FPS, ClipKind(kind), "a", AssetStatus.GENERATED, None, None, "", transition
    )


def timeline(*slots: tuple[int, str, int]) -> Timeline:
    """Slots as (frames, kind, frames of the transition that brings it in)."""
    starts = [sum(frames for frames, _, _ in slots[:at]) for at in range(len(slots))]
    clips = [clip(at, starts[at], frames, kind, fade) for at, (frames, kind, fade) in enumerate(slots)]
    total = sum(frames for frames, _, _ in slots)
    return Timeline(320, 180, FPS, total / FPS, "en", "T", "ink", Tracks(tuple(clips)))


SLOTS = st.lists(
    st.tuples(st.integers(4, 400), st.sampled_from(["image", "video"]), st.integers(0, 90)), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None)
@given(SLOTS)
def test_the_parts_add_up_to_the_timeline(slots: list[tuple[int, str, int]]) -> None:
    made = timeline(*slots)
    parts = list(plan(made).parts())
    assert sum(part.frames for part in parts) == made.total_frames
    assert all(part.frames >= 2 for part in parts)
    stills = {f"shot{at}" for at, (_, kind, _) in enumerate(slots) if kind == "image"}
    assert all(part.frames <= GOP for part in parts if part.piece in stills)


@settings(max_examples=40, deadline=None)
@given(SLOTS)
def test_shots_and_windows_fit_together(slots: list[tuple[int, str, int]]) -> None:
    cut = plan(timeline(*slots))
    for shot in cut.shots:
        assert shot.body >= 0
        assert shot.body != 1
        assert shot.total == shot.lead + shot.entry + shot.body + shot.exit + shot.trail
    for window in cut.windows:
        assert window.frames == window.before.exit + window.before.trail == window.after.lead + window.after.entry
        assert window.start == window.before.start + window.before.frames - window.before.exit
    assert not cut.shots[0].lead
    assert not cut.shots[-1].trail


def test_a_transition_is_centred_on_the_boundary() -> None:
    cut = plan(timeline((100, "image", 0), (100, "image", 16)))
    (window,) = cut.windows
    assert (window.start, window.frames) == (92, 16)


def test_a_cut_has_no_window() -> None:
    cut = plan(timeline((100, "image", 0), (100, "video", 0)))
    assert cut.windows == ()
    assert Counter(part.piece for part in cut.parts()) == {"shot0": 4, "shot1": 1}


def test_a_still_is_held_by_repeating_its_group_never_one_frame_alone() -> None:
    assert repetitions(0) == []
    assert repetitions(20) == [20]
    assert repetitions(2 * GOP + 5) == [GOP, GOP, 5]
    assert repetitions(2 * GOP + 1) == [GOP, GOP - 1, 2]
