"""`/healthz` and `/readyz` for load balancers and container engines (R41).

They are answered before anything else looks at the request: a probe comes by address, without a name that
`ALLOWED_HOSTS` knows, without TLS, and must start no session.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from renders.domain.errors import ErrorCode, GenerationError
from renders.health import foundations
from renders.health.asking import Question, Reply, ask

SECONDS = 3.0
"""Within so long there is an answer: less than the patience of most load balancers."""
FRESH_SECONDS = 1.0
"""So old may an answer be: a flood of probes is no flood of connections."""


def probes(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware; the first of all."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        view = _VIEWS.get(request.path_info)
        return answer(request) if view is None else view()

    return respond


def healthz() -> HttpResponse:
    """200 as long as this process answers at all."""
    return _no_store(JsonResponse({"status": "ok"}))


def readyz() -> HttpResponse:
    """200 where requests can be served; 503 with what is missing. What exactly went wrong is in `check_services`: a
    stranger is not told where our servers are."""
    replies = _replies.current()
    checks = {name: "ok" if reply.error is None else _short(reply) for name, reply in replies.items()}
    ready = all(reply.error is None for reply in replies.values())
    body = {"status": "ok" if ready else "not ready", "checks": checks}
    return _no_store(JsonResponse(body, status=200 if ready else 503))


_VIEWS = {"/healthz": healthz, "/readyz": readyz}


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _short(reply: Reply) -> str:
    unapplied = reply.error is not None and reply.error.provider == "migrations" and reply.error.provider_code
    return unapplied or f"failed after {reply.seconds:.1f} s"


def _questions() -> Mapping[str, Question]:
    return {
        "database": foundations.database,
        "broker": partial(foundations.broker, 0.9 * SECONDS),
        "storage": foundations.storage,
        "migrations": _Migrations.question,
    }


class _Replies:
    """The last replies, for as long as they are fresh; who comes while somebody is asking gets those before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Mapping[str, Reply] = {}
        self._until = 0.0

    def current(self) -> Mapping[str, Reply]:
        if time.monotonic() < self._until:
            return self._last
        if not self._lock.acquire(timeout=0 if self._last else 2 * SECONDS):
            return self._last or {"readiness": Reply(_nobody_knows(), 2 * SECONDS)}
        try:
            if time.monotonic() >= self._until:
                self._last = ask(_questions(), SECONDS)
                self._until = time.monotonic() + FRESH_SECONDS
            return self._last
        finally:
            self._lock.release()

    def forget(self) -> None:
        self._until, self._last = 0.0, {}


_replies = _Replies()


def _nobody_knows() -> GenerationError:
    return GenerationError(ErrorCode.TIMEOUT, "readiness", "Nobody knows yet.")


class _Migrations:
    """Whether the database has the form that this code expects. Reading the migrations takes a while, and what is
    applied stays so: once is enough."""

    applied = False

    @classmethod
    def question(cls) -> GenerationError | None:
        if cls.applied:
            return None
        try:
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except Error as error:
            return GenerationError(ErrorCode.TIMEOUT, "migrations", str(error)[:500])
        finally:
            connection.close()
        cls.applied = missing == 0 and not settings.DEBUG
        if missing == 0:
            return None
        said = f"{missing} not applied"
        return GenerationError(ErrorCode.API_ERROR, "migrations", said, provider_code=said)
