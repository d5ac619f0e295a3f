"""Dates as feeds write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ZONES = {
    "BST": "+0100", "CET": "+0100", "CEST": "+0200", "MET": "+0100", "MEST": "+0200", "WEST": "+0100", "WET": "+0000",
    "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "MSD": "+0400", "IST": "+0530", "JST": "+0900", "KST": "+0900",
    "AEST": "+1000", "AEDT": "+1100", "AKST": "-0900", "AKDT": "-0800", "HST": "-1000", "ET": "-0500", "CT": "-0600",
    "MT": "-0700", "PT": "-0800", "UTC": "+0000", "Z": "+0000",
}  # fmt: skip
"""Zone names that RFC 822 does not know. IST is taken as India's: that is where most feeds that write it are."""
_ZONE_NAME = re.compile(r"\b([A-Z]{1,4})\)?\s*$")
_ETC_ZONE = re.compile(r"\b(?:Etc/|GMT|UTC)(?=[+-]\d)")
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def parse_feed_date(text: str) -> datetime | None:
    """The moment, with its offset, that a feed's date names: ISO 8601, RFC 822 and its usual misspellings.

    A date without a zone is taken as UTC. None for what is no date or none of our time.
    """
    text = " ".join(text[:100].split())
    for reader in (_iso, _rfc822):
        try:
            moment = reader(text)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        if moment is not None and _EARLIEST <= moment <= _LATEST:
            return moment
    return None


def _iso(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc822(text: str) -> datetime | None:
    text = _ETC_ZONE.sub("", text)
    name = _ZONE_NAME.search(text)
    if name and name.group(1) in _ZONES:
        text = text[: name.start()] + _ZONES[name.group(1)]
    parts = parsedate_tz(text)
    if parts is None:
        return None
    zone = timezone(timedelta(seconds=parts[9] or 0))
    return datetime(*parts[:6], tzinfo=zone)
