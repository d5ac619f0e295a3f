"""How a service of ours says no: `{error, message, status}`, and `fields` where single fields are at fault."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from http import HTTPStatus

from renders.domain.errors import ErrorCode, GenerationError

_STATUS: dict[ErrorCode, HTTPStatus] = {
    ErrorCode.INVALID_INPUT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.SENSITIVE_CONTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.RATE_LIMITED: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
}
_LONGEST = 500


class Refused(Exception):
    """The request is not served. `error`: a stable word; `retry_after`: seconds."""

    def __init__(
        self,
        status: HTTPStatus,
        error: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message[:_LONGEST]
        self.fields, self.retry_after = dict(fields or {}), retry_after

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [] if self.retry_after is None else [("Retry-After", str(math.ceil(self.retry_after)))]

    @property
    def body(self) -> bytes:
        told: dict[str, object] = {"error": self.error, "message": self.message, "status": int(self.status)}
        if self.fields:
            told["fields"] = self.fields
        return json.dumps(told).encode()


def badly_asked(fields: Mapping[str, str]) -> Refused:
    """Field by field what is wrong with the request (R5)."""
    message = " ".join(f"{name} {problem}" for name, problem in fields.items())
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, ErrorCode.INVALID_INPUT.value, message, fields=fields)


def not_made(error: GenerationError) -> Refused:
    """What an engine's failure is to whoever asked over HTTP. Its context stays here: paths and logs are ours."""
    status = _STATUS.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    return Refused(status, error.code.value, error.message, retry_after=error.retry_after)
