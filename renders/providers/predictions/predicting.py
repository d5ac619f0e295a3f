"""What the three providers have in common: the walk from a wish to a prediction to a file (I4, I7)."""

from __future__ import annotations

import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.errors import RETRYABLE, ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome, Pending
from renders.domain.shortage import shortage
from renders.media.probe import ProbeError
from renders.providers.base import Request
from renders.providers.http import download
from renders.providers.predictions import errors
from renders.providers.predictions.api import Api, Failed, Service
from renders.providers.predictions.models import Model
from renders.providers.predictions.prediction import STOPPED, UNDER_WAY, Prediction, Status
from renders.source_files import SourceRefused

_MISSES = 3
"""Looks in a row that may fail before that counts as a failed attempt: the service is at work, and was paid."""
_CANCEL_SECONDS = 10.0
_RECALL_SECONDS = 30.0
_MADE_ANEW = frozenset({ErrorCode.PROVIDER_FAILURE, ErrorCode.NOT_FOUND, ErrorCode.INVALID_INPUT})
"""What is wrong with a file that is there: gone, or of no use. Then it has to be made anew."""
_MARK = "~"
"""Stands in a job's id before how many looks at it have failed in a row."""
_BAD_MEDIA = "What the service made cannot be used. It is asked again; if that stays so, use another model."


class Predicting(ABC):
    """Base of the providers. `submit` creates and answers `Pending`; `check` looks, and fetches at once what is done,
    for the addresses expire; `find` looks for a prediction whose answer was lost, by our key in its input."""

    name: str
    limit: int
    """Bytes of a file."""

    def __init__(self, service: Service, model: Model) -> None:
        self._service, self._model = service, model
        self._api = Api(self.name, service)

    # What each of them adds

    @abstractmethod
    def _values(self, request: Request) -> Mapping[str, Any]:
        """What stands for `$prompt` and the rest of the model's input. Raises `Failed` for what cannot be asked for."""

    @abstractmethod
    def _made(self, request: Request, fetched: Path, seconds: float) -> Ok:
        """The file in the form that the stage wants. Raises `Failed`, `ProbeError`, `SourceRefused`, `ChildError`."""

    # The protocol

    def submit(self, request: Request, key: str) -> Outcome:
        return self._answering(lambda: self._create(request, key, smaller=False))

    def check(self, request: Request, job_id: str) -> Outcome:
        return self._answering(lambda: self._look(request, job_id))

    def find(self, request: Request, key: str) -> Outcome | None:
        """A prediction of ours that is at work or done is gone on with; None where there is none, and another may be
        asked for. Where the service does not tell, that is an error: nothing is asked for blindly."""
        try:
            return self._find(request, key)
        except Failed as failed:
            return Err(failed.error)
        except Exception as error:  # a provider never raises; what is new to us is kept as evidence
            return Err(self._unknown(error))

    def cancel(self, job_id: str) -> GenerationError | None:
        try:
            self._api.cancel(_id_of(job_id)[0], _CANCEL_SECONDS)
        except Failed as failed:
            return failed.error
        return None

    def recall(self, key: str) -> GenerationError | None:
        try:
            for made in self._api.made_for(key, _RECALL_SECONDS):
                if made.status in UNDER_WAY:
                    self._api.cancel(made.id, _CANCEL_SECONDS)
        except Failed as failed:
            return failed.error
        return None

    def ping(self, seconds: float) -> GenerationError | None:
        return self._api.ping(seconds)

    # How

    def _create(self, request: Request, key: str, *, smaller: bool) -> Outcome:
        asked = self._model.asked(self._values(request), smaller=smaller)
        created = self._api.create(self._model, asked, key, request.seconds, request.cancelled)
        return self._judged(request, created)

    def _look(self, request: Request, job_id: str) -> Outcome:
        id_, misses = _id_of(job_id)
        try:
            prediction = self._api.get(id_, request.seconds)
        except Failed as failed:
            error = failed.error
            if error.code not in RETRYABLE or misses + 1 >= _MISSES:
                raise
            wait = max(self._service.poll_seconds * 2 ** (misses + 1), error.retry_after or 0.0)
            return Pending(f"{id_}{_MARK}{misses + 1}", wait)
        return self._judged(request, prediction)

    def _find(self, request: Request, key: str) -> Outcome | None:
        made = self._api.made_for(key, request.seconds)
        at_work = next((one for one in made if one.status in UNDER_WAY), None)
        if at_work is not None:
            return self._pending(at_work)
        for done in (one for one in made if one.status is Status.SUCCEEDED and one.outputs):
            outcome = self._answering(partial(self._fetched, request, done))
            # What could not be kept on this machine is there to be fetched again, and paid.
            if not isinstance(outcome, Err) or outcome.error.ours or outcome.error.code not in _MADE_ANEW:
                return outcome
        if made and made[0].status is Status.FAILED and self._may_be_smaller(made[0]):
            return self._create(request, key, smaller=True)
        return None

    def _judged(self, request: Request, prediction: Prediction) -> Outcome:
        told = {"prediction": prediction.id, "model": self._model.name}
        if prediction.status in UNDER_WAY:
            return self._pending(prediction)
        if prediction.status in STOPPED:
            raise Failed(errors.stopped(self.name, prediction.status.value, prediction.error, **told))
        if prediction.status is Status.FAILED:
            error = errors.of_failure(self.name, prediction.error, prediction.logs, **told)
            if self._may_be_smaller(prediction, error):
                error = replace(error, max_attempts=2)
            raise Failed(error)
        return self._fetched(request, prediction)

    def _may_be_smaller(self, prediction: Prediction, error: GenerationError | None = None) -> bool:
        error = error or errors.of_failure(self.name, prediction.error, prediction.logs)
        return (
            error.provider_code == errors.OUT_OF_MEMORY
            and bool(self._model.smaller)
            and not self._model.is_smaller(prediction.input)
        )

    def _pending(self, prediction: Prediction) -> Pending:
        return Pending(prediction.id, self._service.poll_seconds)

    def _fetched(self, request: Request, prediction: Prediction) -> Ok:
        told = {"prediction": prediction.id, "model": self._model.name}
        until = time.monotonic() + request.seconds
        if not prediction.outputs:
            raise Failed(self._failure("The prediction succeeded, and holds no file that can be fetched.", **told))
        fetched = request.workdir / "fetched"
        error = download(
            self.name,
            prediction.outputs[0],
            fetched,
            seconds=request.seconds,
            limit=self.limit,
            allowed_hosts=self._service.fetched_from,
            cancelled=request.cancelled,
        )
        if error is not None:
            raise Failed(error.with_context(**told))
        try:
            made = self._made(request, fetched, max(1.0, until - time.monotonic()))
        except (ProbeError, SourceRefused) as problem:
            said = getattr(problem, "message", None) or str(problem)
            raise Failed(self._failure(f"What the service made is of no use: {said}"[:400], **told)) from problem
        finally:
            fetched.unlink(missing_ok=True)
        prompt = str(self._values(request).get("prompt", ""))
        return replace(made, result={**made.result, "model": self._model.name, "prompt": prompt})

    def _failure(self, message: str, **context: Any) -> GenerationError:
        return GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, message, remedy=_BAD_MEDIA, context=context)

    def _answering(self, work: Callable[[], Outcome]) -> Outcome:
        try:
            return work()
        except Failed as failed:
            return Err(failed.error.with_context(model=self._model.name))
        except child.ChildError as error:
            return Err(self._of_child(error))
        except (MemoryError, OSError) as error:
            message = f"What came could not be made ready: {type(error).__name__}: {error}"[:300]
            remedy = "Check the rights of the media folder (MEDIA_ROOT)."
            unkept = GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, message, remedy=remedy, ours=True)
            return Err(shortage(self.name, error) or unkept)
        except Exception as error:  # a provider never raises; what is new to us is kept as evidence
            return Err(self._unknown(error))

    def _of_child(self, error: child.ChildError) -> GenerationError:
        if (short := shortage(self.name, error)) is not None:
            return short
        if isinstance(error, child.ChildTimeout | child.ChildCancelled):
            return GenerationError(ErrorCode.TIMEOUT, self.name, f"It was not made ready in time: {error}"[:300])
        if isinstance(error, child.ChildMissing):
            remedy = "Install the project's requirements."
            return GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, str(error)[:300], remedy=remedy, ours=True)
        return self._failure(f"What the service made is of no use: {error}"[:300])

    def _unknown(self, error: Exception) -> GenerationError:
        stack = traceback.format_exc()[-500:]
        message = f"{type(error).__name__}: {error}"[:200]
        return GenerationError(ErrorCode.UNKNOWN, self.name, message, context={"stack": stack})


def _id_of(job_id: str) -> tuple[str, int]:
    """The prediction's id, and how many looks at it have failed in a row."""
    id_, _, misses = job_id.partition(_MARK)
    return id_, int(misses) if misses.isdecimal() else 0
