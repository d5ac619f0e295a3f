"""The rows of `contracts/services.md` on OpenAI-compatible gateways, as services tell them."""

from __future__ import annotations

from typing import Any

from renders.domain.errors import ErrorCode
from tests.conformance.http_providers import Told


def _error(code: str | None, message: str = "words", kind: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def _eleven(status: str) -> dict[str, Any]:
    return {"detail": {"status": status, "message": "words"}}


_RATE = "Rate limit reached for model-1. Add a payment method at https://platform.example.com/account/billing"

ROWS = (
    Told(429, _error("rate_limit_exceeded", _RATE), ErrorCode.RATE_LIMITED, provider_code="rate_limit_exceeded"),
    Told(429, _error("slow_down"), ErrorCode.RATE_LIMITED),
    Told(
        429,
        _error("rate_limit_exceeded"),
        ErrorCode.RATE_LIMITED,
        {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2s", "x-ratelimit-reset-requests": "1s"},
        retry_after=62.0,
    ),
    Told(429, _error("insufficient_quota"), ErrorCode.QUOTA_EXCEEDED, {"Retry-After": "20"}),
    Told(402, _error("insufficient_quota"), ErrorCode.QUOTA_EXCEEDED),
    Told(402, _error("credit_balance_exhausted"), ErrorCode.QUOTA_EXCEEDED),
    Told(402, _error(None, "See your billing page"), ErrorCode.QUOTA_EXCEEDED),
    Told(429, _error("credit_balance_exhausted"), ErrorCode.QUOTA_EXCEEDED),
    Told(429, _error(None, "You exceeded your current quota, please check your plan."), ErrorCode.QUOTA_EXCEEDED),
    Told(429, _error(None, "Please check your billing details"), ErrorCode.QUOTA_EXCEEDED),
    Told(403, _error(None, "Insufficient credits"), ErrorCode.QUOTA_EXCEEDED),
    *(Told(status, _error("content_policy_violation"), ErrorCode.SENSITIVE_CONTENT) for status in (400, 403)),
    Told(400, _error("content_filter"), ErrorCode.SENSITIVE_CONTENT),
    Told(403, _error("content_filter"), ErrorCode.SENSITIVE_CONTENT),
    Told(400, _error(None, "The response was filtered by our content management policy"), ErrorCode.SENSITIVE_CONTENT),
    Told(403, _error(None, "Your input was flagged by moderation"), ErrorCode.SENSITIVE_CONTENT),
    Told(401, _error("invalid_api_key"), ErrorCode.UNAUTHORIZED),
    Told(400, _error("invalid_api_key"), ErrorCode.UNAUTHORIZED),
    Told(403, _error(None, "Country not supported"), ErrorCode.UNAUTHORIZED),
    Told(404, _error("model_not_found"), ErrorCode.NOT_FOUND),
    Told(404, _error("voice_not_found"), ErrorCode.NOT_FOUND),
    Told(400, _error("model_not_found"), ErrorCode.NOT_FOUND),
    Told(400, _error("context_length_exceeded"), ErrorCode.INVALID_INPUT),
    Told(422, {"detail": [{"loc": ["body", "voice"], "msg": "not a voice"}]}, ErrorCode.INVALID_INPUT),
    Told(400, _error(None, "messages: too long"), ErrorCode.INVALID_INPUT),
    Told(413, b"", ErrorCode.INVALID_INPUT),
    Told(503, _error("server_is_overloaded"), ErrorCode.API_ERROR, provider_code="server_is_overloaded"),
    *(Told(status, b"", ErrorCode.API_ERROR) for status in (500, 502, 504, 529)),
    Told(429, _eleven("concurrent_limit_exceeded"), ErrorCode.RATE_LIMITED),
    Told(429, _eleven("too_many_concurrent_requests"), ErrorCode.RATE_LIMITED),
    Told(429, _eleven("system_busy"), ErrorCode.RATE_LIMITED),
    Told(400, _eleven("quota_exceeded"), ErrorCode.QUOTA_EXCEEDED),
    Told(401, _eleven("quota_exceeded"), ErrorCode.QUOTA_EXCEEDED),
    Told(401, _eleven("invalid_api_key"), ErrorCode.UNAUTHORIZED),
    Told(400, _eleven("voice_not_found"), ErrorCode.NOT_FOUND),
    Told(400, _eleven("max_character_limit_exceeded"), ErrorCode.INVALID_INPUT),
)
