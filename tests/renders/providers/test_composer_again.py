"""Composing again makes only what has changed, and what it makes is what a full composition makes (R54)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
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

SIZES = {"wide": (192, 108), "tall": (108, 192)}
SECONDS = 1.2
SLOT = 54
"""Frames of a slot: the narration with its air."""
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


@contextmanager
def watched(made: Studio) -> Iterator[Studio]:
    """It notes which FFmpegs are run, and which regions are decoded."""
    run, measure = ffmpeg.run, inspection.measure

    def noted(arguments: Any, **more: Any) -> Any:
        made.runs.append(" ".join(map(str, arguments)))
        return run(arguments, **more)

    def measured(*arguments: Any, known: inspection.Known, **more: Any) -> Any:
        made.regions.append(known.regions)
        return measure(*arguments, known=known, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ffmpeg, "run", noted)
        patch.setattr(inspection, "measure", measured)
        yield made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("assets")
    colours = ("#A03060", "#30A060", "#3060A0", "#A0A030")
    made = {
        f"visual-s{at}": samples.picture(folder / f"s{at}.png", mark=at, colour=c) for at, c in enumerate(colours, 1)
    }
    made |= {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS) for at in (1, 2, 3, 4)}
    made["another"] = samples.picture(folder / "another.png", mark=6, colour="#208040")
    for name, frames in (("short", 32), ("long", 120), ("exact", SLOT)):
        made[name] = folder / f"{name}.mp4"
        samples.make("-f", "lavfi", "-i", "testsrc2=s=192x108:r=30", "-frames:v", str(frames), made[name])
    return made


STILLS = {f"s{at}": Material(f"visual-s{at}") for at in (1, 2, 3, 4)}


@dataclass(frozen=True)
class Base:
    """The four stills, composed for the first time, and the studio as it was then."""

    studio: Studio
    timeline: Timeline
    video: Path

    def copy(self, folder: Path) -> Studio:
        """A studio of one's own that remembers this composition."""
        shutil.copytree(self.studio.folder / "cache", folder / "cache")
        return Studio(folder, self.studio.size)

    def with_its_sound(self, folder: Path) -> Studio:
        """A studio that remembers the sound alone: all of the picture is made anew."""
        made = self.copy(folder)
        for kept in (folder / "cache").rglob("*"):
            if kept.is_file() and not _is_of_sound(kept.read_bytes()):
                kept.unlink()
        return made


def _is_of_sound(kept: bytes) -> bool:
    """AAC, levels as JSON, and FFmpeg's log of how loud it is."""
    return kept[4:8] == b"ftyp" or kept[:1] == b"[" or b"LUFS" in kept


Bases = Callable[[str], Base]


@pytest.fixture(scope="module")
def bases(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Bases:
    """By shape."""

    @cache
    def made(shape: str) -> Base:
        with watched(Studio(tmp_path_factory.mktemp(shape), SIZES[shape])) as first:
            timeline = first.timeline(STILLS)
            return Base(first, timeline, first.composed(timeline, files))

    return made


@pytest.fixture
def base(bases: Bases) -> Base:
    return bases("wide")


@pytest.fixture
def studio(base: Base, tmp_path: Path) -> Iterator[Studio]:
    """One that has composed the stills before."""
    with watched(base.copy(tmp_path)) as made:
        yield made


def test_composing_the_same_again_encodes_nothing(base: Base, studio: Studio, files: dict[str, Path]) -> None:
    first = base.studio
    assert (first.encoded, first.sounds, first.regions) == (4 + 3, 1, [None])
    again = studio.composed(base.timeline, files)
    assert (studio.encoded, studio.sounds, studio.regions) == (0, 0, [()])
    assert base.video.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(("kind", "shape"), [("still", "wide"), ("short", "tall"), ("long", "tall"), ("exact", "wide")])
def test_a_new_visual_changes_its_slot_and_nothing_else(
    kind: str, shape: str, bases: Bases, files: dict[str, Path], tmp_path: Path
) -> None:
    base = bases(shape)
    new = Material("another") if kind == "still" else Material(kind, kind="video")
    changed = base.studio.timeline(STILLS | {"s2": new})
    with watched(base.copy(tmp_path / "again")) as studio:
        after = studio.composed(changed, files)
    held = 1 if kind == "short" else 0
    assert (studio.encoded, studio.sounds) == (1 + held + 2, 0)
    with watched(base.with_its_sound(tmp_path / "fresh")) as fresh:
        full = samples.planes(fresh.composed(changed, files), fresh.size)
    assert (fresh.encoded, fresh.regions) == (4 + held + 3, [None])
    again, old = samples.planes(after, studio.size), samples.planes(base.video, studio.size)
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
    base: Base, studio: Studio, files: dict[str, Path], tmp_path: Path
) -> None:
    studio.composed(base.timeline, files | {"narration-s2": samples.voice(tmp_path / "n.wav", SECONDS, pitch=300)})
    assert (studio.encoded, studio.sounds, studio.regions[-1]) == (0, 1, ())


def test_a_longer_narration_keeps_the_windows_of_stills(studio: Studio, files: dict[str, Path], tmp_path: Path) -> None:
    longer = files | {"narration-s2": samples.voice(tmp_path / "n.wav", SECONDS + 0.4)}
    studio.composed(studio.timeline(STILLS, {"s2": SECONDS + 0.4}), longer)
    assert (studio.encoded, studio.sounds) == (0, 1)


def test_only_what_is_new_of_the_file_is_decoded(studio: Studio, files: dict[str, Path]) -> None:
    made = studio.timeline(STILLS | {"s2": Material("another")})
    studio.composed(made, files)
    ((begin, end),) = studio.regions[-1]
    slot = made.tracks.visuals[1]
    start, stop = made.frames(slot.start), made.frames(slot.start + slot.duration)
    assert start - 8 - 4 <= begin <= start - 8 - 2
    assert stop + 8 + 2 <= end <= stop + 8 + 4


def test_of_what_was_prepared_early_only_the_edges_are_decoded(
    base: Base, files: dict[str, Path], tmp_path: Path
) -> None:
    with watched(base.with_its_sound(tmp_path)) as studio:
        asked = {"width": studio.size[0], "height": studio.size[1], "theme": "ink"}
        work = studio.folder / "early"
        work.mkdir()
        early = {name: path for name, path in files.items() if name.startswith(("visual", "narration"))}
        Composer(2, studio.folder / "cache").prepare(Request("revideo", asked, work, 60.0, early))
        studio.composed(base.timeline, files)
    (regions,) = studio.regions
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
    alike = STILLS | {"s3": Material("visual-s2")}
    outcome = studio.compose(studio.timeline(alike), files)
    assert isinstance(outcome, Err | Ok)
    (begin, end), *_ = studio.regions[-1]
    assert begin == 2 * SLOT - 7 - 18, "more than a tenth of a second before it"
    assert end - begin >= 15 + 36


@pytest.mark.parametrize("when", ["first", "again"])
def test_a_piece_that_does_not_decode_is_refused_and_not_kept(
    when: str, base: Base, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash is right: it was damaged before it was kept."""
    studio = base.copy(tmp_path) if when == "again" else base.with_its_sound(tmp_path)
    made = studio.timeline(STILLS | {"s2": Material("another")})
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
    base: Base, studio: Studio, files: dict[str, Path]
) -> None:
    """A group of pictures of another piece decodes well, and is nevertheless not what was meant."""
    made = studio.timeline(STILLS | {"s3": Material("another")})
    measure = inspection.measure

    def exchanged(video: Path, *arguments: Any, **more: Any) -> Any:
        return measure(base.video, *arguments, **more)

    with pytest.MonkeyPatch.context() as patch:  # undone before the studio's own
        patch.setattr(inspection, "measure", exchanged)
        outcome = studio.compose(made, files)
    assert isinstance(outcome, Err)
    assert "not those that were joined" in outcome.error.message
