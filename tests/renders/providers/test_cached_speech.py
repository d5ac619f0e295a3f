"""Narrations kept and found again; the store is a real folder, the better voice a fake of the same protocol."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.providers.base import Immediate, Request
from renders.providers.cached_speech import CachedSpeech, Folder, Remembered
from renders.providers.cached_speech.speeches import Speech, key_of

TIMINGS = [{"start": 0.0, "end": 1.5, "text": "Hello there."}]
HELLO = {"text": "Hello there.", "language": "en", "voice": "female", "segment_id": "s1"}


class Better(Immediate):
    """A voice as a service would be one; `answer` is what it comes to."""

    name = "better"

    def __init__(self, answer: Outcome | None = None) -> None:
        self.answer = answer
        self.cancelled = ""

    def submit(self, request: Request, key: str) -> Outcome:
        if self.answer is not None:
            return self.answer
        audio = request.workdir / "speech.mp3"
        audio.write_bytes(b"sound of " + str(request.payload["text"]).encode())
        return Ok({"duration": 1.5, "timings": TIMINGS, "model": "tts-1"}, {"narration": audio})

    def check(self, request: Request, job_id: str) -> Outcome:
        return Better().submit(request, "")

    def find(self, request: Request, key: str) -> Outcome | None:
        return Better().submit(request, "") if key == "lost" else None

    def cancel(self, job_id: str) -> None:
        self.cancelled = job_id


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "store")


@pytest.fixture
def ask(tmp_path: Path, store: Folder) -> Any:
    def of(payload: dict[str, Any], folder: str = "again") -> Outcome:
        return CachedSpeech(store).submit(Request("tts", payload, tmp_path / folder, 10.0), "key")

    return of


@pytest.fixture
def spoken(tmp_path: Path, store: Folder) -> Outcome:
    """The better voice has said hello."""
    return Remembered(Better(), store).submit(Request("tts", HELLO, tmp_path / "first", 10.0), "key")


def audio_of(store: Folder) -> Path:
    (audio,) = store.root.rglob("*.mp3")
    return audio


def assert_not_cached(outcome: Outcome) -> None:
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.NOT_FOUND


def test_what_a_better_voice_said_is_answered_again_and_says_who_spoke(spoken: Ok, ask: Any, tmp_path: Path) -> None:
    found = ask(HELLO)
    assert isinstance(found, Ok)
    assert found.result == {"duration": 1.5, "timings": TIMINGS, "provider": "better", "model": "better/tts-1"}
    assert found.files["narration"].read_bytes() == b"sound of Hello there."
    assert found.files["narration"].parent == tmp_path / "again"


def test_the_copy_may_be_moved_away_and_the_store_still_has_its_own(spoken: Ok, ask: Any) -> None:
    spoken.files["narration"].unlink()
    ask(HELLO).files["narration"].write_bytes(b"other")
    assert ask(HELLO, "third").files["narration"].read_bytes() == b"sound of Hello there."


@pytest.mark.parametrize("changed", [{"text": "Hello here."}, {"language": "ru"}, {"voice": "male"}])
def test_another_text_language_or_voice_is_not_cached_and_that_is_no_fault(
    spoken: Ok, ask: Any, changed: dict[str, str]
) -> None:
    error = ask({**HELLO, **changed}).error
    assert (error.code, error.provider_code, error.max_attempts) == (ErrorCode.NOT_FOUND, "NOT_CACHED", 1)
    assert not error.is_retryable
    assert error.context["segment"] == "s1"


def test_spaces_and_the_make_of_accents_make_no_difference() -> None:
    assert key_of({"text": " Cafe\u0301\n  noir"}) == key_of({"text": "Café noir", "segment_id": "s9"})
    assert key_of({"text": "a", "language": "b c"}) != key_of({"text": "a b", "language": "c"})


@pytest.mark.parametrize("spoil", [b"", b"sound of Hello ther", b"sound of Hello there,"])
def test_a_corrupt_recording_is_dropped_and_made_good_by_the_next(
    spoken: Ok, ask: Any, store: Folder, spoil: bytes, tmp_path: Path
) -> None:
    audio_of(store).write_bytes(spoil)
    assert_not_cached(ask(HELLO))
    assert list((tmp_path / "again").iterdir()) == []
    assert not list(store.root.rglob("*.json"))
    Remembered(Better(), store).submit(Request("tts", HELLO, tmp_path / "second", 10.0), "key")
    assert isinstance(ask(HELLO), Ok)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"audio": "../../../etc/passwd", "provider": "", "model": "", "result": {}}',
        b"\xff",
    ],
)
def test_an_entry_that_is_none_of_ours_is_dropped(spoken: Ok, ask: Any, store: Folder, entry: bytes) -> None:
    (path,) = store.root.rglob("*.json")
    path.write_bytes(entry)
    assert_not_cached(ask(HELLO))
    assert not path.exists()


def test_an_entry_never_leads_out_of_the_store(spoken: Ok, ask: Any, store: Folder, tmp_path: Path) -> None:
    (path,) = store.root.rglob("*.json")
    entry = json.loads(path.read_bytes())
    outside = tmp_path / entry["audio"]
    audio_of(store).rename(outside)
    path.write_text(json.dumps({**entry, "audio": str(outside)}))
    assert_not_cached(ask(HELLO))


def test_an_entry_without_its_recording_is_dropped(spoken: Ok, ask: Any, store: Folder) -> None:
    audio_of(store).unlink()
    assert_not_cached(ask(HELLO))
    assert not list(store.root.rglob("*.json"))


def test_what_died_half_way_is_never_seen(spoken: Ok, store: Folder, tmp_path: Path, monkeypatch: Any) -> None:
    def power_fails(handle: int) -> None:
        raise OSError("gone")

    other = {**HELLO, "text": "Other."}
    monkeypatch.setattr(os, "fsync", power_fails)
    outcome = Remembered(Better(), store).submit(Request("tts", other, tmp_path / "other", 10.0), "key")
    monkeypatch.undo()
    assert isinstance(outcome, Ok)  # the narration is there, only the cache has none
    assert_not_cached(CachedSpeech(store).submit(Request("tts", other, tmp_path / "o2", 10.0), "key"))
    assert not list(store.root.rglob("*.part"))


def test_a_store_that_cannot_be_read_is_an_answer_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Folder(tmp_path)
    entry = tmp_path / key_of(HELLO)[:2]
    entry.mkdir()
    (entry / f"{key_of(HELLO)}.json").mkdir()
    outcome = CachedSpeech(store).submit(Request("tts", HELLO, tmp_path / "again", 10.0), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.PROVIDER_FAILURE
    assert "folder" in outcome.error.what_to_do


def test_what_comes_late_is_kept_too(store: Folder, tmp_path: Path, ask: Any) -> None:
    better = Remembered(Better(Pending("job-1", 1.0)), store)
    request = Request("tts", HELLO, tmp_path / "late", 10.0)
    assert isinstance(better.submit(request, "key"), Pending)
    assert_not_cached(ask(HELLO))
    assert better.find(request, "other") is None
    better.check(request, "job-1")
    assert isinstance(ask(HELLO), Ok)
    better.cancel("job-1")


@pytest.mark.parametrize(
    "answer",
    [
        Err(GenerationError(ErrorCode.API_ERROR, "better", "no")),
        Ok({"duration": 1.0}),
        Ok({"duration": 1.0}, {"narration": Path("/nowhere/speech.mp3")}),
        Ok({"duration": object()}, {"narration": Path(__file__)}),
    ],
)
def test_what_cannot_be_kept_is_answered_all_the_same(store: Folder, tmp_path: Path, ask: Any, answer: Outcome) -> None:
    better = Remembered(Better(answer), store)
    assert better.submit(Request("tts", HELLO, tmp_path / "first", 10.0), "key") is answer
    assert better.name == "better"
    assert_not_cached(ask(HELLO))


def test_what_is_degraded_is_not_kept(store: Folder, tmp_path: Path, ask: Any) -> None:
    audio = tmp_path / "speech.mp3"
    audio.write_bytes(b"hoarse")
    answer = Ok({"duration": 1.0}, {"narration": audio}, degraded="hoarse")
    Remembered(Better(answer), store).submit(Request("tts", HELLO, tmp_path / "first", 10.0), "key")
    assert_not_cached(ask(HELLO))


@pytest.mark.parametrize("payload", [{}, {"text": None, "language": 5, "voice": []}, {"text": "\ud800"}])
def test_a_payload_of_another_form_is_answered_not_raised(ask: Any, payload: dict[str, Any]) -> None:
    assert isinstance(ask(payload), Err)


def keep(store: Folder, folder: Path, name: str, size: int, used: float) -> str:
    """A narration of another text, last asked for so many seconds ago."""
    audio = folder / f"{name}.wav"
    audio.write_bytes(name.encode() * (size // len(name)))
    key = key_of({"text": name})
    store.keep(key, audio, Speech("better", "tts-1", {"duration": 1.0}))
    for path in store.root.rglob("*"):
        if path.is_file() and path.stat().st_mtime > time.time() - 60:
            os.utime(path, (time.time() - used, time.time() - used))
    return key


def test_the_narrations_that_were_not_asked_for_longest_go_first(store: Folder, tmp_path: Path) -> None:
    old, middle, new = (keep(store, tmp_path, name, 600, used) for name, used in (("a", 9e5), ("b", 8e5), ("c", 7e5)))
    assert store.fetch(old, tmp_path) is not None, "asked for just now"

    assert store.prune(1_300) == 600
    assert [store.fetch(key, tmp_path) is not None for key in (old, middle, new)] == [True, False, True]
    assert store.prune(1_300) == 0
    assert not [path for path in store.root.rglob("*") if path.is_file() and path.stem == middle]


def test_what_is_young_stays_and_sound_without_an_entry_goes(store: Folder, tmp_path: Path) -> None:
    orphan = keep(store, tmp_path, "orphan", 600, 9e5)
    young = keep(store, tmp_path, "young", 600, 0)
    (store.root / orphan[:2] / f"{orphan}.json").unlink()

    assert store.prune(0) == 600
    assert store.fetch(young, tmp_path) is not None


def test_an_empty_store_is_pruned_without_being_made(store: Folder) -> None:
    assert store.prune(0) == 0
    assert not store.root.exists()


def test_a_better_voice_is_not_replaced_by_a_lesser_one(spoken: Ok, ask: Any, store: Folder, tmp_path: Path) -> None:
    class Lesser(Better):
        name = "lesser"

    Remembered(Lesser(), store, better=["better"]).submit(Request("tts", HELLO, tmp_path / "x", 10.0), "key")
    assert ask(HELLO).result["provider"] == "better"
    Remembered(Lesser(), store).submit(Request("tts", HELLO, tmp_path / "y", 10.0), "key")
    assert ask(HELLO, "third").result["provider"] == "lesser"


def test_its_provider_is_asked_whether_it_is_well(store: Folder) -> None:
    class Pinged(Better):
        def ping(self, seconds: float) -> GenerationError | None:
            return GenerationError(ErrorCode.API_ERROR, "better", "down")

    assert Remembered(Better(), store).ping(1) is None
    assert Remembered(Pinged(), store).ping(1) is not None
