"""What every provider of the stage `upload` must do (R17, I4)."""

from __future__ import annotations

import hashlib
import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok
from renders.providers.base import Request
from tests.conformance.conftest import Door

CONTENTS = {"video": ".mp4", "captions": ".vtt", "thumbnail": ".jpg", "subtitles": ".srt", "karaoke": ".vtt"}


def request(folder: Path, render: str = "", **contents: bytes) -> Request:
    files, keys = {}, {}
    folder.mkdir(parents=True, exist_ok=True)
    for role, content in (contents or {role: f"the {role} ü".encode() for role in CONTENTS}).items():
        name = hashlib.sha256(content).hexdigest() + CONTENTS[role]
        files[role], keys[role] = folder / name, name
        files[role].write_bytes(content)
    payload = {"render_id": render or str(uuid.uuid4()), "run": 1, "keys": keys}
    return Request("upload", payload, folder / "work", 30.0, files)


def urls(outcome: object) -> dict[str, str]:
    assert isinstance(outcome, Ok), outcome
    return {str(role): str(url) for role, url in outcome.result.items()}


def test_each_file_can_be_fetched_whole_from_the_address_that_is_answered(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in")
    answered = urls(door.provider.submit(asked, "key"))
    assert set(answered) == {f"{role}_url" for role in CONTENTS}
    for role, path in asked.files.items():
        assert door.fetch(answered[f"{role}_url"]) == path.read_bytes()


def test_publishing_twice_changes_nothing(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in")
    first = door.provider.submit(asked, "key")
    there = door.places()
    assert door.provider.submit(asked, "another key") == first
    assert door.places() == there


def test_publishing_twice_at_once_is_harmless(door: Door, tmp_path: Path) -> None:
    """Some bucket services refuse one of two writers of a key (409 or 500): who is told so asks again. The one of the
    tests takes what is there away before it keeps what comes: for a moment nothing is found."""
    asked = request(tmp_path / "in")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: door.provider.submit(asked, f"key {n}"), range(4)))
    refused = [answer.error for answer in answers if isinstance(answer, Err)]
    assert all(error.is_retryable or error.code is ErrorCode.NOT_FOUND for error in refused), refused
    assert len(refused) < 4
    last = door.provider.submit(asked, "key")
    assert all(answer == last for answer in answers if isinstance(answer, Ok))
    for role, path in asked.files.items():
        assert door.fetch(urls(last)[f"{role}_url"]) == path.read_bytes()


def test_the_same_content_of_another_render_has_a_place_of_its_own(door: Door, tmp_path: Path) -> None:
    one, two = request(tmp_path / "one"), request(tmp_path / "two")
    assert set(urls(door.provider.submit(one, "1")).values()).isdisjoint(urls(door.provider.submit(two, "2")).values())


def test_a_new_version_of_a_render_does_not_touch_the_old_one(door: Door, tmp_path: Path) -> None:
    render = str(uuid.uuid4())
    old = urls(door.provider.submit(request(tmp_path / "old", render, video=b"old"), "1"))
    new = urls(door.provider.submit(request(tmp_path / "new", render, video=b"new"), "2"))
    assert door.fetch(old["video_url"]) == b"old"
    assert door.fetch(new["video_url"]) == b"new"


def test_a_large_file_arrives_whole(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renders.providers.s3.bucket.PART", 5 * 2**20)  # the smallest that buckets take
    content = random.Random(1).randbytes(11_000_000)  # three parts
    asked = request(tmp_path / "in", video=content)
    fetched = door.fetch(urls(door.provider.submit(asked, "key"))["video_url"])
    assert hashlib.sha256(fetched).digest() == hashlib.sha256(content).digest()
    there = door.places()
    door.provider.submit(asked, "key")
    assert door.places() == there


def test_an_empty_file_is_published_like_any_other(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in", captions=b"")
    assert door.fetch(urls(door.provider.submit(asked, "key"))["captions_url"]) == b""


def test_a_file_that_is_not_what_its_name_says_is_not_published(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in", video=b"the video")
    asked.files["video"].write_bytes(b"rotten")
    before = door.places()
    answer = door.provider.submit(asked, "key")
    assert isinstance(answer, Err)
    assert "damaged" in answer.error.message
    assert door.places() == before


@pytest.mark.parametrize("render", ["../../somewhere", "", "no uuid", "0192f0c8-7b1e-7c44-9d3a-52f1f9a1b0aa/.."])
def test_a_render_id_is_never_a_path(door: Door, tmp_path: Path, render: str) -> None:
    asked = request(tmp_path / "in")
    before = door.places()
    try:
        answer: object = door.provider.submit(
            Request("upload", {**asked.payload, "render_id": render}, tmp_path / "work", 5.0, asked.files), "key"
        )
    except ValueError:
        answer = Err
    assert not isinstance(answer, Ok)
    assert door.places() == before


def test_a_missing_file_is_an_error_that_says_so(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in")
    asked.files["video"].unlink()
    answer = door.provider.submit(asked, "key")
    assert isinstance(answer, Err)
    assert answer.error.code in (ErrorCode.API_ERROR, ErrorCode.PROVIDER_FAILURE)
    assert answer.error.what_to_do


def test_it_answers_at_once_and_has_nothing_to_look_for(door: Door, tmp_path: Path) -> None:
    asked = request(tmp_path / "in")
    assert door.provider.find(asked, "key") is None
    with pytest.raises(LookupError):
        door.provider.check(asked, "job")


def test_it_says_that_it_could_work(door: Door) -> None:
    assert door.provider.ping(5.0) is None  # type: ignore[attr-defined]


def test_what_is_cancelled_is_not_a_success_or_is_whole(door: Door, tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    asked = request(tmp_path / "in")
    answer = door.provider.submit(
        Request("upload", asked.payload, tmp_path / "work", 5.0, asked.files, cancelled), "key"
    )
    if isinstance(answer, Ok):
        assert door.fetch(urls(answer)["video_url"]) == asked.files["video"].read_bytes()
