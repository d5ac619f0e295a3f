"""Every door through which a shortage of our own machine can come: it is ours, says so, and blames no service (R34)."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from renderhub.lib.child_errors import ChildFailed, Finished
from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err
from renders.domain.script import Role, SceneKind, Segment
from renders.media import failures, ffmpeg, probe, session
from renders.media.forms import Kind
from renders.narration import describe as of_narration
from renders.narration import recording
from renders.providers.base import Request
from renders.providers.cached_speech import CachedSpeech
from renders.providers.cached_speech.folder import Folder
from renders.providers.edge_speech.errors import describe as of_edge
from renders.providers.espeak.errors import describe as of_espeak
from renders.providers.http import download
from renders.providers.http.trouble import NotStored
from renders.providers.http.trouble import describe as of_http
from renders.providers.library.errors import describe as of_music
from renders.providers.local_media import LocalMedia
from renders.providers.manim.errors import describe as of_manim
from renders.providers.manim.errors import not_drawn
from renders.providers.manim.warm import Died
from renders.providers.s3.errors import describe as of_s3
from renders.providers.source_file import SourceFile
from renders.providers.still import Still
from tests.support import generated_media
from tests.support.misbehaving import MisbehavingServer, answer

NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "video.mp4")
STARVED = ChildFailed("ffmpeg ended", Finished(1, b"", b"No space left on device\n", 1.0, 1.0, 1.0))
FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")


def is_ours(error: GenerationError | None) -> bool:
    assert error is not None
    return error.ours and error.provider_code == "ENOSPC" and "Free space" in error.what_to_do


DOORS: dict[str, Callable[[Exception], GenerationError]] = {
    "http": lambda problem: of_http(problem, "service", ()),
    "narration": lambda problem: of_narration("service", problem),
    "media": lambda problem: failures.failure("composer", problem),
    "espeak": of_espeak,
    "music": of_music,
    "manim": of_manim,
    "s3": of_s3,
}


@pytest.mark.parametrize("problem", [NO_ROOM, STARVED], ids=["a write of ours", "a child's"])
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_each_table_of_errors_knows_it(door: Callable[[Exception], GenerationError], problem: Exception) -> None:
    assert is_ours(door(problem))


def test_engines_tell_it_in_their_own_words() -> None:
    said = "OSError: [Errno 28] No space left on device: 'scratch'"
    assert is_ours(not_drawn({"failed": said}))
    assert is_ours(of_manim(Died("gone", said, 1)))
    assert is_ours(of_edge({"kind": "connection", "message": said}))


@pytest.mark.parametrize("problem", [NotStored("rights"), PermissionError(errno.EACCES, "no rights")])
def test_a_file_that_could_not_be_stored_here_is_ours_for_whatever_reason(problem: Exception) -> None:
    error = of_http(problem, "service", ()) if isinstance(problem, NotStored) else of_narration("service", problem)
    assert error.ours
    assert error.what_to_do


@needs_a_full_device
def test_a_download_that_finds_no_room(tmp_path: Path) -> None:
    (tmp_path / "video.mp4.part").symlink_to(FULL)
    with MisbehavingServer() as server:
        server.does(answer(200, b"frames"))
        error = download(
            "service", server.url, tmp_path / "video.mp4", seconds=10, limit=10_000, allowed_hosts=["127.0.0.1"]
        )
    assert is_ours(error)


@needs_a_full_device
def test_ffmpeg_that_finds_no_room_does_not_blame_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "tone.wav").write_bytes(generated_media.music(1.0))
    (tmp_path / "out.pcm").symlink_to(FULL)
    working = session.Session(tmp_path, time.monotonic() + 20, session.Stop(threading.Event()))
    with pytest.raises(ChildFailed) as failed:
        working.ffmpeg(["-i", "tone.wav", "-f", "s16le", "out.pcm"], reads="tone")
    assert is_ours(failures.failure("composer", failed.value))


@needs_a_full_device
def test_a_recording_that_finds_no_room_is_no_bad_recording(tmp_path: Path) -> None:
    (tmp_path / "said.mp3").write_bytes(generated_media.music(1.0))
    (tmp_path / "said.mp3.pcm").symlink_to(FULL)
    with pytest.raises(ChildFailed) as failed:
        recording.read(tmp_path / "said.mp3", seconds=20, cancel=threading.Event())
    assert is_ours(of_narration("service", failed.value))


@pytest.mark.parametrize(
    "look",
    [
        lambda path: session.checked_form("asset", path, Kind.IMAGE),
        lambda path: probe.probe(path),
    ],
    ids=["form", "probe"],
)
def test_a_file_that_cannot_be_opened_for_want_of_handles_is_no_bad_file(
    look: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(path: Path) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(session, "form_of", none_left)
    monkeypatch.setattr(probe, "form_of", none_left)
    with pytest.raises(OSError, match="Too many") as failed:
        look(tmp_path / "any.png")
    assert failures.failure("composer", failed.value).provider_code == "EMFILE"


def _raising(*_: Any, **__: Any) -> Any:
    raise NO_ROOM


def test_the_media_folder_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(b"frames")
    monkeypatch.setattr("renders.providers.local_media.provider._link_or_copy", _raising)
    name = "0192f0c8-7b1e-7c44-9d3a-52f1f9a1b0aa"
    asked = {"render_id": name, "keys": {"video": "a.mp4"}}
    outcome = LocalMedia(tmp_path / "out", "/media/").submit(
        Request("upload", asked, tmp_path / "work", 5.0, {"video": video}), "key"
    )
    assert isinstance(outcome, Err)
    assert is_ours(outcome.error)


def test_a_still_picture_for_which_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renders.providers.still.provider.draw", _raising)
    outcome = Still().submit(Request("manim", _picture(), tmp_path / "work", 5.0), "key")
    assert isinstance(outcome, Err)
    assert is_ours(outcome.error)


@pytest.mark.parametrize("problem", [NO_ROOM, STARVED], ids=["a write of ours", "a child's"])
def test_a_source_file_for_which_there_is_no_room(
    problem: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise problem

    (tmp_path / "photo.png").write_bytes(generated_media.picture())
    monkeypatch.setattr("renders.providers.source_file.provider.show_picture", fails)
    outcome = SourceFile().submit(
        Request("manim", _picture(), tmp_path / "work", 5.0, {"source": tmp_path / "photo.png"}), "key"
    )
    assert isinstance(outcome, Err)
    assert is_ours(outcome.error)


def test_a_cached_narration_that_cannot_be_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folder, "fetch", _raising)
    outcome = CachedSpeech(Folder(tmp_path)).submit(
        Request("tts", {"text": "Hello.", "language": "en", "voice": "default"}, tmp_path / "work", 5.0), "key"
    )
    assert isinstance(outcome, Err)
    assert is_ours(outcome.error)


def test_a_missing_ffmpeg_is_ours() -> None:
    missing = ffmpeg.child.ChildMissing("no ffmpeg")
    assert failures.failure("openai_speech", missing).ours
    assert of_narration("openai_speech", missing).ours


def _picture() -> dict[str, Any]:
    segment = Segment("s1", Role.ITEM, "Words.", "A headline", SceneKind.TITLE_CARD, {"headline": "A headline"})
    return {
        "segment": segment.to_json(), "index": 0, "count": 1, "width": 640, "height": 360, "fps": 30, "theme": "ink",
        "language": "en",
    }  # fmt: skip
