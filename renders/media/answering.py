"""Whether FFmpeg is there and can make what the project makes (R40)."""

from __future__ import annotations

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.media import ffmpeg

_NEEDED = (b"libx264", b"aac")
_INSTALL = "Install FFmpeg: `pip install imageio-ffmpeg` brings one along, IMAGEIO_FFMPEG_EXE names another."


def ask_ffmpeg(provider: str, seconds: float) -> GenerationError | None:
    """None where FFmpeg runs and has the encoders; else what is in the way, as `provider`'s error. Never raises."""
    try:
        said = ffmpeg.run(["-v", "error", "-encoders"], seconds=seconds).stdout
    except child.ChildTimeout:
        return GenerationError(ErrorCode.TIMEOUT, provider, f"FFmpeg did not answer within {seconds:.1f} s.")
    except (child.ChildError, OSError, RuntimeError) as error:  # RuntimeError: imageio-ffmpeg found none
        return GenerationError(ErrorCode.PROVIDER_FAILURE, provider, f"FFmpeg does not run: {error}", remedy=_INSTALL)
    names = {word for line in said.splitlines() for word in line.split()[1:2]}
    missing = [name.decode() for name in _NEEDED if name not in names]
    if missing:
        message = f"This FFmpeg has no encoder {' and no '.join(missing)}."
        return GenerationError(ErrorCode.PROVIDER_FAILURE, provider, message, remedy=_INSTALL)
    return None
