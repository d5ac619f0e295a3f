"""What can go wrong between a service's recording and the narration, in the words of R31."""

from __future__ import annotations

import traceback

from renderhub.lib.child import ChildCancelled, ChildError, ChildMissing, ChildTimeout
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage
from renders.narration.recording import NotSpeech

_INSTALL = "Install the Python package imageio-ffmpeg: it brings FFmpeg."


def describe(provider: str, problem: BaseException) -> GenerationError:
    """The error for an exception on the way; the most specific first."""
    if (short := shortage(provider, problem)) is not None:
        return short
    said = str(problem)[:300] or type(problem).__name__
    match problem:
        case NotSpeech():
            return _failure(provider, f"The service's recording cannot be used: {said}.", "")
        case ChildTimeout():
            return GenerationError(ErrorCode.TIMEOUT, provider, "The narration was not ready in time.")
        case ChildCancelled():
            return GenerationError(ErrorCode.TIMEOUT, provider, "The narration was cancelled.")
        case ChildMissing():
            return _failure(provider, f"The recording cannot be decoded on this machine: {said}.", _INSTALL, ours=True)
        case ChildError():
            return _failure(provider, f"The recording could not be brought into form: {said}", "")
        case OSError():
            remedy = "Check the rights of the working folder."
            return _failure(provider, f"The narration could not be written: {said}", remedy, ours=True)
    stack = "".join(traceback.format_exception(problem))[-500:]
    message = f"The narration failed in an unknown way: {said}"
    return GenerationError(ErrorCode.UNKNOWN, provider, message, context={"stack": stack})


def _failure(provider: str, message: str, remedy: str, *, ours: bool = False) -> GenerationError:
    return GenerationError(ErrorCode.PROVIDER_FAILURE, provider, message, remedy=remedy, ours=ours)
