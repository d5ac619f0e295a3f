"""The service's messages that a prediction is done: from where it may send them, and whether one is really from it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

PATH = "hooks/predictions/"
TOLERANCE = 300.0
"""Seconds by which a message's time may differ from ours; longer than that its id is remembered."""
_PREFIX = "whsec_"
_ID = re.compile(r"[\w.:-]{1,100}")


class Refused(Exception):
    """The message is not one that is listened to; says why, for the log."""


def address(base_url: str, secret: str, wanted: bool) -> str:
    """The address that the service is given; empty where it could not reach it (`wanted` says that it can), or where
    nobody could tell its messages from others'."""
    if not secret or not base_url:
        return ""
    parts = urlsplit(base_url)
    if not wanted and (parts.scheme != "https" or not _is_public(parts.hostname or "")):
        return ""
    return f"{base_url.rstrip('/')}/{PATH}"


def verified_id(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of a message that is signed with our secret and not old. `headers`: whatever their case, as Django's.

    Raises `Refused`.
    """
    id_, moment, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not _ID.fullmatch(id_):
        raise Refused("no id")
    if not moment.isdecimal() or len(moment) > 12 or abs(now - int(moment)) > TOLERANCE:
        raise Refused("its time is not now")
    expected = signature(secret, id_, moment, body)
    # Several, while a secret is being changed. All are compared, each in constant time.
    given = [part.partition(",")[2] or part for part in signatures[:1000].split()]
    matches = [hmac.compare_digest(expected.encode(), one.encode("utf-8", "replace")) for one in given]
    if not any(matches):
        raise Refused("its signature is not right")
    return id_


def signature(secret: str, id_: str, moment: str, body: bytes) -> str:
    """Base64 of the HMAC-SHA256 of `id.timestamp.body` with the key behind `whsec_`."""
    signed = f"{id_}.{moment}.".encode() + body
    return base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    """The secret's bytes: what stands in base64 behind `whsec_`. Raises `ValueError` where it is no such secret."""
    if not secret.startswith(_PREFIX) or len(secret) < len(_PREFIX) + 16:
        raise ValueError("it begins with whsec_, and a long key follows")
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("what follows whsec_ is not base64") from error


def _is_public(host: str) -> bool:
    if not host or "." not in host.strip("."):
        return ":" in host and _is_global(host)
    return not host.endswith((".local", ".internal", ".localhost", ".lan", ".test")) and _is_global(host)


def _is_global(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True
