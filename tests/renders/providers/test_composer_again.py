"""Composing again makes only what has changed, and what it makes is what a full composition makes (R54)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.timeline import Material, Timeline, build
from renders.media import ffmpeg, h264, inspection, pieces
from renders.media.stretches import Stretch
from renders.providers.base import Request
from renders.providers.composer import Composer, seen_before
from renders.providers.composer.strips import Strip
from tests.renders.media import samples

SIZES = {"wide": (192, 108), "tall": (108, 192), "square": (108, 108)}
SECONDS = 1.6
ROLES = (Role.HOOK, Role.ITEM, Role.ITEM, Role.CLOSING)


@dataclass
class Studio:
    """A composer with a cache of its own, and what it was asked to run."""

    folder: Path
    size: tuple[int, int] = SIZES["wide"]
    runs: list[str] = field(default_factory=list)
    regions: list[Any] = field(default_factory=list)
    count: int = 0

    def timeline(self, visuals: dict[str, Material], seconds: dict[str, float] | None = None) -> Timeline:
        segments = [
            Segment(f"s{at}", role, "It is said. And said again.", f"Head {at}", SceneKind.BULLETS)
            for at, role in enumerate(ROLES, 1)
        ]
        lengths = {f"s{at}": SECONDS for at in range(1, 5)} | (seconds or {})
        voices = {name: Material(f"narration-{name}", duration=length) for name, length in lengths.items()}
        script = Script("T", "en", tuple(segments))
        return build(script, visuals, voices, None, size=self.size, fps=30, language="en", theme="ink")

    def compose(self, timeline: Timeline, files: dict[str, Path]) -> Outcome:
        self.count += 1
        self.runs.clear()
        work = self.folder / f"work{self.count}"
        work.mkdir()
        request = Request("revideo", {"timeline": timeline.to_json()}, work, 60.0, files)
        return Composer(2, self.folder / "cache").submit(request, "key")

    def composed(self, timeline: Timeline, files: dict[str, Path]) -> Path:
        outcome = self.compose(timeline, files)
        assert isinstance(outcome, Ok), outcome
        return outcome.files["video"]

    @property
    def encoded(self) -> int:
        return sum("libx264" in run for run in self.runs)

    @property
    def sounds(self) -> int:
        return sum("-c:a aac" in run for run in self.runs)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    made = Studio(tmp_path)
    run, measure = ffmpeg.run, inspection.measure

    def watched(arguments: Any, **more: Any) -> Any:
        made.runs.append(" ".join(map(str, arguments)))
        return run(arguments, **more)

    def measured(*arguments: Any, known: inspection.Known, **more: Any) -> Any:
        made.regions.append(known.regions)
        return measure(*arguments, known=known, **more)

    monkeypatch.setattr(ffmpeg, "run", watched)
    monkeypatch.setattr(inspection, "measure", measured)
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("assets")
    colours = ("#A03060", "#30A060", "#3060A0", "#A0A030")
    made = {
        f"visual-s{at}": samples.picture(folder / f"s{at}.png", mark=at, colour=c) for at, c in enumerate(colours, 1)
    }
    made |= {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS) for at in (1, 2, 3, 4)}
    made["another"] = samples.picture(folder / "another.png", mark=6, colour="#208040")
    for name, frames in (("short", 40), ("long", 150), ("exact", 66)):
        made[name] = folder / f"{name}.mp4"
        samples.make("-f", "lavfi", "-i", "testsrc2=s=192x108:r=30", "-frames:v", str(frames), made[name])
    return made


STILLS = {f"s{at}": Material(f"visual-s{at}") for at in (1, 2, 3, 4)}


def test_composing_the_same_again_encodes_nothing(studio: Studio, files: dict[str, Path]) -> None:
    made = studio.timeline(STILLS)
    first = studio.composed(made, files)
    assert (studio.encoded, studio.sounds, studio.regions) == (4 + 3, 1, [None])
    second = studio.composed(made, files)
    assert (studio.encoded, studio.sounds, studio.regions[-1]) == (0, 0, ())
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("kind", "shape"), [("still", "wide"), ("short", "tall"), ("long", "square"), ("exact", "wide")]
)
def test_a_new_visual_changes_its_slot_and_nothing_else(
    kind: str, shape: str, studio: Studio, files: dict[str, Path], tmp_path: Path
) -> None:
    studio.size = SIZES[shape]
    before = studio.composed(studio.timeline(STILLS), files)
    new = Material("another") if kind == "still" else Material(kind, kind="video")
    changed = studio.timeline(STILLS | {"s2": new})
    after = studio.composed(changed, files)
    held = 1 if kind == "short" else 0
    assert (studio.encoded, studio.sounds) == (1 + held + 2, 0)
    fresh = Studio(tmp_path / "fresh", studio.size)
    fresh.folder.mkdir()
    full = samples.planes(fresh.composed(changed, files), studio.size)
    again, old = samples.planes(after, studio.size), samples.planes(before, studio.size)
    same = (again == old).all(axis=(1, 2))
    slot = changed.tracks.visuals[1]
    first, last = changed.frames(slot.start) - 8, changed.frames(slot.start + slot.duration) + 8
    assert np.array_equal(again[:first], full[:first])
    assert np.array_equal(again[last:], full[last:])
    # A clip that is waited for is encoded with less effort: the same picture, not the same bits.
    assert np.abs(again[first:last].astype(int) - full[first:last]).mean() < 3
    assert same[:first].all()
    assert same[last:].all()
    assert not same[first + 8 : last - 8].any()


def test_a_new_narration_of_the_same_length_makes_the_sound_alone(
    studio: Studio, files: dict[str, Path], tmp_path: Path
) -> None:
    made = studio.timeline(STILLS)
    studio.composed(made, files)
    studio.composed(made, files | {"narration-s2": samples.voice(tmp_path / "n.wav", SECONDS, pitch=300)})
    assert (studio.encoded, studio.sounds, studio.regions[-1]) == (0, 1, ())


def test_a_longer_narration_keeps_the_windows_of_stills(studio: Studio, files: dict[str, Path], tmp_path: Path) -> None:
    studio.composed(studio.timeline(STILLS), files)
    longer = files | {"narration-s2": samples.voice(tmp_path / "n.wav", SECONDS + 0.4)}
    studio.composed(studio.timeline(STILLS, {"s2": SECONDS + 0.4}), longer)
    assert (studio.encoded, studio.sounds) == (0, 1)


def test_only_what_is_new_of_the_file_is_decoded(studio: Studio, files: dict[str, Path]) -> None:
    long = {f"s{at}": 6.0 for at in (1, 2, 3, 4)}
    voices = {f"narration-s{at}": samples.voice(studio.folder / f"n{at}.wav", 6.0) for at in (1, 2, 3, 4)}
    studio.composed(studio.timeline(STILLS, long), files | voices)
    made = studio.timeline(STILLS | {"s2": Material("another")}, long)
    studio.composed(made, files | voices)
    ((begin, end),) = studio.regions[-1]
    slot = made.tracks.visuals[1]
    start, stop = made.frames(slot.start), made.frames(slot.start + slot.duration)
    assert start - 8 - 4 <= begin <= start - 8 - 2
    assert stop + 8 + 2 <= end <= stop + 8 + 4


def test_of_what_was_prepared_early_only_the_edges_are_decoded(studio: Studio, files: dict[str, Path]) -> None:
    long = {f"s{at}": 6.0 for at in (1, 2, 3, 4)}
    voices = {f"narration-s{at}": samples.voice(studio.folder / f"n{at}.wav", 6.0) for at in (1, 2, 3, 4)}
    asked = {"width": studio.size[0], "height": studio.size[1], "theme": "ink"}
    work = studio.folder / "early"
    work.mkdir()
    early = {name: path for name, path in (files | voices).items() if name.startswith(("visual", "narration"))}
    Composer(2, studio.folder / "cache").prepare(Request("revideo", asked, work, 60.0, early))
    made = studio.timeline(STILLS, long)
    studio.composed(made, files | voices)
    regions = studio.regions[-1]
    assert [end - begin for begin, end in regions] == [18, 15 + 6, 15 + 6, 15 + 6, 18]
    assert studio.encoded == 3, "the windows alone"


def test_a_clip_that_stands_still_up_to_its_edge_is_looked_at_for_longer(studio: Studio, tmp_path: Path) -> None:
    piece = pieces.Piece(h264.Picture(b"", (b"",) * 90), frozen=(Stretch(1.8, 3.0),))
    still = Strip(piece, 0, 40)
    assert seen_before._around(Strip(piece, 0, 90), still, 30) == (33, 18)
    assert seen_before._around(Strip(piece, 0, 60), still, 30) == (33, 18)
    assert seen_before._around(still, Strip(piece, 0, 40, first=55), 30) == (18, 33)
    assert seen_before._around(Strip(piece, 0, 60, repeats=True), still, 30) == (18, 18)
    assert seen_before._around(None, still, 30) == (0, 18)
    assert seen_before._around(still, None, 30) == (18, 0)


def test_beside_a_window_in_which_nothing_stands_still_little_is_looked_at() -> None:
    picture = h264.Picture(b"", (b"",) * 90)
    moving, other = pieces.Piece(picture, moving=True), pieces.Piece(picture, frozen=(Stretch(1.8, 3.0),))
    assert seen_before._around(Strip(other, 0, 90), Strip(moving, 0, 15), 30) == (3, 3)
    assert seen_before._around(Strip(moving, 0, 15), Strip(other, 0, 90), 30) == (3, 3)


def test_a_transition_between_two_pictures_that_are_alike_is_looked_at_with_what_is_around_it(
    studio: Studio, files: dict[str, Path]
) -> None:
    long = {f"s{at}": 6.0 for at in (1, 2, 3, 4)}
    voices = {f"narration-s{at}": samples.voice(studio.folder / f"n{at}.wav", 6.0) for at in (1, 2, 3, 4)}
    alike = STILLS | {"s2": Material("visual-s1")}
    studio.composed(studio.timeline(STILLS, long), files | voices)
    outcome = studio.compose(studio.timeline(alike, long), files | voices)
    assert isinstance(outcome, Err | Ok)
    (begin, end), *_ = studio.regions[-1]
    assert end - begin >= 15 + 36


@pytest.mark.parametrize("when", ["first", "again"])
def test_a_piece_that_does_not_decode_is_refused_and_not_kept(
    when: str, studio: Studio, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash is right: it was damaged before it was kept."""
    made = studio.timeline(STILLS)
    if when == "again":
        studio.composed(studio.timeline(STILLS | {"s2": Material("another")}), files)
    write = pieces.Piece.write

    def damaged(piece: pieces.Piece, path: Path) -> None:
        write(piece, path)
        data = bytearray(path.read_bytes())
        data[-len(piece.units[-1]) - 40 : -len(piece.units[-1])] = b"\x55" * 40
        path.write_bytes(data)

    monkeypatch.setattr(pieces.Piece, "write", damaged)
    monkeypatch.setattr(pieces, "kept", _kept_as_written(pieces.kept))
    outcome = studio.compose(made, files)
    assert isinstance(outcome, Err)
    assert outcome.error.provider_code == "decodes"
    monkeypatch.undo()
    assert isinstance(studio.compose(made, files), Ok)


def _kept_as_written(kept: Any) -> Any:
    """The piece as it was written, not as it was in memory."""

    def read_back(cache: Any, key: str, *arguments: Any) -> Any:
        kept(cache, key, *arguments)
        return pieces.found(cache, key)

    return read_back


def test_packets_other_than_those_that_were_joined_are_refused(
    studio: Studio, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group of pictures of another piece decodes well, and is nevertheless not what was meant."""
    made = studio.timeline(STILLS)
    studio.composed(made, files)
    other = studio.composed(studio.timeline(STILLS | {"s3": Material("another")}), files)
    measure = inspection.measure

    def exchanged(video: Path, *arguments: Any, **more: Any) -> Any:
        return measure(other, *arguments, **more)

    monkeypatch.setattr(inspection, "measure", exchanged)
    outcome = studio.compose(made, files)
    assert isinstance(outcome, Err)
    assert "not those that were joined" in outcome.error.message
