"""What can go wrong with animated scenes, in the words of R31 and R34."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renderhub.lib.child import ChildError, ChildMissing
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.shortage import shortage, told
from renders.providers.manim.keeping import EngineMissing
from renders.providers.manim.warm import Cancelled, Died, Late, Rubbish, WarmError

NAME = "manim"
INSTALL = "Install Manim: make manim (on Debian it installs libcairo2-dev and libpango1.0-dev first, which needs root)."
_MEMORY = (
    "Most often there was too little memory: give the worker more, run fewer side by side, or make a smaller picture."
)


def describe(problem: BaseException) -> GenerationError:
    """The error for an exception of `submit`; the most specific first."""
    last_words = problem.last_words if isinstance(problem, WarmError) else ""
    if (short := shortage(NAME, problem) or told(NAME, last_words)) is not None:
        return short
    said = str(problem) or type(problem).__name__
    if isinstance(problem, (EngineMissing, ChildMissing)):
        message = f"Manim is not installed: {said}"
        return _failure(message, INSTALL, {"cause": said}, attempts=1)
    if isinstance(problem, Cancelled):
        return GenerationError(ErrorCode.TIMEOUT, NAME, "The scene was cancelled.")
    if isinstance(problem, Late):
        # What hangs once hangs again, for as long: the still picture is better sooner (R38).
        said = "The scene was not drawn in time."
        return GenerationError(ErrorCode.TIMEOUT, NAME, said, max_attempts=1, context=_evidence(problem))
    if isinstance(problem, Died):
        return _failure(f"The drawing program was ended (code {problem.returncode}).", _MEMORY, _evidence(problem))
    if isinstance(problem, Rubbish):
        return _failure(f"The drawing program cannot be understood. {said}", "", _evidence(problem))
    if isinstance(problem, (ChildError, OSError)):
        remedy = "Check that the worker may start programs and write to its working folder."
        return _failure(f"The drawing program could not be used: {said}", remedy, {"cause": said})
    return GenerationError(
        ErrorCode.UNKNOWN, NAME, f"{type(problem).__name__}: {said}"[:200], context={"cause": repr(problem)[:500]}
    )


def not_drawn(answer: Mapping[str, Any]) -> GenerationError:
    """The engine could not draw the scene: drawn again, it would fail again."""
    context = {"stack": str(answer.get("stack", ""))[-1_500:]}
    if answer.get("memory"):
        return _failure("There was not enough memory to draw the scene.", _MEMORY, context)
    if (short := told(NAME, str(answer.get("failed", "")))) is not None:
        return short.with_context(**context)
    message = f"The scene could not be drawn: {str(answer.get('failed', ''))[:200]}"
    return _failure(message, "The still picture stands in. See the stack in the details.", context, attempts=1)


def refusal(problems: Mapping[str, str], segment: str) -> GenerationError:
    """A payload that is no order for a picture, field by field."""
    message = " ".join(f"{field}: {problem}" for field, problem in problems.items())
    context = {"fields": dict(problems), "segment": segment[:80]}
    return GenerationError(ErrorCode.INVALID_INPUT, NAME, message, context=context)


def _failure(message: str, remedy: str, context: Mapping[str, Any], attempts: int | None = None) -> GenerationError:
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE, NAME, message[:500], remedy=remedy, max_attempts=attempts, context=context
    )


def _evidence(problem: WarmError) -> dict[str, Any]:
    return {"returncode": problem.returncode, "stderr": problem.last_words[-500:]}
