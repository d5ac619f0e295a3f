"""The gateway's answer around what the model said: choices, finish reasons, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import Reply, gateway_error, unusable

_CUT_OFF = frozenset({"length", "max_tokens"})
_REFUSED = "Change the question or the topic, or what the source file says, then ask again."


@dataclass(frozen=True)
class Said:
    content: str
    cut_off: bool = False


def said(provider: str, reply: Reply) -> Said | GenerationError:
    """What the model said, or the error that the answer stands for."""
    if reply.status != 200:
        return _gateway_error(provider, reply)
    try:
        data = reply.json()
    except ValueError:
        return unusable(provider, reply, "The chat service answered with something that is no JSON.")
    if isinstance(data, Mapping) and data.get("error") and not data.get("choices"):
        return _gateway_error(provider, reply)
    choice = _first_choice(data)
    if choice is None:
        return unusable(provider, reply, "The chat service's answer holds no message.")
    message, reason = choice["message"], str(choice.get("finish_reason"))
    refusal = message.get("refusal")
    if reason == "content_filter" or (isinstance(refusal, str) and refusal.strip()):
        words = Reply(200, {}, str(refusal or "its content filter stopped it").encode(), secrets=reply.secrets).text(
            300
        )
        return GenerationError(
            ErrorCode.SENSITIVE_CONTENT,
            provider,
            f"The model refused: {words}",
            provider_code="content_filter" if reason == "content_filter" else "refusal",
            remedy=_REFUSED,
            context={"http_status": reply.status, "answer": reply.text()},
        )
    return Said(_content(message.get("content")), reason in _CUT_OFF)


def _gateway_error(provider: str, reply: Reply) -> GenerationError:
    """A question that was refused has no prompt that anybody could regenerate: whoever asked it is told what to do."""
    error = gateway_error(provider, reply)
    return replace(error, remedy=_REFUSED) if error.code is ErrorCode.SENSITIVE_CONTENT else error


def _first_choice(data: Any) -> Mapping[str, Any] | None:
    choices = data.get("choices") if isinstance(data, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) and isinstance(first.get("message"), Mapping) else None


def _content(content: Any) -> str:
    if isinstance(content, list):  # in parts, as some gateways have it
        parts = [part.get("text") for part in content[:50] if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
