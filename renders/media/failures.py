"""What work with FFmpeg can meet, as the one error type (R30, R32, R34)."""

from __future__ import annotations

import traceback

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage
from renders.domain.timeline_form import TimelineError
from renders.media.session import BadAsset

_INSTALL = "Install FFmpeg: `pip install imageio-ffmpeg` brings one along, IMAGEIO_FFMPEG_EXE names another."
_STACK = 500

ENDED = child.ChildCancelled
"""What work raises that was ended because other work failed."""


def failure(provider: str, error: Exception) -> GenerationError:
    """The error for an exception of any kind; what is not known keeps its evidence in the context."""
    context: dict[str, object] = {"stack": "".join(traceback.format_exception(error))[-_STACK:]}
    finished = getattr(error, "finished", None)
    if isinstance(finished, child.Finished):
        context |= {"returncode": finished.returncode, "log": finished.stderr.decode("utf-8", "replace")[-_STACK:]}
    if (short := shortage(provider, error)) is not None:
        return short.with_context(**context)
    code, message, remedy = _known(error)
    ours = isinstance(error, child.ChildMissing | OSError)  # what it was to work with is not here, or not readable
    return GenerationError(code, provider, message, remedy=remedy, context=context, ours=ours)


def _known(error: Exception) -> tuple[ErrorCode, str, str]:
    match error:
        case TimelineError() | BadAsset():
            return ErrorCode.INVALID_INPUT, str(error), ""
        case child.ChildTimeout():
            return ErrorCode.TIMEOUT, "FFmpeg did not end in time.", "Raise the time limit or use fewer segments."
        case child.ChildMissing():
            return ErrorCode.PROVIDER_FAILURE, f"FFmpeg is missing: {error}", _INSTALL
        case child.ChildCancelled():
            return ErrorCode.PROVIDER_FAILURE, "The work was cancelled.", ""
        case child.ChildError():
            return ErrorCode.PROVIDER_FAILURE, str(error), ""
        case RuntimeError() if "ffmpeg" in str(error).lower():  # imageio-ffmpeg found none
            return ErrorCode.PROVIDER_FAILURE, f"FFmpeg is missing: {error}", _INSTALL
    return ErrorCode.UNKNOWN, f"{type(error).__name__}: {error}"[:1000], ""
