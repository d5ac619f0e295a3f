"""What services on other hosts made, brought into our form and judged. How they misbehave: the conformance suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from renders.captions import webvtt
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import SceneKind
from renders.domain.timeline import Material, Timeline
from renders.media import h264
from renders.media.cache import FolderCache
from renders.media.forms import Kind
from renders.media.prepare import FinalForm, prepare
from renders.media.probe import probe
from renders.media.session import Session, Stop
from renders.providers.base import Request
from renders.providers.manim_service import ManimService
from renders.providers.orchestrator import Orchestrator
from renders.providers.revideo_service import RevideoService
from tests.renders.media import samples
from tests.renders.providers import manim_scenes
from tests.renders.providers.test_composer import SECONDS, STILLS, timeline
from tests.support.clips import clip
from tests.support.misbehaving import Act, Asked, MisbehavingServer, answer, when

SCENE = manim_scenes.payload(SceneKind.BULLETS)
JOB = {"job_id": "r-1", "job_type": "doubt", "input": "Why?", "style": "concise", "length": 60, "voice": "male"}


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


def ok(outcome: Outcome) -> Ok:
    assert isinstance(outcome, Ok), outcome
    return outcome


def error(outcome: Outcome) -> Any:
    assert isinstance(outcome, Err), outcome
    json.dumps(outcome.error.to_json())
    return outcome.error


def video(**about: Any) -> Any:
    return answer(200, clip(**about), {"Content-Type": "video/mp4"})


def animate(server: MisbehavingServer, folder: Path, payload: Any = SCENE) -> Outcome:
    return ManimService(server.url, "key-1234").submit(Request("manim", payload, folder, 20), "key")


@pytest.fixture(scope="module")
def animated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Asked, Ok]:
    """A scene as it was asked for, and what became of a stranger's clip."""
    with MisbehavingServer() as server:
        server.does(video())
        outcome = ok(animate(server, tmp_path_factory.mktemp("animated")))
        return server.asked[0], outcome


def test_a_scene_is_asked_for_as_the_contract_has_it(animated: tuple[Asked, Ok]) -> None:
    asked = animated[0].json()
    assert set(asked) == {"scene", "width", "height", "fps", "duration", "theme"}
    assert asked["scene"]["kind"] == "bullets"
    assert asked["scene"]["data"]["narration"] == manim_scenes.NARRATION
    assert asked["scene"]["data"]["headline"]
    assert (asked["width"], asked["height"], asked["fps"], asked["theme"]) == (432, 244, 30, "ink")
    assert 3 < asked["duration"] < 30
    assert animated[0].headers["authorization"] == "Bearer key-1234"


def test_a_strangers_clip_is_brought_into_the_composers_form(animated: tuple[Asked, Ok], tmp_path: Path) -> None:
    outcome = animated[1]
    made = outcome.files["video"]
    assert h264.TAG.encode() in made.read_bytes()[: 1 << 18]
    over = Session(tmp_path, 1e12, Stop(Request("manim", {}, tmp_path, 1).cancelled))
    form, cache = FinalForm(432, 244, 30, (0, 0, 0)), FolderCache(tmp_path / "cache")
    prepared = prepare("clip", made, form, cache, over, kind=Kind.VIDEO)
    assert prepared.frames == outcome.result["frames"] == 30


def test_a_clip_of_another_size_is_not_taken(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(video(size="320x240"))
    failure = error(animate(server, tmp_path))
    assert failure.code is ErrorCode.PROVIDER_FAILURE
    assert "432x244" in failure.message
    assert failure.context["segment"] == "s1"


def test_a_duration_that_is_not_the_videos_is_a_failure(server: MisbehavingServer, tmp_path: Path) -> None:
    stated = answer(200, {"video_url": f"{server.url}/made.mp4", "duration": 8.0})
    server.does(when(lambda asked: stated if asked.method == "POST" else video()))
    failure = error(animate(server, tmp_path))
    assert failure.code is ErrorCode.PROVIDER_FAILURE
    assert "8.0 s" in failure.message


def test_a_payload_that_is_no_scene_is_not_sent(server: MisbehavingServer, tmp_path: Path) -> None:
    server.does(video())
    failure = error(animate(server, tmp_path, {**SCENE, "segment": None, "width": 7}))
    assert failure.code is ErrorCode.INVALID_INPUT
    assert not server.asked


@pytest.mark.parametrize("make", [ManimService, Orchestrator, lambda url: RevideoService(url, str)])
def test_a_service_without_an_address_says_which_setting_is_missing(make: Any, tmp_path: Path) -> None:
    payload = {**SCENE, **JOB, "timeline": timeline({"s1": Material()}, voices=False, count=1).to_json()}
    failure = error(make("").submit(Request("any", payload, tmp_path, 5), "key"))
    assert failure.code is ErrorCode.NOT_FOUND
    assert failure.remedy.startswith("Set ")


@pytest.mark.parametrize(
    ("answers", "well"),
    [
        ({"status": "ok", "version": "1"}, True),
        ({"status": "ok", "version": "1", "queue_depth": 3}, True),
        ({"status": "starting"}, False),
        ([], False),
    ],
)
def test_health_is_ok_or_it_is_not(server: MisbehavingServer, answers: Any, well: bool) -> None:
    server.does(answer(200, answers))
    assert (ManimService(server.url).ping(5) is None) is well
    assert server.asked[0].path == "/health"


def composed(server: MisbehavingServer, folder: Path, made: Any, files: dict[str, Path]) -> Outcome:
    service = RevideoService(server.url, lambda path: f"https://us.example/{path.name}?signed")
    return service.submit(Request("revideo", {"timeline": made.to_json()}, folder, 60, files), "key")


def brief(folder: Path) -> tuple[Timeline, dict[str, Path]]:
    """One segment without a picture, and its voice."""
    return timeline({}, count=1), {"narration-s1": samples.voice(folder / "n1.wav", SECONDS)}


@dataclass(frozen=True)
class Finished:
    timeline: Timeline
    asked: Asked
    outcome: Ok


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Too quiet, 44.1 kHz mono, no BT.709, no chapters, its index in pieces: what a service leaves to us."""
    folder, made = tmp_path_factory.mktemp("finished"), timeline(STILLS, count=2)
    files = {f"visual-s{at}": samples.picture(folder / f"s{at}.png") for at in (1, 2)}
    files |= {f"narration-s{at}": samples.voice(folder / f"n{at}.wav", SECONDS) for at in (1, 2)}
    with MisbehavingServer() as server:
        server.does(video(size="320x180", seconds=made.duration, sound=True))
        outcome = ok(composed(server, folder / "work", made, files))
        return Finished(made, server.asked[0], outcome)


def test_a_plain_mp4_is_finished_here(finished: Finished) -> None:
    made, outcome = finished.timeline, finished.outcome
    told = samples.look(outcome.files["video"])
    assert "h264 (High) (avc1" in told
    assert "yuv420p(tv, bt709, progressive), 320x180" in told
    assert told.count("Chapter #") == 2
    assert abs(len(samples.times(outcome.files["video"])) - made.total_frames) <= 1
    lines = webvtt.read(outcome.files["captions"].read_text(encoding="utf-8"))
    assert len(lines) == len(made.tracks.captions)
    asked = finished.asked.json()
    assert set(asked) == {"timeline", "width", "height", "fps", "captions", "assets"}
    assert asked["assets"]["visual-s2"] == "https://us.example/s2.png?signed"
    assert asked["timeline"] == made.to_json()


def test_a_video_with_a_voice_is_brought_to_its_loudness(finished: Finished) -> None:
    outcome = finished.outcome
    integrated, peak = samples.loudness(outcome.files["video"])
    assert abs(integrated + 14) <= 1
    assert peak <= -1
    assert outcome.result["loudness"] == pytest.approx(integrated, abs=0.2)


def test_another_frame_rate_is_brought_to_ours(server: MisbehavingServer, tmp_path: Path) -> None:
    made, files = brief(tmp_path)
    server.does(video(size="320x180", seconds=made.duration, sound=True, rate=25))
    outcome = ok(composed(server, tmp_path / "work", made, files))
    assert "30 fps, 30 tbr" in samples.look(outcome.files["video"])
    assert abs(outcome.result["frames"] - made.total_frames) <= 2


@pytest.mark.parametrize(
    ("wrong", "check"),
    [({"seconds": 1.2}, "duration"), ({"picture": "color=black"}, "black"), ({"sound": False}, "audio")],
)
def test_what_cannot_be_cured_does_not_pass_the_gate(
    server: MisbehavingServer, tmp_path: Path, wrong: dict[str, Any], check: str
) -> None:
    made, files = brief(tmp_path)
    server.does(video(**{"size": "320x180", "seconds": made.duration, "sound": True, **wrong}))
    failure = error(composed(server, tmp_path / "work", made, files))
    assert failure.code is ErrorCode.PROVIDER_FAILURE
    assert check in {one["check"] for one in failure.context["checks"]}


def test_a_file_that_is_missing_here_is_no_call(server: MisbehavingServer, tmp_path: Path) -> None:
    assert error(composed(server, tmp_path, timeline(STILLS), {})).code is ErrorCode.INVALID_INPUT
    assert not server.asked


def ordered(server: MisbehavingServer, folder: Path) -> Outcome:
    return Orchestrator(server.url).submit(Request("orchestrator", JOB, folder, 30), "key")


def test_a_whole_job_is_ordered_as_the_contract_has_it_and_finished_here(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    picture = tmp_path / "thumbnail.png"
    Image.new("RGB", (1600, 900), "#123456").save(picture)
    told = {
        "video_url": f"{server.url}/made.mp4",
        "thumbnail_url": f"{server.url}/made.png",
        "duration": 3.2,
        "processing_time_ms": 81_000,
    }
    server.does(when(lambda asked: _served(asked, told, answer(200, picture.read_bytes()))))
    outcome = ok(ordered(server, tmp_path / "work"))
    assert server.asked[0].json() == JOB
    assert outcome.result["processing_time_ms"] == 81_000
    assert (outcome.result["width"], outcome.result["height"]) == (432, 244)
    assert outcome.result["duration"] == pytest.approx(3.2, abs=0.1)
    info = probe(outcome.files["video"], decode=True)
    assert info.audio is not None
    assert info.audio.rate == 48_000
    assert abs(samples.loudness(outcome.files["video"])[0] + 14) <= 1
    assert webvtt.read(outcome.files["captions"].read_text(encoding="utf-8")) == []
    with Image.open(outcome.files["thumbnail"]) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("JPEG", (1280, 720))
        assert thumbnail.getpixel((600, 300))[2] > thumbnail.getpixel((600, 300))[0]


def _served(asked: Asked, told: Any, thumbnail: Act) -> Act:
    if asked.method == "POST":
        return answer(200, told)
    return video(seconds=3.2, sound=True) if asked.path.endswith(".mp4") else thumbnail


def test_a_thumbnail_that_cannot_be_had_is_taken_from_the_video(server: MisbehavingServer, tmp_path: Path) -> None:
    told = {"video_url": f"{server.url}/made.mp4", "thumbnail_url": f"{server.url}/gone.png", "duration": 3.2}
    server.does(when(lambda asked: _served(asked, told, answer(404))))
    with Image.open(ok(ordered(server, tmp_path)).files["thumbnail"]) as thumbnail:
        assert thumbnail.size == (432, 244)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [({"sound": False}, "audio"), ({"picture": "color=black"}, "black"), ({"seconds": 1.0}, "duration")],
)
def test_an_order_that_came_to_nothing_to_see_or_hear_is_a_failure(
    server: MisbehavingServer, tmp_path: Path, wrong: dict[str, Any], check: str
) -> None:
    server.does(video(**{"seconds": 3.2, "sound": True, **wrong}))
    failure = error(ordered(server, tmp_path))
    assert failure.code is ErrorCode.PROVIDER_FAILURE
    assert check in {one["check"] for one in failure.context["checks"]}
