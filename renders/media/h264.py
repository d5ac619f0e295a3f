"""Pieces of one H.264 stream: their form, and joining them without decoding (PERFORMANCE section 1).

Every piece is an Annex B stream that starts with an IDR picture, is encoded with the same parameter sets, has no
B-frames and marks each picture with an access unit delimiter. Then any piece may follow any other, a part from a key
frame on is a piece too, and a still is held by repeating its group of pictures. One rule remains: no piece may end
with a key frame by itself, for two IDR pictures in a row would need different `idr_pic_id`s.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

VERSION = "3"
"""Of the form of a piece: part of the key of whatever is kept in this form."""

GOP = 30
"""Frames between two key frames at the most."""

ENTRY = 8
"""Frames of a clip that the default transition (0.5 s) takes inside its slot: a key frame stands after them, so that
what plays by itself is copied from there."""

TAG = f"renderhub prepared {VERSION}"
"""The `comment` in a file's metadata that says: this is in the final form already (`prepared_encoder`)."""

MARKED = "setsar=1,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
"""Filters that call frames BT.709 and their pixels square, which they have to be: both stand in the parameter sets, and
those are the same for all pieces."""

TO_BT709 = (
    f"scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,{MARKED}"
)
"""Filter chain for `-vf`: RGB frames as limited-range BT.709, computed and not only claimed."""

_DELIMITER = b"\x00\x00\x00\x01\x09"
_CODE = b"\x00\x00\x00\x01"
_START = re.compile(rb"\x00\x00\x00?\x01")
_IDR, _SEI, _SPS, _PPS, _AUD = 5, 6, 7, 8, 9
_IVF, _IVF_FRAME = struct.Struct("<4sHH4sHHIII4x"), struct.Struct("<IQ")
_DROPPED = frozenset({_SEI, _SPS, _PPS, _AUD})

# What is the same for all pieces, whatever the effort: the parameter sets are made of it.
_COMMON = (
    "aud=1:bframes=0:scenecut=0:open-gop=0:force-cfr=1:stitchable=1:ref=1:weightp=0:cabac=1:8x8dct=1"
    ":me=dia:trellis=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
)


class Effort(Enum):
    """How much time an encoder takes: x264's preset, its rate factor, and what is different from the preset."""

    KEPT = ("veryfast", 20, "deblock=0,0:rc-lookahead=8:subme=1")
    """For what is made once and used again."""
    BRISK = ("ultrafast", 20, "deblock=0,0")
    """For what is seen, and made for one video."""
    INSTANT = ("ultrafast", 22, "no-deblock=1:chroma-me=0")
    """For the frames of a transition, each of which is gone in an instant."""


class JoinError(ValueError):
    """The pieces do not make one stream; the message says why."""


def encoder(fps: int, effort: Effort = Effort.KEPT, *, gop: int = GOP, threads: int = 1) -> list[str]:
    """FFmpeg's arguments for a piece: High, yuv420p, BT.709 limited range, closed groups of `gop` frames (R16)."""
    preset, factor, more = effort.value
    parameters = f"{_COMMON}:{more}:keyint={gop}:min-keyint=1:threads={threads}"
    return [
        *("-c:v", "libx264", "-preset", preset, "-crf", str(factor), "-profile:v", "high", "-pix_fmt", "yuv420p"),
        *("-x264-params", parameters, "-r", str(fps), "-fps_mode", "cfr", "-f", "h264"),
    ]


def prepared_encoder(fps: int) -> list[str]:
    """FFmpeg's output arguments for a whole clip in the final form, all but the file's name: an MP4 without sound that
    plays everywhere, and that the composer only copies from. The picture has to be BT.709 already: `TO_BT709` makes
    it so from RGB frames."""
    return [
        *encoder(fps)[:-2],
        *("-force_key_frames", key_at(ENTRY), "-an", "-metadata", f"comment={TAG}"),
        *("-movflags", "+faststart", "-f", "mp4"),
    ]


def key_at(frame: int) -> str:
    """FFmpeg's `-force_key_frames` for one frame."""
    return f"expr:eq(n,{frame})"


def is_key(frame: int, entry: int) -> bool:
    """Whether a prepared clip has a key frame there, `entry` being the one that was forced."""
    return frame % GOP == 0 if frame < entry else (frame - entry) % GOP == 0


def gop_of(frames: int) -> int:
    """The longest group of pictures with which a piece of so many frames does not end in a key frame by itself."""
    return GOP if frames % GOP != 1 else GOP - 1


@dataclass(frozen=True)
class Picture:
    """A stream taken apart: its parameter sets, and its pictures without them and without delimiters, Annex B."""

    parameters: bytes
    units: tuple[bytes, ...]


def read(stream: bytes) -> Picture:
    """Take a piece apart. Raises JoinError for what is no piece."""
    pictures = access_units(stream)
    found = list(_units(pictures[0]))
    if _IDR not in (kind for kind, _ in found):
        raise JoinError("a piece does not start with an IDR picture")
    parameters = b"".join(unit for kind, unit in found if kind in (_SPS, _PPS))
    return Picture(parameters, tuple(_bare(picture) for picture in pictures))


def access_units(stream: bytes) -> list[bytes]:
    """The pictures of a piece, in order. Raises JoinError for what is no piece."""
    if not stream.startswith(_DELIMITER):
        raise JoinError("a piece does not start with an access unit delimiter")
    return [_DELIMITER + unit for unit in stream.split(_DELIMITER)[1:]]


def starts_group(unit: bytes) -> bool:
    """Whether a picture is a key frame."""
    return len(unit) > len(_CODE) and unit[len(_CODE)] & 0x1F == _IDR


def write_ivf(units: Iterable[bytes], parameters: bytes, out: Path, *, width: int, height: int, fps: int) -> int:
    """Write pictures as one stream with a time for each; returns how many there are.

    IVF is the plainest container from which FFmpeg takes packets with their times (for a bare stream it would have to
    guess them). Parameter sets stand once, at its start.
    """
    count, lead = 0, parameters
    with out.open("wb") as file:
        file.write(_IVF.pack(b"DKIF", 0, _IVF.size, b"H264", width, height, fps, 1, 0))
        for unit in units:
            file.write(_IVF_FRAME.pack(len(lead) + len(unit), count) + lead + unit)
            lead = b""
            count += 1
    return count


def packet(unit: bytes, lead: bytes = b"") -> bytes:
    """A picture as MP4 stores it: each unit after its length."""
    return b"".join(len(body).to_bytes(4, "big") + body for body in _START.split(lead + unit)[1:])


def _units(picture: bytes) -> Iterator[tuple[int, bytes]]:
    for unit in _START.split(picture)[1:]:
        yield unit[0] & 0x1F, _CODE + unit


def _bare(picture: bytes) -> bytes:
    return b"".join(unit for kind, unit in _units(picture) if kind not in _DROPPED)


def common_parameters(pictures: Sequence[tuple[str, Picture]]) -> bytes:
    """The parameter sets that all pieces share. Raises JoinError where one was encoded with others."""
    first = pictures[0][1].parameters
    for name, picture in pictures:
        if picture.parameters != first:
            raise JoinError(f"{name} was encoded with other parameters")
    return first
