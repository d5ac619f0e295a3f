"""The calls of the protocol. What they raise is the typed error, to be answered by the provider."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.providers.http import SMALL_ANSWER, Client, NoReply, Reply, unusable
from renders.providers.predictions import errors
from renders.providers.predictions.models import Model
from renders.providers.predictions.prediction import Prediction

MARKER = "renderhub_key"
"""The field of the input that carries our key. The service keeps the whole input and gives it back with every
prediction and in lists; models drop fields that they do not know. (An address for messages is not given back, and there
is none where we cannot be reached; a seed is not taken by every model, and a picture made anew must have another.)"""
LOST_AFTER = 10.0
"""Seconds after a lost answer before it is looked for: the service may be about to take the request in."""
_CREATE_SECONDS = 30.0
_CALL_SECONDS = 15.0
_LIST_LIMIT = 25 * 1024 * 1024
_HORIZON = timedelta(hours=2)
"""How far back a lost prediction is looked for: a run takes less, and what was made is gone within the hour."""
_MOST_PAGES = 20
_UNTOLD = "There are too many predictions in the account to tell whether this one was made already."


class Failed(Exception):
    """The service did not do it; carries why."""

    def __init__(self, error: GenerationError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True)
class Service:
    """The service, as the settings have it."""

    url: str
    key: str = field(default="", repr=False)
    poll_seconds: float = 3.0
    """Between two looks at a prediction."""
    webhook: str = ""
    """Where it may tell us that one is done; empty: nowhere."""
    private_hosts: tuple[str, ...] = ()
    """Hosts with private addresses that may be fetched from (R111)."""

    @property
    def root(self) -> str:
        return self.url.rstrip("/").removesuffix("/v1")

    @property
    def fetched_from(self) -> frozenset[str]:
        """Hosts that may be private: those of the settings, and the service itself on its own port."""
        parts = urlsplit(self.root)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return frozenset({*self.private_hosts, f"{parts.hostname}:{port}"})


class Api:
    """The calls for one provider."""

    def __init__(self, provider: str, service: Service) -> None:
        self._provider = provider
        self._service = service
        self._client = Client(provider, service.root, key=service.key)

    def create(
        self, model: Model, asked: Mapping[str, Any], key: str, seconds: float, cancelled: threading.Event
    ) -> Prediction:
        """Never to be called again before `made_for` has been asked."""
        body: dict[str, Any] = {"input": {**asked, MARKER: key}}
        if model.version:
            body["version"] = model.version
        if self._service.webhook:
            body |= {"webhook": self._service.webhook, "webhook_events_filter": ["completed"]}
        try:
            path = model.path
        except ValueError as error:
            remedy = "Set the model as owner/name or owner/name:version (PREDICTION_IMAGE_MODEL and its like)."
            raise Failed(GenerationError(ErrorCode.NOT_FOUND, self._provider, str(error), remedy=remedy)) from error
        try:
            return self._prediction(
                self._client.call(
                    "POST",
                    path,
                    json=body,
                    seconds=min(_CREATE_SECONDS, seconds),
                    limit=SMALL_ANSWER,
                    cancelled=_Patience(cancelled),
                )
            )
        except Failed as failed:
            if failed.error.code in (ErrorCode.TIMEOUT, ErrorCode.API_ERROR):
                wait = max(LOST_AFTER, failed.error.retry_after or 0.0)
                raise Failed(replace(failed.error, retry_after=wait)) from failed
            raise

    def get(self, id_: str, seconds: float) -> Prediction:
        reply = self._client.call(
            "GET", f"v1/predictions/{id_}", seconds=min(_CALL_SECONDS, seconds), limit=SMALL_ANSWER
        )
        found = self._prediction(reply)
        if found.id != id_ and isinstance(reply, Reply):
            raise Failed(unusable(self._provider, reply, "The service told of another prediction than was asked for."))
        return found

    def made_for(self, key: str, seconds: float) -> list[Prediction]:
        """The predictions that were asked for with `key`, newest first."""
        oldest = clock.now() - _HORIZON
        until = time.monotonic() + seconds
        found: list[Prediction] = []
        for page in self._pages(until):
            predictions = [one for entry in page if (one := _read(entry)) is not None]
            found += [one for one in predictions if one.input.get(MARKER) == key]
            if any(one.created is not None and one.created < oldest for one in predictions):
                return found
        return found

    def cancel(self, id_: str, seconds: float) -> None:
        """Nothing where it is over already, or not known there."""
        reply = self._client.call(
            "POST", f"v1/predictions/{id_}/cancel", seconds=min(_CALL_SECONDS, seconds), limit=SMALL_ANSWER
        )
        if isinstance(reply, NoReply):
            raise Failed(reply.error)
        if not (reply.status < 300 or reply.status in (404, 409, 422)):
            raise Failed(errors.of_reply(self._provider, reply))

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether it answers us, and knows our key."""
        try:
            next(self._pages(time.monotonic() + seconds, seconds))
        except Failed as failed:
            return failed.error
        return None

    def _pages(self, until: float, longest: float = _CALL_SECONDS) -> Iterator[list[Any]]:
        path = "v1/predictions"
        for _ in range(_MOST_PAGES):
            seconds = max(0.1, min(longest, until - time.monotonic()))
            reply = self._client.call("GET", path, seconds=seconds, limit=_LIST_LIMIT)
            data = self._object(reply)
            page, following = data.get("results"), data.get("next")
            if not isinstance(page, list):
                raise Failed(self._no_answer(reply, "The service's list holds no predictions."))
            yield page
            # Of the address of the next page only its query is used: a key goes nowhere but to the service.
            query = urlsplit(following).query if isinstance(following, str) else ""
            if not query:
                return
            path = f"v1/predictions?{query}"
        raise Failed(GenerationError(ErrorCode.TRANSIENT_PROVIDER_ERROR, self._provider, _UNTOLD))

    def _prediction(self, reply: Reply | NoReply) -> Prediction:
        self._object(reply)
        try:
            # What the prediction says may repeat our key; its text is shown without it (R112).
            return Prediction.from_json(json.loads(reply.text(SMALL_ANSWER)) if isinstance(reply, Reply) else None)
        except ValueError as error:
            raise Failed(self._no_answer(reply, f"The service's answer cannot be used: {error}.")) from error

    def _object(self, reply: Reply | NoReply) -> dict[str, Any]:
        if isinstance(reply, NoReply):
            raise Failed(reply.error)
        if not 200 <= reply.status < 300:
            raise Failed(errors.of_reply(self._provider, reply))
        try:
            data = reply.json()
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise Failed(self._no_answer(reply, "The service's answer is not what the protocol says."))
        return data

    def _no_answer(self, reply: Reply | NoReply, why: str) -> GenerationError:
        return reply.error if isinstance(reply, NoReply) else unusable(self._provider, reply, why)


class _Patience(threading.Event):
    """A creation that is cancelled is given a moment to answer: what it created is known then, and can be cancelled."""

    SECONDS = 1.0

    def __init__(self, cancelled: threading.Event) -> None:
        super().__init__()
        self._cancelled = cancelled
        self._until: float | None = None

    def is_set(self) -> bool:
        if self._until is None and self._cancelled.is_set():
            self._until = time.monotonic() + self.SECONDS
        return self._until is not None and time.monotonic() >= self._until


def _read(entry: object) -> Prediction | None:
    try:
        return Prediction.from_json(entry)
    except ValueError:
        return None
