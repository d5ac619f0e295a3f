"""Pieces of one H.264 stream: their form, and joining them without decoding (PERFORMANCE section 1).

Every piece is an Annex B stream that starts with an IDR picture, is encoded with the same parameters, has no
B-frames and marks each picture with an access unit delimiter. Then any piece may follow any other, a part from its
start is a piece too, and a still is held by repeating its group of pictures.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "2"
"""Of the form of a piece: part of the key of whatever is kept in this form."""

GOP = 30
"""Frames between two key frames at the most."""

ENTRY = 8
"""Frames of a clip that the default transition (0.5 s) takes inside its slot: a key frame stands after them, so that
what plays by itself is copied from there."""

TAG = f"renderhub prepared {VERSION}"
"""The `comment` in a file's metadata that says: this is in the final form already (`prepared_encoder`)."""

TO_BT709 = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
)
"""Filter chain for `-vf`: RGB frames as limited-range BT.709, computed and not only claimed."""

_DELIMITER = b"\x00\x00\x00\x01\x09"
_START = re.compile(rb"\x00\x00\x00?\x01")
_IDR, _SEI, _SPS, _PPS, _AUD = 5, 6, 7, 8, 9
_IVF, _IVF_FRAME = struct.Struct("<4sHH4sHHIII4x"), struct.Struct("<IQ")
_DROPPED = frozenset({_SEI, _SPS, _PPS, _AUD})


class JoinError(ValueError):
    """The pieces do not make one stream; the message says why."""


def encoder(fps: int) -> list[str]:
    """FFmpeg's arguments for a piece: High, yuv420p, BT.709 limited range, closed groups of `GOP` frames (R16)."""
    parameters = f"aud=1:bframes=0:keyint={GOP}:scenecut=0:open-gop=0:force-cfr=1:rc-lookahead=12:threads=1"
    colour = "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high", "-pix_fmt", "yuv420p"),
        *("-x264-params", f"{parameters}:{colour}", "-r", str(fps), "-fps_mode", "cfr", "-f", "h264"),
    ]


def prepared_encoder(fps: int) -> list[str]:
    """FFmpeg's output arguments for a whole clip in the final form, all but the file's name: an MP4 without sound that
    plays everywhere, and that the composer only copies from. The picture has to be BT.709 already: `TO_BT709` makes
    it so from RGB frames."""
    return [
        *encoder(fps)[:-2],
        *("-force_key_frames", f"expr:eq(n,{ENTRY})", "-an", "-metadata", f"comment={TAG}"),
        *("-movflags", "+faststart", "-f", "mp4"),
    ]


@dataclass(frozen=True)
class Part:
    """The first `frames` pictures of a piece."""

    piece: str
    frames: int


def write_joined(
    parts: Iterable[Part], pieces: Mapping[str, Sequence[bytes]], out: Path, *, width: int, height: int, fps: int
) -> int:
    """Write the parts, one after the other, as one stream with a time for each picture; returns how many there are.

    `pieces`: the access units of each piece (`access_units`). `out` is an IVF file: the plainest container from which
    FFmpeg takes packets with their times (for a bare stream it would have to guess them). Parameter sets stand once,
    at its start. Raises JoinError where a piece is too short or was encoded with other parameters.
    """
    bare = {name: [_bare(unit) for unit in units] for name, units in pieces.items()}
    parameters = {name: _parameters(units) for name, units in pieces.items()}
    count = 0
    with out.open("wb") as file:
        file.write(_IVF.pack(b"DKIF", 0, _IVF.size, b"H264", width, height, fps, 1, 0))
        for part in parts:
            if len(bare[part.piece]) < part.frames:
                raise JoinError(f"{part.piece} has {len(bare[part.piece])} frames, not {part.frames}")
            if count == 0:
                common = lead = parameters[part.piece]
            if parameters[part.piece] != common:
                raise JoinError(f"{part.piece} was encoded with other parameters")
            for picture in bare[part.piece][: part.frames]:
                file.write(_IVF_FRAME.pack(len(lead) + len(picture), count) + lead + picture)
                lead = b""
                count += 1
    return count


def access_units(stream: bytes) -> list[bytes]:
    """The pictures of a piece, in order. Raises JoinError for what is no piece."""
    if not stream.startswith(_DELIMITER):
        raise JoinError("a piece does not start with an access unit delimiter")
    return [_DELIMITER + unit for unit in stream.split(_DELIMITER)[1:]]


def _units(picture: bytes) -> Iterator[tuple[int, bytes]]:
    for unit in _START.split(picture)[1:]:
        yield unit[0] & 0x1F, b"\x00\x00\x00\x01" + unit


def _bare(picture: bytes) -> bytes:
    return b"".join(unit for kind, unit in _units(picture) if kind not in _DROPPED)


def _parameters(pictures: Sequence[bytes]) -> bytes:
    found = list(_units(pictures[0])) if pictures else []
    if _IDR not in (kind for kind, _ in found):
        raise JoinError("a piece does not start with an IDR picture")
    return b"".join(unit for kind, unit in found if kind in (_SPS, _PPS))
