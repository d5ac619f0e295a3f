"""The table of OpenAI-compatible gateways, with the words of ElevenLabs that some of them pass on
(`contracts/services.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http.reading import BY_STATUS, Row, read_error
from renders.providers.http.reply import Reply

_PAY = "The account at the service is used up, or its billing is. Top it up, or take the provider out of the chain."
_KEY = "The key was refused. Check the service's key in the settings, and what it may be used for."
_MODEL = "The service has no such model or voice, or no such address. Check both in the settings."
_SHORTER = "The text is longer than the service takes. Shorten it, or set the service's limit in the settings."

OPENAI_GATEWAYS: tuple[Row, ...] = (
    # The codes before the words: an answer about the rate of calls points to the page on billing.
    Row(
        ErrorCode.QUOTA_EXCEEDED,
        status=(400, 401, 402, 403, 429),
        provider_code=(
            "insufficient_quota",
            "credit_balance_exhausted",
            "quota_exceeded",
            "billing_hard_limit_reached",
            "billing_not_active",
            "insufficient_credits",
            "insufficient_balance",
            "payment_required",
        ),
        remedy=_PAY,
    ),
    Row(
        ErrorCode.RATE_LIMITED,
        status=(400, 429),
        provider_code=(
            "rate_limit_exceeded",
            "slow_down",
            "concurrent_limit_exceeded",
            "too_many_concurrent_requests",
            "system_busy",
        ),
    ),
    Row(ErrorCode.QUOTA_EXCEEDED, status=(402,), remedy=_PAY),
    Row(
        ErrorCode.QUOTA_EXCEEDED,
        status=(403, 429),
        words=(
            r"insufficient.(?:quota|credits?|balance|funds)",
            r"credit.balance",
            r"\bbilling\b",
            r"exceeded your (?:current )?quota",
            r"quota.exceeded",
            r"out of credits?",
            r"\btop.?up\b",
        ),
        remedy=_PAY,
    ),
    Row(
        ErrorCode.UNAUTHORIZED,
        status=(400, 401, 403),
        provider_code=("invalid_api_key", "api_key_invalid", "account_deactivated", "missing_permissions"),
        remedy=_KEY,
    ),
    Row(
        ErrorCode.NOT_FOUND,
        status=(400, 401, 403, 404, 422),
        provider_code=("model_not_found", "voice_not_found"),
        remedy=_MODEL,
    ),
    Row(
        ErrorCode.INVALID_INPUT,
        status=(400, 401, 403, 413, 422),
        provider_code=("max_character_limit_exceeded", "context_length_exceeded", "string_above_max_length"),
        remedy=_SHORTER,
    ),
    Row(
        ErrorCode.SENSITIVE_CONTENT,
        status=(400, 403),
        provider_code=("content_policy_violation", "content_filter", "moderation_blocked"),
    ),
    Row(
        ErrorCode.SENSITIVE_CONTENT,
        status=(400, 403),
        words=(
            r"content.(?:policy|filter|management)",
            r"moderat(?:ion|ed)",
            r"safety (?:system|filter|polic)",
            r"\bflagged\b",
            r"violat\w+.{0,60}(?:polic|terms)",
            r"\bnsfw\b",
        ),
    ),
    Row(ErrorCode.UNAUTHORIZED, status=(401, 403), remedy=_KEY),
    Row(ErrorCode.NOT_FOUND, status=(404,), remedy=_MODEL),
    *BY_STATUS,
    # Overloaded; and what a proxy in front of the service says when it does not answer.
    Row(ErrorCode.API_ERROR, status=(520, 521, 522, 523, 524, 529)),
    # An error told within an answer that is a success by its status.
    Row(ErrorCode.PROVIDER_FAILURE, status=(200,)),
)


def gateway_error(provider: str, reply: Reply) -> GenerationError:
    """The error of an answer by this table; some gateways tell the status within an answer that is a success."""
    error = object_of(reply).get("error")
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if reply.status == 200 and isinstance(code, int) and 400 <= code < 600 else reply.status
    return read_error(provider, OPENAI_GATEWAYS, replace(reply, status=status))


def object_of(reply: Reply) -> Mapping[str, object]:
    """The JSON object that the answer is; an empty one where it is none."""
    try:
        data = reply.json()
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
