"""Services as operators start them (`manage.py serve_engine`), called over HTTP by our providers."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command

from renderhub.drills.looking import alive, below
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import SceneKind
from renders.management.commands import serve_engine
from renders.media import h264
from renders.media.probe import probe
from renders.pipeline import handed_out, storage
from renders.providers.base import Request
from renders.providers.manim_service import ManimService
from renders.providers.revideo_service import RevideoService
from tests.renders.media import samples
from tests.renders.providers import manim_scenes
from tests.renders.providers.test_composer import SECONDS, STILLS, timeline
from tests.support import served
from tests.support.served import Served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
KEY = "a-key-that-two-hosts-share"


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("assets")
    made = {f"visual-s{at}": samples.picture(folder / f"s{at}.png", mark=at) for at in (1, 2, 3)}
    return made | {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS) for at in (1, 2, 3)}


@pytest.fixture(scope="module")
def door(assets: dict[str, Path]) -> Iterator[str]:
    with served.handing_out(assets["visual-s1"].parent) as handing:
        yield handing.address


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("compose")
    with served.serving("compose", home, "--queue", "0", SERVE_KEY=KEY, SERVE_ASSET_HOSTS="127.0.0.1") as service:
        yield service


def provider(service: Served, door: str, key: str = KEY) -> RevideoService:
    return RevideoService(service.url, lambda path: f"{door}/{path.name}", key)


SMALL, LARGE = (426, 240), (2560, 1440)


def order(
    folder: Path, files: dict[str, Path], *, count: int = 1, size: tuple[int, int] = SMALL, burn: bool = False
) -> Request:
    made = replace(timeline(STILLS, size=size, count=count), burn_captions=burn)
    return Request("revideo", {"timeline": made.to_json()}, folder, 60.0, files)


def test_a_second_host_composes_what_the_gate_here_lets_pass(
    compose: Served, door: str, assets: dict[str, Path], tmp_path: Path
) -> None:
    outcome = provider(compose, door).submit(order(tmp_path / "work", assets, count=3, burn=True), "key")
    assert isinstance(outcome, Ok), outcome
    assert outcome.result["frames"] == timeline(STILLS).total_frames
    assert abs(outcome.result["loudness"] + 14) <= 1
    info = probe(outcome.files["video"], decode=True)
    assert info.video is not None
    assert (info.video.width, info.video.height) == SMALL
    assert [title for _, _, title in info.chapters] == ["One: a=b;c#d", "Two's [out];[in]", "Three lines"]
    assert {"captions", "thumbnail", "subtitles"} <= set(outcome.files)
    shown = samples.planes(outcome.files["video"], SMALL)
    caption = timeline(STILLS).tracks.captions[0]
    spoken = round((caption.start + caption.duration / 2) * 30)
    low, before = (frame[200:233, 67:360].astype(int) for frame in (shown[spoken], shown[2]))
    assert (abs(low - before) > 60).mean() > 0.01, "the captions are in the picture, as was asked"


@pytest.fixture
def our_web_process(settings: Any) -> Iterator[None]:
    with served.web_process(settings):
        yield


def test_it_fetches_from_our_web_process_what_it_was_given_leave_to(
    compose: Served, our_web_process: None, assets: dict[str, Path], tmp_path: Path
) -> None:
    stored = {}
    for name, path in assets.items():
        shutil.copy(path, tmp_path / path.name)
        stored[name] = storage.path_of(storage.put(tmp_path / path.name))
    service = RevideoService(compose.url, handed_out.address_of, KEY)
    outcome = service.submit(order(tmp_path / "work", stored, count=2), "key")
    assert isinstance(outcome, Ok), outcome


def test_it_is_well_and_asks_for_its_key(compose: Served, door: str, assets: dict[str, Path], tmp_path: Path) -> None:
    assert provider(compose, door).ping(10) is None
    wrong = provider(compose, door, "another").ping(10)
    assert wrong is not None
    assert wrong.code is ErrorCode.UNAUTHORIZED
    outcome = provider(compose, door, "another").submit(order(tmp_path / "work", assets), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.UNAUTHORIZED


def test_an_asset_that_cannot_be_had_is_said_by_name(
    compose: Served, door: str, assets: dict[str, Path], tmp_path: Path
) -> None:
    elsewhere = RevideoService(compose.url, lambda path: f"{door}/gone/{path.name}", KEY)
    outcome = elsewhere.submit(order(tmp_path / "work", assets), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.API_ERROR
    assert "visual-s1" in outcome.error.message


def in_background(service: Served, door: str, request: Request) -> tuple[threading.Thread, list[Outcome]]:
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(provider(service, door).submit(request, "key")))
    thread.start()
    return thread, outcomes


def test_work_ends_with_the_call_that_asked_for_it_and_makes_room(
    compose: Served, door: str, assets: dict[str, Path], tmp_path: Path
) -> None:
    request = order(tmp_path / "work", assets, count=3, size=LARGE)
    thread, outcomes = in_background(compose, door, request)
    wait_until(lambda: served.programs_of(compose), 30, "FFmpeg to be at work")
    full = requests.post(f"{compose.url}/render", json={}, headers={"Authorization": f"Bearer {KEY}"}, timeout=10)
    assert full.status_code == 422, "what is no order is refused before it takes a place"
    outcome = provider(compose, door).submit(order(tmp_path / "second", assets), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.RATE_LIMITED
    assert outcome.error.retry_after
    request.cancelled.set()
    thread.join(10)
    assert isinstance(outcomes[0], Err)
    wait_until(lambda: not served.programs_of(compose), 10, "its programs to be gone")
    wait_until(lambda: "hung up" in compose.said(), 10, "the service to notice")
    again = provider(compose, door).submit(order(tmp_path / "third", assets), "key")
    assert isinstance(again, Ok), again


def test_a_service_killed_in_the_middle_of_a_call_is_a_timeout_and_leaves_nothing(
    door: str, assets: dict[str, Path], tmp_path: Path
) -> None:
    with served.serving("compose", tmp_path / "home", SERVE_KEY=KEY, SERVE_ASSET_HOSTS="127.0.0.1") as service:
        thread, outcomes = in_background(service, door, order(tmp_path / "work", assets, count=3, size=LARGE))
        wait_until(lambda: served.programs_of(service), 30, "FFmpeg to be at work")
        everybody = below(service.process.pid)
        served.kill(service)
        thread.join(15)
        wait_until(lambda: not any(map(alive, everybody)), 10, "all to end")
    assert isinstance(outcomes[0], Err)
    assert outcomes[0].error.code is ErrorCode.TIMEOUT


def test_a_request_that_drips_does_not_hold_a_place(compose: Served) -> None:
    host, port = compose.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(b"POST /render HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n")
        slow.sendall(f"Authorization: Bearer {KEY}\r\n\r\n{{".encode())
        assert requests.get(f"{compose.url}/health", timeout=10).json()["queue_depth"] == 0


def test_a_service_for_others_does_not_start_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_engine, "Server", lambda *_: pytest.fail("it serves"))
    with pytest.raises(CommandError, match="SERVE_KEY"):
        call_command("serve_engine", "compose", "--port", "5001", "--host", "0.0.0.0")


@pytest.fixture(scope="module")
def manim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    python = os.environ.get("MANIM_PYTHON", "")
    if not python and importlib.util.find_spec("manim") is None:
        pytest.skip("Manim is not installed")
    with served.serving("manim", tmp_path_factory.mktemp("manim"), "--jobs", "1", MANIM_PYTHON=python) as service:
        yield service


def test_a_scene_drawn_elsewhere_is_in_the_composers_form(manim: Served, tmp_path: Path) -> None:
    service = ManimService(manim.url)
    assert service.ping(10) is None
    outcome = service.submit(Request("manim", manim_scenes.payload(SceneKind.BULLETS), tmp_path, 60.0), "key")
    assert isinstance(outcome, Ok), outcome
    assert outcome.result["kind"] == "video"
    assert outcome.result["duration"] == pytest.approx(outcome.result["frames"] / 30, abs=0.02)
    assert h264.TAG.encode() in outcome.files["video"].read_bytes()[: 1 << 18]


def test_a_scene_that_cannot_be_drawn_is_refused_in_words(manim: Served, tmp_path: Path) -> None:
    asked = manim_scenes.payload(SceneKind.BULLETS, segment={"headline": "", "data": {}})
    outcome = ManimService(manim.url).submit(Request("manim", asked, tmp_path, 60.0), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert "headline" in json.dumps(outcome.error.to_json())
