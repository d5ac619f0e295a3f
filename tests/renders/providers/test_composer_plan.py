"""The plan of a composition: pieces of exactly so many frames, and never a wrong one (R16)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from renders.domain.states import AssetStatus
from renders.domain.timeline import ClipKind, Timeline, Tracks, Transition, TransitionKind, VisualClip
from renders.media.h264 import GOP, Picture, is_key
from renders.media.pieces import Piece
from renders.media.prepare import Prepared
from renders.providers.composer.plan import plan, repetitions
from renders.providers.composer.strips import strips_of

FPS = 30


IDR, P = b"\x00\x00\x00\x01\x65", b"\x00\x00\x00\x01\x41"
STILL = Piece(Picture(b"", (IDR, *[P] * (GOP - 1))))
QUICK = Piece(Picture(b"", ()))


def clip(number: int, start: int, frames: int, kind: str, fade: int, how: str) -> VisualClip:
    transition = Transition(TransitionKind(how), fade / FPS) if fade else Transition()
    return VisualClip(
        f"s{number}", start / FPS, frames / FPS, ClipKind(kind), "a", AssetStatus.GENERATED, None, None, "", transition
    )


def timeline(*slots: tuple[int, str, int], kind: str = "fade") -> Timeline:
    """Slots as (frames, kind, frames of the transition that brings it in)."""
    starts = [sum(frames for frames, _, _ in slots[:at]) for at in range(len(slots))]
    clips = [clip(at, starts[at], frames, what, fade, kind) for at, (frames, what, fade) in enumerate(slots)]
    total = sum(frames for frames, _, _ in slots)
    return Timeline(320, 180, FPS, total / FPS, "en", "T", "ink", Tracks(tuple(clips)))


SLOTS = st.lists(
    st.tuples(st.integers(4, 400), st.sampled_from(["image", "video"]), st.integers(0, 90)), min_size=1, max_size=12
)


def covered(slots: list[tuple[int, str, int]], lengths: list[int], kind: str = "fade") -> list[tuple[int, int, Piece]]:
    """Every strip of the plan as (start, frames, piece), clips being of these lengths."""
    cut = plan(timeline(*slots, kind=kind))
    found = [(window.start, window.frames, QUICK) for window in cut.windows]
    for shot in cut.shots:
        length = lengths[shot.number % len(lengths)]
        keys = tuple(IDR if is_key(at, shot.form_entry) else P for at in range(length))
        own = Prepared("", STILL if shot.still else Piece(Picture(b"", keys)), shot.still)
        last = Prepared("", STILL, True)
        for strip in strips_of(shot, own, last):
            units = list(strip.units())
            assert len(units) == strip.frames
            assert units[0] == IDR
            assert len(units) >= 2
            assert units[-1] == P or strip.start + strip.frames == cut.shots[-1].start + cut.shots[-1].frames
            found.append((strip.start, strip.frames, strip.piece))
    return sorted(found, key=lambda one: one[0])


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.lists(st.integers(1, 500), min_size=1, max_size=4), st.sampled_from(["fade", "slide", "wipe"]))
def test_every_frame_is_covered_once_and_no_key_frame_stands_alone(
    slots: list[tuple[int, str, int]], lengths: list[int], kind: str
) -> None:
    edge = 0
    for start, frames, _ in covered(slots, lengths, kind):
        assert start == edge
        assert frames >= 2
        edge += frames
    assert edge == sum(frames for frames, _, _ in slots)


@settings(max_examples=40, deadline=None)
@given(SLOTS)
def test_shots_and_windows_fit_together(slots: list[tuple[int, str, int]]) -> None:
    cut = plan(timeline(*slots))
    for shot in cut.shots:
        assert shot.body >= 0
        assert shot.body != 1
    for window in cut.windows:
        if window.kind is not TransitionKind.CUT:
            assert window.frames == window.after.lead + window.after.entry
            assert window.start == window.after.start - window.after.lead
        else:
            assert (window.frames, window.after.lead, window.after.entry) == (2, 0, 0)
    assert not cut.shots[0].lead
    assert not cut.shots[-1].trail


def test_a_transition_is_centred_on_the_boundary() -> None:
    cut = plan(timeline((100, "image", 0), (100, "image", 16)))
    (window,) = cut.windows
    assert (window.start, window.frames) == (92, 16)


def test_a_cut_has_no_window() -> None:
    cut = plan(timeline((100, "image", 0), (100, "video", 0)))
    assert cut.windows == ()


def test_a_body_that_would_end_in_a_key_frame_gives_it_away() -> None:
    cut = plan(timeline((8 + 31 + 7, "video", 15), (100, "video", 15), (39, "video", 0), (60, "image", 0)))
    assert [window.frames for window in cut.windows] == [16, 2]
    assert [window.kind for window in cut.windows] == [TransitionKind.FADE, TransitionKind.CUT]


def test_a_still_is_held_by_repeating_its_group_never_one_frame_alone() -> None:
    assert repetitions(0) == []
    assert repetitions(20) == [20]
    assert repetitions(2 * GOP + 5) == [GOP, GOP, 5]
    assert repetitions(2 * GOP + 1) == [GOP, GOP - 1, 2]
