"""Assets are brought into the final form once; a file that claims to be in it is verified (PERFORMANCE section 1)."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from renders.media import ffmpeg, pieces
from renders.media.cache import FolderCache
from renders.media.forms import Kind
from renders.media.h264 import GOP, TAG, TO_BT709, prepared_encoder
from renders.media.prepare import FinalForm, Prepared, held, key_for, prepare, prepare_early
from renders.media.session import BadAsset, Session, Stop
from tests.renders.media.samples import make, picture

FORM = FinalForm(64, 36, 30, (15, 23, 42))


@pytest.fixture
def session(tmp_path: Path) -> Session:
    (tmp_path / "work").mkdir()
    return Session(tmp_path / "work", time.monotonic() + 60, Stop(threading.Event()))


@pytest.fixture
def cache(tmp_path: Path) -> FolderCache:
    return FolderCache(tmp_path / "cache")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What FFmpeg is called with."""
    seen: list[list[str]] = []
    run = ffmpeg.run

    def watched(arguments, **more):  # type: ignore[no-untyped-def]
        seen.append([str(argument) for argument in arguments])
        return run(arguments, **more)

    monkeypatch.setattr(ffmpeg, "run", watched)
    return seen


def clip(path: Path, *options: str, size: str = "64x36", frames: int = 50) -> Path:
    make("-f", "lavfi", "-i", f"testsrc2=s={size}:r=30", "-frames:v", str(frames), *options, path)
    return path


def done(path: Path, cache: FolderCache, session: Session, kind: Kind = Kind.VIDEO) -> Prepared:
    return prepare(path.stem, path, FORM, cache, session, kind=kind)


def encoded(runs: list[list[str]]) -> int:
    return sum("libx264" in run for run in runs)


def test_an_asset_is_encoded_once(tmp_path: Path, cache: FolderCache, session: Session, runs: list[list[str]]) -> None:
    path = clip(tmp_path / "a.mp4")
    first, second = done(path, cache, session), done(path, cache, session)
    assert encoded(runs) == 1
    assert first == second
    assert (first.frames, first.piece.keys) == (50, (0, 8, 38))
    still = done(picture(tmp_path / "a.png"), cache, session, Kind.IMAGE)
    assert (still.frames, still.piece.keys) == (GOP, (0,))
    assert list(session.folder.iterdir()) == []


def test_a_damaged_piece_is_made_again(
    tmp_path: Path, cache: FolderCache, session: Session, runs: list[list[str]]
) -> None:
    path = clip(tmp_path / "a.mp4")
    good = done(path, cache, session)
    place = cache.get(good.key)
    assert place is not None
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    assert done(path, cache, session) == good
    assert encoded(runs) == 2


def test_what_is_kept_under_its_key_but_is_no_piece_is_made_again(
    tmp_path: Path, cache: FolderCache, session: Session
) -> None:
    path = clip(tmp_path / "a.mp4")
    (tmp_path / "junk").write_bytes(b"renderhub piece 1\n{}\n")
    cache.put(key_for(path, FORM), tmp_path / "junk")
    assert done(path, cache, session).frames == 50
    assert pieces.found(cache, key_for(path, FORM)) is not None


@pytest.mark.parametrize("pixels", ["square", "of unknown shape, as raw frames are"])
def test_a_clip_in_the_final_form_is_copied_not_encoded(
    pixels: str, tmp_path: Path, cache: FolderCache, session: Session, runs: list[list[str]]
) -> None:
    shape = "" if pixels == "square" else "setsar=0,"
    made = clip(tmp_path / "a.mp4", "-vf", f"{shape}{TO_BT709}", *prepared_encoder(30))
    found = done(made, cache, session)
    assert (found.frames, found.piece.keys) == (50, (0, 8, 38))
    assert encoded(runs) == 1  # the two blank frames that say which parameter sets the form has
    assert all(str(made) not in " ".join(run) for run in runs if "libx264" in run)


CLAIMS: dict[str, list[str]] = {
    "key frames elsewhere": ["-force_key_frames", "expr:eq(n,9)"],
    "other parameter sets": ["-preset", "medium", "-x264-params", "bframes=2:keyint=30"],
    "another rate": ["-r", "25"],
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_that_is_not_true_is_not_believed(
    claim: str, tmp_path: Path, cache: FolderCache, session: Session, runs: list[list[str]]
) -> None:
    made = clip(tmp_path / "a.mp4", "-vf", TO_BT709, *prepared_encoder(30), *CLAIMS[claim])
    assert TAG.encode() in made.read_bytes()
    found = done(made, cache, session)
    assert found.piece.keys == tuple(at for at in range(found.frames) if at in (0, 8, 38))
    assert any(str(made) in " ".join(run) for run in runs if "libx264" in run)


def test_a_damaged_clip_in_the_final_form_is_refused(tmp_path: Path, cache: FolderCache, session: Session) -> None:
    made = clip(tmp_path / "a.mp4", "-vf", TO_BT709, *prepared_encoder(30))
    data = bytearray(made.read_bytes())
    data[-2000:-1200] = b"\x55" * 800
    made.write_bytes(data)
    with pytest.raises(BadAsset, match="a: it cannot be decoded"):
        done(made, cache, session)


def test_its_last_frame_can_be_held(tmp_path: Path, cache: FolderCache, session: Session) -> None:
    last = held(done(clip(tmp_path / "a.mp4"), cache, session), FORM, cache, session)
    assert (last.still, last.frames) == (True, GOP)


def test_preparing_early_may_be_done_twice_and_leaves_faults_to_composing(
    tmp_path: Path, cache: FolderCache, session: Session, runs: list[list[str]]
) -> None:
    (tmp_path / "no picture").write_text("#EXTM3U")
    files = [tmp_path / "no picture", tmp_path / "missing", picture(tmp_path / "a.png"), clip(tmp_path / "a.mp4")]
    prepare_early(files, FORM, cache, session)
    prepare_early(files, FORM, cache, session)
    assert encoded(runs) == 2
