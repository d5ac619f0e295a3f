"""What can go wrong with music from files, in the words of R31. None of it fails a render (R15)."""

from __future__ import annotations

from renderhub.lib.child import ChildCancelled, ChildError, ChildMissing, ChildTimeout
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage
from renders.music.playing import NotPlayed

NAME = "library"


class NoTrack(Exception):
    """There is no track that can be played; the message says why."""


def describe(problem: BaseException) -> GenerationError:
    """The error for an exception of `submit`; the most specific first."""
    if (short := shortage(NAME, problem)) is not None:
        return short
    said = str(problem)[:500] or type(problem).__name__
    if isinstance(problem, ChildTimeout):
        return GenerationError(ErrorCode.TIMEOUT, NAME, "The music was not ready in time.", context={"cause": said})
    if isinstance(problem, ChildCancelled):
        return GenerationError(ErrorCode.TIMEOUT, NAME, "The music was cancelled.", context={"cause": said})
    if isinstance(problem, NoTrack):
        remedy = "Put music (MP3, M4A, FLAC, WAV, OGG) of 20 s or more there, or leave MUSIC_FOLDER empty."
        return GenerationError(ErrorCode.NOT_FOUND, NAME, said, max_attempts=1, remedy=remedy)
    if isinstance(problem, ChildMissing):
        return _failure("FFmpeg is not there to make the music.", "Install the Python package imageio-ffmpeg.", said)
    if isinstance(problem, (ChildError, NotPlayed)):
        return _failure("The music could not be made.", "", said, stderr=_last_words(problem)[-500:])
    if isinstance(problem, OSError):
        return _failure("The music could not be read or written.", "Check the folders and their rights.", said)
    context = {"cause": repr(problem)[:500]}
    return GenerationError(ErrorCode.UNKNOWN, NAME, "The music failed in an unknown way.", context=context)


def refusal(message: str) -> GenerationError:
    return GenerationError(ErrorCode.INVALID_INPUT, NAME, message)


def _failure(message: str, remedy: str, cause: str, **context: object) -> GenerationError:
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE, NAME, message, remedy=remedy, context={"cause": cause, **context}
    )


def _last_words(problem: BaseException) -> str:
    finished = getattr(problem, "finished", None)
    return finished.stderr.decode("utf-8", "replace") if finished else ""
