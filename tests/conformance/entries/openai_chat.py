"""The provider `openai_chat`."""

from __future__ import annotations

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Ok
from renders.domain.script import Script
from renders.providers.openai_chat import OpenAiChat
from tests.conformance.gateway_rows import ROWS
from tests.conformance.http_providers import KEY, Entry, Told
from tests.support.gateway import completion, says, script


def _is_script(ok: Ok) -> bool:
    made = Script.from_json(ok.result["script"])
    return bool(made.title and made.hook and made.closing) and 54 <= ok.result["seconds"] <= 66


ENTRIES = (
    Entry(
        name="openai_chat",
        stage="script_gen",
        make=lambda url, folder: OpenAiChat(f"{url}/v1", KEY, "model-1"),
        payload={"job": {"job_type": "doubt", "input_text": "Why is the sky blue?", "length": 60, "language": "en"}},
        good=says(script()),
        judge=_is_script,
        table=(
            *ROWS,
            Told(200, completion(None, refusal="I cannot help with that."), ErrorCode.SENSITIVE_CONTENT),
            Told(200, completion("", "content_filter"), ErrorCode.SENSITIVE_CONTENT),
            Told(200, {"error": {"code": 429, "message": "slower"}}, ErrorCode.RATE_LIMITED),
            Told(200, {"error": {"message": "it broke"}}, ErrorCode.PROVIDER_FAILURE),
            Told(200, completion("no JSON at all"), ErrorCode.PROVIDER_FAILURE),
            Told(200, completion('{"title": "cut', "length"), ErrorCode.PROVIDER_FAILURE),
        ),
    ),
)
