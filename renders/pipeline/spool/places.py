"""Where spooled videos are, and where they belong."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings

LOCAL = "local_media"


def destination() -> str | None:
    """The provider that should have published: the first of the chain, where the folder here is its fallback."""
    chain: list[str] = settings.RENDERHUB_CHAINS["upload"]
    before = chain[: chain.index(LOCAL)] if LOCAL in chain else []
    return before[0] if before else None


def is_local(url: str) -> bool:
    return url.startswith(_site())


def url_of(render_id: UUID | str, name: str) -> str:
    """The address of what is published here."""
    return f"{_site()}{render_id}/{name}"


def folder_of(render_id: UUID | str) -> Path:
    """What is published here of a render."""
    return Path(settings.MEDIA_ROOT) / "videos" / str(render_id)


def _site() -> str:
    return f"/{settings.MEDIA_URL.strip('/')}/"
