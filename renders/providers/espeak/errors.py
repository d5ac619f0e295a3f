"""What can go wrong with speech made on this machine, in the words of R31."""

from __future__ import annotations

from renderhub.lib.child import ChildCancelled, ChildError, ChildMissing, ChildTimeout
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage

NAME = "espeak"
_INSTALL = "Install the Python packages espeakng-loader and imageio-ffmpeg (they bring espeak-ng and FFmpeg)."


class VoiceRefused(Exception):
    """The speaking program answered that it cannot do this; its message says why."""


def describe(problem: BaseException) -> GenerationError:
    """The error for an exception of `submit`; the most specific first."""
    if (short := shortage(NAME, problem)) is not None:
        return short.with_context(**_evidence(problem))
    said = str(problem) or type(problem).__name__
    if isinstance(problem, ChildTimeout):
        return GenerationError(ErrorCode.TIMEOUT, NAME, "The narration was not ready in time.", context={"cause": said})
    if isinstance(problem, ChildCancelled):
        return GenerationError(ErrorCode.TIMEOUT, NAME, "The narration was cancelled.", context={"cause": said})
    if isinstance(problem, (ChildMissing, ImportError, VoiceRefused)):
        return _failure(f"Speech cannot be made on this machine: {said}.", _INSTALL, said)
    if isinstance(problem, ChildError):
        return _failure("The speech engine ended unexpectedly.", "", said, **_evidence(problem))
    if isinstance(problem, OSError):
        return _failure("The narration could not be written.", "Check the rights of the working folder.", said)
    return GenerationError(
        ErrorCode.UNKNOWN, NAME, "The speech engine failed in an unknown way.", context={"cause": repr(problem)[:500]}
    )


def refusal(message: str, remedy: str, **context: object) -> GenerationError:
    """Input that no voice here can read."""
    return GenerationError(ErrorCode.INVALID_INPUT, NAME, message, remedy=remedy, context=context)


def _failure(message: str, remedy: str, cause: str, **context: object) -> GenerationError:
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE, NAME, message, remedy=remedy, context={"cause": cause[:500], **context}
    )


def _evidence(problem: BaseException) -> dict[str, object]:
    if not isinstance(problem, ChildError) or problem.finished is None:
        return {}
    last_words = problem.finished.stderr.decode("utf-8", "replace")[-500:]
    return {"returncode": problem.finished.returncode, "stderr": last_words}
