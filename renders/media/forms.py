"""Which kind of media file a file really is, by its first bytes (R111).

FFmpeg is never left to guess: what it opens is opened as one of these forms or not at all, so that a playlist, a
concat script or another file that points elsewhere is refused whatever it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True)
class Form:
    kind: Kind
    demuxer: str
    """FFmpeg's name of it."""
    mime: str

    def arguments(self) -> list[str]:
        """What FFmpeg is told before `-i`: this form only, from this file only, and give up at the first fault."""
        return ["-f", self.demuxer, *STRICT]


STRICT = ["-protocol_whitelist", "file", "-max_pixels", "64000000", "-xerror", "-err_detect", "explode"]

PNG = Form(Kind.IMAGE, "png_pipe", "image/png")
JPEG = Form(Kind.IMAGE, "jpeg_pipe", "image/jpeg")
WEBP = Form(Kind.IMAGE, "webp_pipe", "image/webp")
MP4 = Form(Kind.VIDEO, "mov", "video/mp4")
M4A = Form(Kind.AUDIO, "mov", "audio/mp4")
WEBM = Form(Kind.VIDEO, "matroska", "video/webm")
WAV = Form(Kind.AUDIO, "wav", "audio/wav")
MP3 = Form(Kind.AUDIO, "mp3", "audio/mpeg")
OGG = Form(Kind.AUDIO, "ogg", "audio/ogg")
FLAC = Form(Kind.AUDIO, "flac", "audio/flac")
AAC = Form(Kind.AUDIO, "aac", "audio/aac")


class Refused(ValueError):
    """Not a media file of a form that is accepted; the message says why."""


def form_of(path: Path) -> Form:
    """The form of a file. Raises Refused for anything else, an empty file included; OSError where it is unreadable."""
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise Refused("the file is empty")
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if head[4:8] == b"ftyp":
        return M4A if head[8:12] in {b"M4A ", b"M4B "} else MP4
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return AAC if head[1] & 0x06 == 0 else MP3
    raise Refused("not an image, sound or video of a form that is accepted")


_RIFF = {b"WAVE": WAV, b"WEBP": WEBP}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"\x1a\x45\xdf\xa3", WEBM),
    (b"OggS", OGG),
    (b"fLaC", FLAC),
    (b"ID3", MP3),
)
