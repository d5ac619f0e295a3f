"""Files of storage that a render service may fetch for a while: their addresses are signed and expire (R16)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.signing import BadSignature, Signer

from renderhub.lib import clock

SECONDS = 3600
"""For so long an address holds: longer than any composition takes."""
_SALT = "renders.handed_out"


def address_of(path: Path) -> str:
    """Where others can fetch a stored file from. It says the file's key, and nothing else of ours."""
    until = int(clock.now().timestamp()) + SECONDS
    signed = Signer(salt=_SALT).sign(f"{path.name}:{until}")
    return f"{settings.RENDERHUB_ASSETS_URL}/{settings.MEDIA_URL.strip('/')}/handed-out/{quote(signed)}"


def key_of(signed: str) -> str | None:
    """The key that an address of ours stands for; None for what we did not sign, or too long ago."""
    try:
        key, _, until = Signer(salt=_SALT).unsign(signed).rpartition(":")
        return key if clock.now().timestamp() <= int(until) else None
    except (BadSignature, ValueError):
        return None
