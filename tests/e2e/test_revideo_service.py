"""A real Revideo service (`docker/revideo`): Node and Chromium render our timeline, the gate here lets it pass."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import requests

from renderhub.embedded.home import PROJECT
from renderhub.lib import child
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok
from renders.domain.timeline import Material, Timeline, build
from renders.media.probe import probe
from renders.providers.base import Request
from renders.providers.revideo_service import RevideoService
from tests.renders.media import samples
from tests.renders.providers.test_composer import script
from tests.support import served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
FOLDER = PROJECT / "docker" / "revideo"
KEY = "a-key-that-two-hosts-share"
SIZE = (640, 360)
SPOKEN = 0.8
TRAP = "`${document.title='run'}` </script><img src=x onerror=alert(1)> 100 %"
"""What would run if it were ever taken for code."""


@dataclass(frozen=True)
class Service:
    url: str
    process: child.Child
    log: Path

    def programs(self, word: str) -> list[psutil.Process]:
        found = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in found if word in " ".join(_argv(one))]


def _argv(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else []
    except psutil.Error:
        return []


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    node, chromium = shutil.which("node"), os.environ.get("CHROMIUM") or shutil.which("chromium")
    if node is None or chromium is None:
        pytest.skip("Node or Chromium is not installed")
    if not (FOLDER / "node_modules" / "@revideo").is_dir():
        pytest.skip("the packages of docker/revideo are not installed (npm ci)")
    home, port = Path(tempfile.mkdtemp(prefix="rv")), served.free_port()  # short: a browser's socket lies beneath it
    (home / "key").write_text(KEY)
    environment = {
        "PORT": str(port),
        "SERVE_KEY_FILE": str(home / "key"),
        "CHROMIUM": chromium,
        "QUEUE": "0",
        "VITE_CACHE": str(home / "vite"),
        "TMPDIR": str(home),
    }
    log = home / "log"
    with log.open("wb") as output:
        process = child.spawn(
            [node, "src/server.mjs"], cwd=FOLDER, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: b"revideo at" in log.read_bytes(), 20, "the service to listen")
        yield Service(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate(5.0)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("assets")
    made = {"still": samples.picture(folder / "still.png", SIZE, "#A03060"), "clip": folder / "clip.mp4"}
    grey = f"color=c=black:s={SIZE[0]}x{SIZE[1]}:r=30,format=yuv420p,geq=lum='40+3*mod(N,60)':cb=128:cr=128"
    samples.make("-f", "lavfi", "-i", grey, "-t", "1", "-c:v", "libx264", "-crf", "4", made["clip"])
    return made | {f"voice-{at}": samples.voice(folder / f"v{at}.wav", SPOKEN) for at in (1, 2)}


@pytest.fixture(scope="module")
def provider(service: Service, assets: dict[str, Path]) -> Iterator[RevideoService]:
    with served.handing_out(assets["still"].parent) as door:
        yield RevideoService(service.url, lambda path: f"{door.address}/{path.name}", KEY)


def timeline(**changes: Any) -> Timeline:
    visuals = {"s1": Material("still"), "s2": Material("clip", kind="video", duration=1.0)}
    voices = {f"s{at}": Material(f"voice-{at}", duration=SPOKEN) for at in (1, 2)}
    plain = script(2)
    trapped = replace(plain, segments=tuple(replace(one, headline=TRAP, narration=TRAP) for one in plain.segments))
    made = build(trapped, visuals, voices, None, size=SIZE, fps=30, language="en", theme="ink")
    return replace(made, burn_captions=True, **changes)


def request(folder: Path, assets: dict[str, Path], made: Timeline | None = None) -> Request:
    return Request("revideo", {"timeline": (made or timeline()).to_json()}, folder, 120, assets)


def test_a_timeline_is_rendered_as_it_says(provider: RevideoService, assets: dict[str, Path], tmp_path: Path) -> None:
    made = timeline()
    outcome = provider.submit(request(tmp_path, assets), "key")
    assert isinstance(outcome, Ok), outcome
    info = probe(outcome.files["video"], decode=True)
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.profile) == (*SIZE, "High")
    assert abs(info.video.frames - made.total_frames) <= 1
    assert abs(samples.loudness(outcome.files["video"])[0] + 14) <= 1
    frames = samples.planes(outcome.files["video"], SIZE)[:, : SIZE[1]]
    start = made.frames(made.tracks.visuals[1].start)
    levels = frames[:, 100:200, 300:500].mean(axis=(1, 2))
    assert np.ptp(levels[: start - 9]) < 2, "the still stands still"
    assert levels[start + 9 : start + 25] == pytest.approx([40 + 3 * at for at in range(9, 25)], abs=8)
    spoken = made.frames(made.tracks.captions[0].start + made.tracks.captions[0].duration / 2)
    assert (frames[spoken, 310:350, 150:490] > 200).mean() > 0.01, "the caption is in its band"
    heard = samples.heard(outcome.files["video"])
    for clip in made.tracks.narration:
        at = round((clip.start + 0.2) * samples.RATE)
        assert samples.level(heard[at : at + 9600], 400) > -40


def test_work_ends_with_the_call_that_asked_for_it(
    provider: RevideoService, service: Service, assets: dict[str, Path], tmp_path: Path
) -> None:
    asked = request(tmp_path / "work", assets)
    outcomes: list[Any] = []
    calling = threading.Thread(target=lambda: outcomes.append(provider.submit(asked, "key")))
    calling.start()
    wait_until(lambda: service.programs("chromium"), 30, "a browser to be at work")
    full = provider.submit(request(tmp_path / "second", assets), "key")
    assert isinstance(full, Err)
    assert full.error.code is ErrorCode.RATE_LIMITED
    assert full.error.retry_after
    asked.cancelled.set()
    calling.join(10)
    assert isinstance(outcomes[0], Err)
    wait_until(lambda: not service.programs("chromium") and not service.programs("render.mjs"), 15, "all of it to end")
    wait_until(lambda: not list(service.log.parent.glob("rv-*")), 15, "its folder to be gone")


def test_it_is_well_and_asks_for_its_key(provider: RevideoService, service: Service) -> None:
    assert provider.ping(5) is None
    assert requests.post(f"{service.url}/render", json={}, timeout=5).status_code == 401
    wrong = RevideoService(service.url, str, "another").ping(5)
    assert wrong is not None
    assert wrong.code is ErrorCode.UNAUTHORIZED


def post(service: Service, body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {KEY}"}
    return requests.post(f"{service.url}/render", json=body, headers=headers, timeout=10)


def good(**changes: Any) -> dict[str, Any]:
    addresses = dict.fromkeys(("still", "clip", "voice-1", "voice-2"), "http://127.0.0.1/x")
    asked = {"timeline": timeline().to_json(), "width": 640, "height": 360, "fps": 30, "captions": True}
    return {**asked, "assets": addresses, **changes}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "timeline"),
        (good(timeline=None), "timeline"),
        (good(width=7), "width"),
        (good(height=361), "height"),
        (good(fps="30"), "fps"),
        (good(captions=None), "captions"),
        (good(assets={}), "assets.still"),
        (good(assets={**good()["assets"], "clip": "file:///etc/passwd"}), "assets.clip"),
        (good(assets={**good()["assets"], "clip": "http://169.254.169.254/"}), "assets.clip"),
    ],
)
def test_what_is_asked_wrongly_is_refused_field_by_field(service: Service, body: Any, field: str) -> None:
    answer = post(service, body)
    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "message", "status", "fields"}
    assert field in answer.json()["fields"]


def test_an_asset_that_is_no_media_is_never_opened(service: Service, assets: dict[str, Path], tmp_path: Path) -> None:
    for path in assets.values():
        shutil.copy(path, tmp_path / path.name)
    (tmp_path / "clip.mp4").write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    with served.handing_out(tmp_path) as door:
        here = RevideoService(service.url, lambda path: f"{door.address}/{path.name}", KEY)
        outcome = here.submit(request(tmp_path / "work", assets), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.API_ERROR
    assert "clip" in outcome.error.message
    assert not service.programs("chromium")
