"""Posting to an incoming webhook, through the URL guard (R111)."""

from __future__ import annotations

import io
import json

import requests
from django.conf import settings

from alerts.channels.base import HandOver, Outgoing
from alerts.channels.slack import errors
from alerts.channels.slack.blocks import payload_of
from alerts.outcomes import NotSent, Outcome, Sent, Verdict
from alerts.vocabulary import ChannelKind
from renderhub.lib import clock
from renderhub.lib.bounded_session import bounded_session
from renderhub.lib.url_guard import AddressRefused, check_url

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 10.0, 20.0
_ANSWER_BYTES = 2000


class Slack:
    kind = ChannelKind.SLACK.value
    pace = 1.0
    """About one message a second (contracts)."""

    def send(self, message: Outgoing, hand_over: HandOver) -> Outcome:
        url = settings.RENDERHUB_SLACK_WEBHOOKS.get(message.target, "")
        if fault := self.fault_of(message.target):
            return NotSent(Verdict.CHANNEL, fault, "Correct SLACK_WEBHOOKS, or choose another webhook.")
        body = _Body(json.dumps(payload_of(message.content), ensure_ascii=False).encode(), hand_over)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "RenderHub"}
        try:
            private = settings.RENDERHUB_FETCH_PRIVATE_HOSTS
            with bounded_session(TOTAL_SECONDS, CONNECT_SECONDS, private) as session:
                return _post(session, url, body, headers)
        except (requests.RequestException, OSError, ValueError) as error:
            return errors.verdict_of(error, body.handed_over)

    def fault_of(self, target: str) -> str:
        names = settings.RENDERHUB_SLACK_WEBHOOKS
        if target not in names:
            known = f"It has: {', '.join(sorted(names))}." if names else "It is empty."
            return f"SLACK_WEBHOOKS has no webhook of this name. {known}"
        try:
            check_url(names[target])
        except AddressRefused:  # its message would tell the address
            return "What SLACK_WEBHOOKS has under this name is not an http(s) address."
        return ""


def _post(session: requests.Session, url: str, body: _Body, headers: dict[str, str]) -> Outcome:
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    # Redirects are not followed: a webhook has none, and what was posted must not go elsewhere.
    with session.post(url, data=body, headers=headers, timeout=timeout, stream=True, allow_redirects=False) as answer:
        outcome = errors.outcome_of(
            answer.status_code, _beginning(answer), answer.headers.get("Retry-After"), clock.now()
        )
    return _without(outcome, url)


def _beginning(answer: requests.Response) -> str:
    """Nothing of a redirect: what it says besides is for browsers, and may have no end."""
    if 300 <= answer.status_code < 400:
        return ""
    data = bytearray()
    for chunk in answer.iter_content(256):
        data += chunk
        if len(data) >= _ANSWER_BYTES:
            break
    return bytes(data[:_ANSWER_BYTES]).decode("utf-8", "replace")


def _without(outcome: Outcome, url: str) -> Outcome:
    """A server that tells us our own address does not get it into the log."""
    secret = url.partition("://")[2].partition("/")[2]
    if not secret or secret not in outcome.answer:
        return outcome
    cleaned = outcome.answer.replace(secret, "…")
    if isinstance(outcome, Sent):
        return Sent(cleaned)
    return NotSent(outcome.verdict, cleaned, outcome.remedy, outcome.retry_after)


class _Body(io.BytesIO):
    """The body of the request. It is first read when the connection stands: that is when it leaves our hands."""

    def __init__(self, data: bytes, hand_over: HandOver) -> None:
        super().__init__(data)
        self._hand_over = hand_over
        self.handed_over = False

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.handed_over:
            self._hand_over()
            self.handed_over = True
        return super().read(size)
