"""One error type for every provider (R30), its codes (R31), and causes and remedies in plain words (R34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    SENSITIVE_CONTENT = "SENSITIVE_CONTENT"
    RATE_LIMITED = "RATE_LIMITED"
    TRANSIENT_PROVIDER_ERROR = "TRANSIENT_PROVIDER_ERROR"
    PROVIDER_FAILURE = "PROVIDER_FAILURE"
    TIMEOUT = "TIMEOUT"
    API_ERROR = "API_ERROR"
    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    UNAUTHORIZED = "UNAUTHORIZED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    UNKNOWN = "UNKNOWN"


RETRYABLE = frozenset(
    {
        ErrorCode.RATE_LIMITED,
        ErrorCode.TRANSIENT_PROVIDER_ERROR,
        ErrorCode.PROVIDER_FAILURE,
        ErrorCode.TIMEOUT,
        ErrorCode.API_ERROR,
        ErrorCode.UNKNOWN,
    }
)
"""Codes for which asking the same provider again can help."""

USER_ACTS = frozenset({ErrorCode.SENSITIVE_CONTENT, ErrorCode.INVALID_INPUT})
"""Codes that only another prompt or input cures."""

OPERATOR_ACTS = frozenset({ErrorCode.UNAUTHORIZED, ErrorCode.QUOTA_EXCEEDED, ErrorCode.NOT_FOUND})
"""Codes of which the operator is told: a key, an account or a setting is wrong."""

_REMEDIES: dict[ErrorCode, str] = {
    ErrorCode.SENSITIVE_CONTENT: "The provider refused the content. Change the wording of the prompt, then regenerate.",
    ErrorCode.RATE_LIMITED: "The provider asks for fewer calls. Nothing to do: it is asked again when it allows.",
    ErrorCode.TRANSIENT_PROVIDER_ERROR: "A passing fault at the provider. Nothing to do: it is asked again.",
    ErrorCode.PROVIDER_FAILURE: "The provider could not make this. It is asked again; if that stays so, see its log.",
    ErrorCode.TIMEOUT: "No answer in time. Check that the service is up and reachable, or raise its time limit.",
    ErrorCode.API_ERROR: "The service answered with a server error. Check its status page or its log.",
    ErrorCode.INVALID_INPUT: "The input was not accepted. Change it as the message says, then try again.",
    ErrorCode.NOT_FOUND: "The model, voice or address does not exist there. Check the provider's settings.",
    ErrorCode.UNAUTHORIZED: "The key was refused. Check the provider's key and its rights.",
    ErrorCode.QUOTA_EXCEEDED: "The account at the provider is used up. Top it up or switch to another provider.",
    ErrorCode.UNKNOWN: "An answer that is not known yet. The evidence is kept in the failure's details.",
}


LONGEST_TEXT = 2000
"""Characters of a message, a remedy or a piece of context that are stored."""


@dataclass(frozen=True)
class GenerationError:
    """What went wrong in one call of one provider. A value, not an exception: outcomes carry it."""

    code: ErrorCode
    provider: str
    message: str
    provider_code: str = ""
    """The provider's own code, word for word."""
    retry_after: float | None = None
    """Seconds from now before which the provider does not want to be asked again."""
    max_attempts: int | None = None
    """Where the provider's answer says that more attempts are useless: how many make sense in all."""
    remedy: str = ""
    """What whoever must act should do; the code's own remedy where empty."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """For logs: prompt preview, model, segment, duration, http_status, stack. Never a secret."""
    ours: bool = False
    """A fault of the machine that asked (`domain/shortage.py`): it counts against no service."""

    @property
    def is_retryable(self) -> bool:
        """Whether asking the same provider again, unchanged, can help."""
        return self.code in RETRYABLE

    @property
    def user_action_required(self) -> bool:
        return self.code in USER_ACTS

    @property
    def what_to_do(self) -> str:
        """The remedy in plain words (R34)."""
        return self.remedy or _REMEDIES[self.code]

    def with_context(self, **more: Any) -> GenerationError:
        return replace(self, context={**self.context, **more})

    def to_json(self) -> dict[str, Any]:
        """The form that is stored in failures and shown by the API (R33): short, whatever a provider sent."""
        return {
            "code": self.code.value,
            "provider": self.provider,
            "provider_code": self.provider_code[:200],
            "message": self.message[:LONGEST_TEXT],
            "is_retryable": self.is_retryable,
            "user_action_required": self.user_action_required,
            "retry_after": self.retry_after,
            "max_attempts": self.max_attempts,
            "remedy": self.what_to_do[:LONGEST_TEXT],
            "context": _short(self.context),
            "ours": self.ours,
        }


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, Mapping):
        return {str(key)[:200]: _short(item) for key, item in list(value.items())[:50]}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value[:50]]
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:LONGEST_TEXT]
