"""Files are what their bytes say, and nothing that points elsewhere is opened (R111)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from renderhub.lib import child
from renders.media.forms import Kind, Refused, form_of
from renders.media.probe import ProbeError, probe
from tests.renders.media.samples import make, picture, voice
from tests.support.clips import clip


def test_it_tells_what_a_picture_is(tmp_path: Path) -> None:
    info = probe(picture(tmp_path / "a.png"), decode=True)
    assert info.kind is Kind.IMAGE
    assert info.video is not None
    assert (info.video.codec, info.video.width, info.video.height, info.video.frames) == ("png", 320, 180, 1)


def test_it_tells_what_a_sound_is(tmp_path: Path) -> None:
    info = probe(voice(tmp_path / "a.wav", 1.5), decode=True)
    assert info.kind is Kind.AUDIO
    assert info.audio is not None
    assert (info.audio.codec, info.audio.rate, info.audio.channels, info.audio.samples) == (
        "pcm_s16le",
        48000,
        1,
        72000,
    )
    assert info.duration == pytest.approx(1.5)


def test_it_tells_what_a_video_is_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "clip.png"
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25", "-t", "2", "-metadata", "title=T")
    make(*source, "-c:v", "libx264", "-f", "mp4", path)
    info = probe(path, decode=True)
    assert info.kind is Kind.VIDEO
    assert info.audio is None
    assert info.video is not None
    assert (info.video.codec, info.video.fps, info.video.frames, info.title) == ("h264", 25, 50, "T")


INDIRECT = {
    "playlist": "#EXTM3U\n#EXTINF:1\nfile:///etc/hostname\n",
    "concat": "ffconcat version 1.0\nfile /etc/hostname\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/></svg>',
    "html": "<!doctype html><p>504</p>",
    "empty": "",
}


@pytest.mark.parametrize("name", INDIRECT)
def test_what_points_elsewhere_is_refused_before_anything_opens_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "narration.wav"
    path.write_text(INDIRECT[name])
    with pytest.raises(Refused):
        form_of(path)
    with pytest.raises(ProbeError, match=r"narration\.wav"):
        probe(path)


def test_damage_is_found_only_by_decoding(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ProbeError, match="cannot be decoded"):
        probe(path, decode=True)


@pytest.mark.parametrize("part", [0.15, 0.66])
def test_a_video_that_is_cut_off_is_damaged_and_holds_nobody_up(part: float, tmp_path: Path) -> None:
    whole = clip()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(ProbeError, match="damaged"):
        probe(path, decode=True, seconds=10)


def test_a_missing_file_is_a_probe_error(tmp_path: Path) -> None:
    with pytest.raises(ProbeError):
        probe(tmp_path / "none.wav")


def test_it_is_bounded_in_time_and_can_be_cancelled(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    with pytest.raises(child.ChildTimeout):
        probe(path, seconds=0.001)
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(child.ChildCancelled):
        probe(path, cancel=cancelled)
