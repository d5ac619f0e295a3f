"""The provider `extractive` of `script_gen`: the fallback that needs nobody (R8, R11)."""

from __future__ import annotations

import traceback

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import Job, JobType
from renders.domain.outcomes import Err, Ok, Outcome
from renders.providers.base import Immediate, Request
from renders.providers.extractive.daily import day_frame, day_stories
from renders.providers.extractive.telling import notes_on, script_of, tell
from renders.providers.extractive.topic import available_seconds, topic_frame, topic_stories, topic_title
from renders.scripting import (
    ROLE,
    BadJob,
    NeedsChat,
    Source,
    document_of,
    read_job,
    source_of,
    with_document,
    with_source,
)
from renders.text.languages import NAMES, SUPPORTED, base_language
from renders.text.markdown import blocks_of

_NEEDS_CHAT = (
    "Set up a chat provider, which can answer questions and write about topics; "
    "on this machine a script is only made from a text about the topic, of a few hundred words."
)
_CHAT_FAILED = (
    "Look at the chat provider under Services: its key, its account and its address (SCRIPT_API_URL). "
    "Nothing else can answer a question or write about a topic; the render goes on when it answers."
)
NEEDS_CHAT = "NEEDS_CHAT"
"""`provider_code` of what only a chat provider can do."""


class Extractive(Immediate):
    """Takes the sentences that carry most out of the input, in its own order and words; invents nothing."""

    name = "extractive"

    def __init__(self, stands_in: bool = False) -> None:
        """`stands_in`: whether a chat provider stands before this one in the chain. What only that one can do is then
        no fault of whoever asks: it is asked again, later (R8)."""
        self._stands_in = stands_in

    def submit(self, request: Request, key: str) -> Outcome:
        """`Ok({script, seconds, notes})`; `Err(INVALID_INPUT)` for what cannot be told without a model, where no
        other provider has one."""
        try:
            source = source_of(request.payload)
            job, document = read_job(request.payload), request.files.get(ROLE)
            job = with_document(job, document_of(source, document, seconds=request.seconds, cancel=request.cancelled))
            return self._script(job, source)
        except NeedsChat as needs:
            return Err(self._needs_chat(needs))
        except BadJob as bad:
            return Err(GenerationError(ErrorCode.INVALID_INPUT, self.name, bad.message, remedy=bad.remedy))
        except child.ChildTimeout as error:
            message = f"The document could not be read in time: {error}"[:300]
            return Err(GenerationError(ErrorCode.TIMEOUT, self.name, message))
        except child.ChildError as error:
            remedy = "Install the project's requirements, and look at the worker's memory."
            return Err(GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, str(error)[:300], remedy=remedy))
        except Exception as error:
            context = {"stack": traceback.format_exc()[-500:], "type": type(error).__name__}
            return Err(
                GenerationError(
                    ErrorCode.UNKNOWN, self.name, f"No script could be made: {error}"[:300], context=context
                )
            )

    def _needs_chat(self, needs: NeedsChat) -> GenerationError:
        if not self._stands_in:
            return GenerationError(ErrorCode.INVALID_INPUT, self.name, needs.message, remedy=needs.remedy)
        return GenerationError(
            ErrorCode.PROVIDER_FAILURE,
            self.name,
            f"{needs.message} The one that is set up did not answer as it should.",
            provider_code=NEEDS_CHAT,
            max_attempts=1,
            remedy=_CHAT_FAILED,
        )

    def _script(self, job: Job, source: Source | None) -> Outcome:
        language = base_language(job.language)
        if language not in SUPPORTED:
            offered = ", ".join(NAMES.values())
            raise NeedsChat(
                f"Scripts in the language {job.language[:20]!r} are not made on this machine.",
                f"Choose {offered}, or set up a chat provider.",
            )
        job = Job(**{**job.__dict__, "language": language})
        if job.job_type is JobType.DOUBT:
            raise NeedsChat("A question needs a chat provider to answer it.", _NEEDS_CHAT)
        if job.job_type is JobType.DAILY_CA:
            stories, frame = day_stories(job), day_frame(job)
        else:
            blocks = blocks_of(job.input_text)
            stories = topic_stories(job, blocks)
            frame = topic_frame(job, topic_title(job, blocks), available_seconds(stories, language))
        told = tell(stories, frame, float(job.length), language)
        script = with_source(script_of(told, frame, language, job.aspect_ratio), source)
        notes = notes_on(told, stories, float(job.length))
        return Ok({"script": script.to_json(), "seconds": round(told.seconds, 1), "notes": notes})
