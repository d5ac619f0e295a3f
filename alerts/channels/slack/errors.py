"""What Slack's answers mean (contracts: Slack incoming webhook)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from alerts.outcomes import NotSent, Outcome, Sent, Verdict
from renderhub.lib.url_guard import AddressRefused

_NEW_WEBHOOK = "Make a new incoming webhook in Slack, and put its address into SLACK_WEBHOOKS."
_UNARCHIVE = "Unarchive the channel in Slack, or make a webhook for another one."
_ADMIN = "Ask an administrator of the Slack workspace to allow it."
_MESSAGE = "Only this message is refused. If others are, too, check that the address is a Slack webhook."
_WAIT = "Nothing to do: it is tried again by itself."
LONGEST_WAIT = 86_400.0
"""Seconds. A Retry-After beyond it is taken as this long."""

PERMANENT: dict[str, tuple[Verdict, str]] = {
    "invalid_payload": (Verdict.MESSAGE, _MESSAGE),
    "invalid_blocks": (Verdict.MESSAGE, _MESSAGE),
    "no_text": (Verdict.MESSAGE, _MESSAGE),
    "action_prohibited": (Verdict.CHANNEL, _ADMIN),
    "posting_to_general_channel_denied": (Verdict.CHANNEL, _ADMIN),
    "invalid_token": (Verdict.CHANNEL, _NEW_WEBHOOK),
    "no_service": (Verdict.CHANNEL, _NEW_WEBHOOK),
    "channel_not_found": (Verdict.CHANNEL, _NEW_WEBHOOK),
    "user_not_found": (Verdict.CHANNEL, _NEW_WEBHOOK),
    "channel_is_archived": (Verdict.CHANNEL, _UNARCHIVE),
}
"""By the word in the body, which says more than the status."""


def outcome_of(status: int, body: str, retry_after: str | None, now: datetime) -> Outcome:
    """What an answer means. `body`: its beginning."""
    said = " ".join(body.split())[:200]
    told = f"{status} {said}".strip()
    if status == 200:
        if said == "ok":
            return Sent(told)
        return NotSent(Verdict.UNCLEAR, f"{told} (not the `ok` of Slack)", "Check that it is a Slack webhook.")
    if status == 429:
        return NotSent(Verdict.LATER, told, _WAIT, seconds_of(retry_after, now))
    if status >= 500 or status == 408:
        return NotSent(Verdict.LATER, told, _WAIT, seconds_of(retry_after, now) if retry_after else None)
    if said in PERMANENT:
        verdict, remedy = PERMANENT[said]
        return NotSent(verdict, told, remedy)
    if status in (400, 413):
        return NotSent(Verdict.MESSAGE, told, _MESSAGE)
    return NotSent(Verdict.CHANNEL, told, _NEW_WEBHOOK)


def seconds_of(retry_after: str | None, now: datetime) -> float:
    """A Retry-After in seconds or as a date; a second where there is none that can be read."""
    text = (retry_after or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text, now)
    return min(max(seconds, 1.0), LONGEST_WAIT) if math.isfinite(seconds) else 1.0


def _until(text: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 1.0
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


def verdict_of(error: Exception, handed_over: bool) -> NotSent:
    """An error of the connection. Its own words are not told: they hold the webhook's address, a secret (R112)."""
    for cause in _causes(error):
        if isinstance(cause, AddressRefused):
            remedy = "Correct the address in SLACK_WEBHOOKS; a private host has to be listed in FETCH_PRIVATE_HOSTS."
            return NotSent(Verdict.CHANNEL, "The webhook's host is not a public address.", remedy)
    name = type(list(_causes(error))[-1]).__name__
    if handed_over:
        return NotSent(Verdict.UNCLEAR, f"No answer after the message was handed over ({name}).", _WAIT)
    return NotSent(Verdict.LATER, f"Slack could not be reached ({name}).", "Check the network from the workers to it.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it: requests and urllib3 hide the first one in arguments, reasons and causes."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = [arg for arg in error.args if isinstance(arg, BaseException)]
        error = (
            getattr(error, "reason", None)
            if isinstance(getattr(error, "reason", None), BaseException)
            else (inner[-1] if inner else error.__cause__ or error.__context__)
        )
