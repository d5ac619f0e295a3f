"""The provider `openai_chat` of `script_gen`."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Script, Visual
from renders.providers.base import Immediate, Request
from renders.providers.http import SMALL_ANSWER, Client, NoReply, Reply, gateway_error, unusable
from renders.providers.openai_chat import length
from renders.providers.openai_chat.answer import Said, said
from renders.providers.openai_chat.prompt import mending, messages
from renders.providers.openai_chat.reading import NotAScript, Reader
from renders.providers.openai_chat.schema import response_format
from renders.scripting import ROLE, BadJob, document_of, read_job, source_of, with_source
from renders.text.languages import NAMES, SUPPORTED, base_language

NAME = "openai_chat"
_LEAST_SECONDS = 1.0
"""With less of the time limit left, the model is not asked to mend its answer."""
_CUT_OFF = "It was cut off before its end. Write it shorter."
_PLAIN_FORM = {"type": "json_object"}


class OpenAiChat(Immediate):
    """Scripts of all job types by `POST {base}/chat/completions` (R11). An answer that is no script of the right length
    is sent back once, with what is wrong with it. What the model says is data: read field by field, cleaned, bounded.

    Result: `{script, seconds, notes, model}`.
    """

    name = NAME

    def __init__(self, url: str, key: str, model: str, visuals: Sequence[str] = ()) -> None:
        """`visuals`: what segments may wish to be shown as besides scenes (R13)."""
        self._client = Client(NAME, url, key=key)
        self._model = model
        self._visuals = tuple(Visual(name) for name in visuals)

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            outcome = self._write(request)
        except BadJob as bad:
            return Err(GenerationError(ErrorCode.INVALID_INPUT, NAME, bad.message, remedy=bad.remedy))
        except child.ChildTimeout as problem:
            return Err(GenerationError(ErrorCode.TIMEOUT, NAME, f"The document was not read in time: {problem}"[:300]))
        except child.ChildError as problem:
            remedy = "Install the project's requirements, and look at the worker's memory."
            return Err(GenerationError(ErrorCode.PROVIDER_FAILURE, NAME, str(problem)[:300], remedy=remedy))
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            context = {"stack": traceback.format_exc()[-500:], "type": type(problem).__name__}
            message = f"No script could be made: {problem}"[:300]
            return Err(GenerationError(ErrorCode.UNKNOWN, NAME, message, context=context))
        return Err(outcome.with_context(model=self._model)) if isinstance(outcome, GenerationError) else outcome

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether the service is there and takes our key: its list of models costs nothing (R40)."""
        reply = self._client.call("GET", "models", seconds=seconds, limit=SMALL_ANSWER)
        if isinstance(reply, NoReply):
            return reply.error
        # Not every gateway has such a list; one that says so is there, and has not refused the key.
        return None if reply.status in (200, 404, 405) else gateway_error(NAME, reply)

    def _write(self, request: Request) -> Ok | GenerationError:
        job, source = read_job(request.payload), source_of(request.payload)
        if base_language(job.language) not in SUPPORTED:
            offered = ", ".join(NAMES.values())
            raise BadJob(f"There are no scripts in the language {job.language[:20]!r}.", f"Choose {offered}.")
        deadline = time.monotonic() + request.seconds
        document = document_of(source, request.files.get(ROLE), seconds=request.seconds, cancel=request.cancelled)
        talk = _Talk(self._ask(request, deadline), messages(job, document, self._visuals), deadline)
        script = talk.script(Reader(job, self._visuals), float(job.length))
        if isinstance(script, GenerationError):
            return script
        trimmed = length.trimmed(script, float(job.length))
        taken = length.seconds(trimmed)
        if taken < length.TOO_SHORT * job.length:
            return _failure(f"The script takes {taken:.0f} s; {job.length} s were asked for.", talk)
        notes = [f"{length.words(script) - length.words(trimmed)} words were cut."] if trimmed != script else []
        return Ok(
            {
                "script": with_source(trimmed, source).to_json(),
                "seconds": round(taken, 1),
                "notes": notes,
                "model": self._model,
            },
            degraded=""
            if length.is_right(trimmed, job.length)
            else f"The model wrote {taken:.0f} s of narration; {job.length} s were asked for.",
        )

    def _ask(self, request: Request, deadline: float) -> Callable[[Any], Reply | NoReply]:
        """Calls the model with a conversation, once more where the gateway does not know how to ask for a form."""

        def call(conversation: Any, form: Any) -> Reply | NoReply:
            return self._client.call(
                "POST",
                "chat/completions",
                seconds=max(deadline - time.monotonic(), 0.0),
                limit=SMALL_ANSWER,
                json={"model": self._model, "messages": conversation, "response_format": form},
                cancelled=request.cancelled,
            )

        def ask(conversation: Any) -> Reply | NoReply:
            reply = call(conversation, response_format(self._visuals))
            if isinstance(reply, Reply) and reply.status in (400, 422) and b"response_format" in reply.body:
                return call(conversation, _PLAIN_FORM)
            return reply

        return ask


@dataclass
class _Talk:
    """A conversation with the model: one answer, and one that mends it."""

    ask: Callable[[Any], Reply | NoReply]
    conversation: list[dict[str, str]]
    deadline: float
    last: Reply = field(default_factory=lambda: Reply(0))

    def script(self, reader: Reader, seconds: float) -> Script | GenerationError:
        first = self._turn(reader)
        if isinstance(first, GenerationError):
            return first
        content, script, problem = first
        if script is not None and length.is_right(script, seconds):
            return script
        if self.deadline - time.monotonic() < _LEAST_SECONDS:
            return script or _failure(f"The model's answer is no script: {problem}", self)
        self.conversation += mending(content, problem if script is None else length.complaint(script, seconds))
        second = self._turn(reader)
        if script is not None:
            return script if isinstance(second, GenerationError) else _nearer(script, second[1], seconds)
        if isinstance(second, GenerationError):
            return second
        return second[1] or _failure(f"The model's answer is no script: {second[2]}", self)

    def _turn(self, reader: Reader) -> tuple[str, Script | None, str] | GenerationError:
        """What was said, and the script in it or what is wrong with it."""
        reply = self.ask(self.conversation)
        if isinstance(reply, NoReply):
            return reply.error
        self.last = reply
        answer = said(NAME, reply)
        if not isinstance(answer, Said):
            return answer
        if answer.cut_off:
            return answer.content, None, _CUT_OFF
        try:
            return answer.content, reader.script(answer.content), ""
        except NotAScript as problem:
            return answer.content, None, str(problem)


def _nearer(first: Script, second: Script | None, seconds: float) -> Script:
    """Of two scripts that which needs less to be done to it: a long one can be cut, a short one cannot be filled."""
    if second is None:
        return first
    return min((second, first), key=lambda one: abs(length.seconds(length.trimmed(one, seconds)) - seconds))


def _failure(why: str, talk: _Talk) -> GenerationError:
    return unusable(NAME, talk.last, why)
