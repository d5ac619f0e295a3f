"""Pieces join into one stream that plays as if it had been encoded whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from renders.media.boxes import index_first
from renders.media.h264 import GOP, JoinError, Part, access_units, encoder, write_joined
from tests.renders.media.samples import make, planes, times

SIZE = {"width": 64, "height": 36, "fps": 30}


def piece(folder: Path, colour: str, frames: int, size: str = "64x36") -> list[bytes]:
    out = folder / "piece.h264"
    source = f"color=c={colour}:s={size}:r=30,trim=end_frame={frames}"
    make("-f", "lavfi", "-i", source, *encoder(30), out)
    return access_units(out.read_bytes())


def test_parts_of_pieces_follow_each_other_frame_by_frame(tmp_path: Path) -> None:
    pieces = {"dark": piece(tmp_path, "0x101010", GOP), "bright": piece(tmp_path, "0xE0E0E0", 12)}
    parts = [Part("dark", GOP), Part("dark", 7), Part("bright", 12), Part("dark", 2)]
    stream, video = tmp_path / "joined.ivf", tmp_path / "joined.mp4"
    assert write_joined(parts, pieces, stream, **SIZE) == GOP + 21
    log = make("-v", "warning", "-f", "ivf", "-i", stream, "-c", "copy", "-movflags", "+faststart", video)
    assert log == b""
    levels = planes(video, (64, 36))[:, :36].mean(axis=(1, 2))
    assert [bool(level > 128) for level in levels] == [False] * (GOP + 7) + [True] * 12 + [False] * 2
    ticks = times(video)
    assert {after[0] - before[0] for before, after in pairwise(ticks)} == {ticks[0][1]}
    assert index_first(video)


def test_parameter_sets_stand_once(tmp_path: Path) -> None:
    pieces = {"a": piece(tmp_path, "red", 4)}
    stream = tmp_path / "joined.ivf"
    write_joined([Part("a", 4)] * 3, pieces, stream, **SIZE)
    units = [unit[0] & 0x1F for unit in stream.read_bytes().split(b"\x00\x00\x00\x01")[1:]]
    assert (units.count(7), units.count(8), units.count(5), units.count(1)) == (1, 1, 3, 9)


def test_a_piece_of_other_parameters_or_too_short_is_refused(tmp_path: Path) -> None:
    pieces = {"a": piece(tmp_path, "red", 4), "b": piece(tmp_path, "red", 4, "72x36")}
    with pytest.raises(JoinError, match="b was encoded with other parameters"):
        write_joined([Part("a", 4), Part("b", 4)], pieces, tmp_path / "x.ivf", **SIZE)
    with pytest.raises(JoinError, match="a has 4 frames, not 5"):
        write_joined([Part("a", 5)], pieces, tmp_path / "x.ivf", **SIZE)


def test_what_is_no_piece_is_refused() -> None:
    with pytest.raises(JoinError):
        access_units(b"")
    with pytest.raises(JoinError):
        access_units(b"\x00\x00\x00\x01\x67abc")
