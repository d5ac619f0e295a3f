"""Pieces join into one stream that plays as if it had been encoded whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from renders.media.boxes import index_first
from renders.media.h264 import (
    ENTRY,
    GOP,
    Effort,
    JoinError,
    Picture,
    access_units,
    common_parameters,
    encoder,
    gop_of,
    is_key,
    prepared_encoder,
    read,
    starts_group,
    write_ivf,
)
from tests.renders.media.samples import make, planes, times

SIZE = {"width": 64, "height": 36, "fps": 30}


def piece(folder: Path, colour: str, frames: int, effort: Effort = Effort.KEPT, size: str = "64x36") -> Picture:
    out = folder / "piece.h264"
    source = f"color=c={colour}:s={size}:r=30,trim=end_frame={frames}"
    make("-f", "lavfi", "-i", source, *encoder(30, effort, threads=2), out)
    return read(out.read_bytes())


def test_parts_of_pieces_follow_each_other_frame_by_frame(tmp_path: Path) -> None:
    dark, bright = piece(tmp_path, "0x101010", GOP), piece(tmp_path, "0xE0E0E0", 12, Effort.INSTANT)
    units = [*dark.units, *dark.units[:7], *bright.units, *dark.units[:2]]
    stream, video = tmp_path / "joined.ivf", tmp_path / "joined.mp4"
    parameters = common_parameters([("dark", dark), ("bright", bright)])
    assert write_ivf(units, parameters, stream, **SIZE) == GOP + 21
    log = make("-v", "warning", "-f", "ivf", "-i", stream, "-c", "copy", "-movflags", "+faststart", video)
    assert log == b""
    levels = planes(video, (64, 36))[:, :36].mean(axis=(1, 2))
    assert [bool(level > 128) for level in levels] == [False] * (GOP + 7) + [True] * 12 + [False] * 2
    ticks = times(video)
    assert {after[0] - before[0] for before, after in pairwise(ticks)} == {ticks[0][1]}
    assert index_first(video)


def test_parameter_sets_stand_once(tmp_path: Path) -> None:
    made = piece(tmp_path, "red", 4)
    stream = tmp_path / "joined.ivf"
    write_ivf(made.units * 3, made.parameters, stream, **SIZE)
    units = [unit[0] & 0x1F for unit in stream.read_bytes().split(b"\x00\x00\x00\x01")[1:]]
    assert (units.count(7), units.count(8), units.count(5), units.count(1)) == (1, 1, 3, 9)


def test_a_piece_of_other_parameters_is_refused(tmp_path: Path) -> None:
    pieces = [("a", piece(tmp_path, "red", 4)), ("b", piece(tmp_path, "red", 4, size="72x36"))]
    with pytest.raises(JoinError, match="b was encoded with other parameters"):
        common_parameters(pieces)


def test_what_is_no_piece_is_refused() -> None:
    with pytest.raises(JoinError):
        access_units(b"")
    with pytest.raises(JoinError):
        access_units(b"\x00\x00\x00\x01\x67abc")


def test_a_prepared_clip_has_its_key_frames_where_they_are_expected(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    make("-f", "lavfi", "-i", "testsrc2=s=64x36:r=30,trim=end_frame=100", *prepared_encoder(30), out)
    stream = tmp_path / "clip.h264"
    make(
        "-i", out, "-c", "copy", "-bsf:v", "h264_mp4toannexb,h264_metadata=aud=remove,h264_metadata=aud=insert", stream
    )
    keys = [at for at, unit in enumerate(read(stream.read_bytes()).units) if starts_group(unit)]
    assert keys == [at for at in range(100) if is_key(at, ENTRY)] == [0, 8, 38, 68, 98]


@pytest.mark.parametrize("frames", [1, 2, 30, 31, 59, 60, 61, 91, 301])
def test_no_piece_ends_with_a_key_frame_by_itself(frames: int) -> None:
    assert frames == 1 or (frames - 1) % gop_of(frames) != 0
