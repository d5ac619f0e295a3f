"""From an answer that is no success to the typed error, by a table (R31, R32)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http.reply import Reply, without
from renders.providers.http.waits import retry_after

_EVIDENCE = 500
"""Characters of an answer that are kept."""
_LOOKED_AT = 20_000
"""Characters of an answer that are searched for words."""
_MESSAGE = 400


@dataclass(frozen=True)
class Row:
    """One line of a provider's table: a condition, and what it means. What is not given is no condition."""

    code: ErrorCode
    status: Collection[int] = ()
    words: Sequence[str] = ()
    """Regular expressions, whatever their case: one of them is in what the answer says."""
    provider_code: Collection[str] = ()
    """The service's own codes or types, whatever their case: one of them is among the answer's."""
    header: str = ""
    """A header (in lower case) that the answer has."""
    retry_after: Callable[[Reply], float | None] | None = None
    """Reads the seconds to wait, where the common reading (`waits.retry_after`) does not."""
    max_attempts: int | None = None
    remedy: str = ""

    def matches(self, status: int, headers: Mapping[str, str], codes: Collection[str], said: str) -> bool:
        return (
            (not self.status or status in self.status)
            and (not self.header or self.header in headers)
            and (not self.provider_code or not _folded(self.provider_code).isdisjoint(_folded(codes)))
            and (not self.words or any(re.search(word, said, re.IGNORECASE) for word in self.words))
        )


def _folded(codes: Collection[str]) -> set[str]:
    return {code.casefold() for code in codes}


BY_STATUS: tuple[Row, ...] = (
    Row(ErrorCode.INVALID_INPUT, status=(400, 413, 422)),
    Row(ErrorCode.UNAUTHORIZED, status=(401, 403)),
    Row(ErrorCode.QUOTA_EXCEEDED, status=(402,)),
    Row(ErrorCode.NOT_FOUND, status=(404,)),
    Row(ErrorCode.TIMEOUT, status=(408,)),
    Row(ErrorCode.RATE_LIMITED, status=(429,)),
    Row(ErrorCode.API_ERROR, status=(500, 502, 503, 504)),
)
"""What the status alone says (R31): the end of most tables."""

RENDER_SERVICES: tuple[Row, ...] = (
    Row(ErrorCode.RATE_LIMITED, status=(503,), header="retry-after"),
    *BY_STATUS,
    Row(ErrorCode.PROVIDER_FAILURE, status=(200,)),
)
"""The table of the render services on our own hosts, as `contracts/services.md` has it."""


def read_error(provider: str, table: Sequence[Row], reply: Reply) -> GenerationError:
    """The error that `reply` stands for: of the first row that matches, or UNKNOWN; the evidence is kept with it."""
    data = _object(reply)
    codes = [without(code, reply.secrets) for code in _codes(data)]
    words = without(_message(data), reply.secrets) or reply.text(_MESSAGE)
    said = " ".join([*codes, words, without(reply.body[:_LOOKED_AT].decode("utf-8", "replace"), reply.secrets)])
    row = _row(table, reply.status, reply.headers, codes, said)
    code = row.code if row else ErrorCode.UNKNOWN
    wait = None
    if code is ErrorCode.RATE_LIMITED or "retry-after" in reply.headers:
        wait = (row.retry_after if row and row.retry_after else retry_after)(reply)
    return GenerationError(
        code,
        provider,
        _shown(f"{provider} answered {reply.status}: {words[:_MESSAGE] or 'no words'}"),
        provider_code=codes[0] if codes else "",
        retry_after=wait,
        max_attempts=row.max_attempts if row else None,
        remedy=row.remedy if row else "",
        context=_evidence(reply),
    )


def read_words(
    provider: str, table: Sequence[Row], words: str, *, codes: Sequence[str] = (), reply: Reply | None = None
) -> GenerationError:
    """The error that a service tells in words, within an answer that was a success (`status` 200) by itself."""
    secrets = reply.secrets if reply else ()
    told = without(words[:_LOOKED_AT], secrets)
    row = _row(table, reply.status if reply else 200, reply.headers if reply else {}, codes, told)
    return GenerationError(
        row.code if row else ErrorCode.UNKNOWN,
        provider,
        _shown(told[:_MESSAGE]) or "The service says no more than that it failed.",
        provider_code=without(codes[0], secrets)[:200] if codes else "",
        retry_after=row.retry_after(reply) if row and row.retry_after and reply else None,
        max_attempts=row.max_attempts if row else None,
        remedy=row.remedy if row else "",
        context=(_evidence(reply) if reply else {}) | {"said": _shown(told[-_EVIDENCE:])},
    )


def unusable(provider: str, reply: Reply, why: str, *, remedy: str = "", **context: Any) -> GenerationError:
    """The error of an answer that has the right status and cannot be used: a page, nothing, something else."""
    told = {**_evidence(reply), **context}
    return GenerationError(ErrorCode.PROVIDER_FAILURE, provider, why, remedy=remedy, context=told)


def _row(
    table: Sequence[Row], status: int, headers: Mapping[str, str], codes: Collection[str], said: str
) -> Row | None:
    return next((row for row in table if row.matches(status, headers, codes, said)), None)


def _evidence(reply: Reply) -> dict[str, Any]:
    named = {"request_id": "x-request-id", "content_type": "content-type", "location": "location"}
    told = {
        name: without(reply.headers[header], reply.secrets)[:200]
        for name, header in named.items()
        if header in reply.headers
    }
    if "location" in told:
        told["location"] = told["location"].partition("?")[0]
    return {"http_status": reply.status, "answer": reply.text(_EVIDENCE), **told}


def _object(reply: Reply) -> Any:
    try:
        return reply.json()
    except ValueError:
        return None


def _codes(data: Any) -> list[str]:
    """The service's own codes, the most telling first: `error.code`, `error.type`, `detail.status`, `error`, `code`."""
    return [code[:200] for code in _candidates(data) if code]


def _candidates(data: Any) -> Iterator[str]:
    if not isinstance(data, Mapping):
        return
    for part in (data.get("error"), data.get("detail"), data):
        if isinstance(part, Mapping):
            for name in ("code", "status", "type"):
                value = part.get(name)
                if isinstance(value, str | int) and not isinstance(value, bool):
                    yield str(value)
    if isinstance(data.get("error"), str) and re.fullmatch(r"[\w.-]{1,60}", data["error"]):
        yield data["error"]


def _message(data: Any, depth: int = 6) -> str:
    """What the answer says to people, wherever services put that."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "; ".join(filter(None, (_message(part, depth - 1) for part in data[:5]))) if depth else ""
    if not isinstance(data, Mapping) or not depth:
        return ""
    field = data.get("loc")
    place = ".".join(map(str, field)) + ": " if isinstance(field, list) and field else ""
    for name in ("message", "msg", "detail", "error", "title"):
        said = _message(data.get(name), depth - 1)
        if said:
            return place + said
    return ""


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
