"""What the render services on our own hosts have in common (R12, R16, R18): `POST /render` is answered with a video, or
with the address of one; `GET /health` says how they are."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from renderhub.lib import child
from renders.domain.errors import ErrorCode, GenerationError
from renders.media import failures
from renders.media.probe import MediaInfo, ProbeError, probe
from renders.providers.base import Request
from renders.providers.http import RENDER_SERVICES, Client, NoReply, Reply, download, read_error, unusable

LARGEST = 500_000_000
"""Bytes of a video (SPEC section 19)."""
DURATION_OFF = 0.5
"""Seconds by which a stated duration may differ from the video's."""
_LONGEST = 3600.0
"""Seconds. A service that renders says nothing for minutes: the total time limit of the call is the one that counts."""
_SERVICE = "See the log of the service; it is asked again."


@dataclass(frozen=True)
class Rendered:
    """A video that a service made: a whole file that decodes as far as it was asked for."""

    video: Path
    info: MediaInfo
    stated: Mapping[str, Any] = field(default_factory=dict)
    """What the service said of it; nothing where its answer was the video itself."""


class RenderService:
    """One service, for the provider `name`. Never raises."""

    def __init__(
        self, name: str, url: str, key: str = "", *, setting: str, private_hosts: Collection[str] = ()
    ) -> None:
        """`setting`: the name of the one that holds `url`; `private_hosts`: those that may be fetched from beside the
        service's own."""
        self.name, self._setting = name, setting
        self._client = Client(name, url, key=key, read_seconds=_LONGEST)
        self.hosts = frozenset({*private_hosts, *_own_host(url)})

    def ping(self, seconds: float) -> GenerationError | None:
        """None where it says that it is well (R40)."""
        return self._client.not_configured(self._setting) or self._client.ping("/health", seconds, _is_well)

    def render(
        self, asked: Mapping[str, Any], request: Request, until: float, *, decode: bool
    ) -> Rendered | GenerationError:
        """Have a video made, by `until` (monotonic clock). `decode`: all of it, here; else whoever takes it does."""
        missing = self._client.not_configured(self._setting)
        if missing is not None:
            return missing
        video = request.workdir / "answered.mp4"
        reply = self._client.call(
            "POST",
            "/render",
            json=asked,
            seconds=_left(until),
            limit=LARGEST,
            cancelled=request.cancelled,
            save_to=video,
        )
        if isinstance(reply, NoReply):
            return reply.error
        if reply.status != 200:
            return read_error(self.name, RENDER_SERVICES, reply)
        stated: Mapping[str, Any] = {}
        if reply.saved is None:
            told = self._told(reply)
            if isinstance(told, GenerationError):
                return told
            failed = self.fetch(told["video_url"], video, until, request)
            if failed is not None:
                return failed
            stated = told
        return self._looked_at(video, stated, request, until, decode)

    def fetch(self, url: str, to: Path, until: float, request: Request) -> GenerationError | None:
        """A file that the service named, through the guard of foreign addresses (R111)."""
        return download(
            self.name,
            url,
            to,
            seconds=_left(until),
            limit=LARGEST,
            allowed_hosts=self.hosts,
            cancelled=request.cancelled,
        )

    def _told(self, reply: Reply) -> Mapping[str, Any] | GenerationError:
        try:
            told = reply.json()
        except ValueError:
            return unusable(
                self.name, reply, "The service answered with something else than it should.", remedy=_SERVICE
            )
        if not isinstance(told, Mapping) or told.get("error"):
            return read_error(self.name, RENDER_SERVICES, reply)
        if not isinstance(told.get("video_url"), str) or not told["video_url"]:
            return unusable(self.name, reply, "The service did not say where its video is.", remedy=_SERVICE)
        return told

    def _looked_at(
        self, video: Path, stated: Mapping[str, Any], request: Request, until: float, decode: bool
    ) -> Rendered | GenerationError:
        try:
            info = probe(video, decode=decode, seconds=_left(until), cancel=request.cancelled)
        except ProbeError as error:
            return self.refused(f"What the service made is no video that can be used: {error}")
        except (child.ChildError, OSError) as error:
            return failures.failure(self.name, error)
        if info.video is None or info.form.mime not in ("video/mp4", "video/webm"):
            return self.refused("What the service made has no moving picture.")
        said = stated.get("duration")
        if said is not None and not _is_about(said, info.duration):
            return self.refused(
                f"The service said that its video lasts {said!r:.40} s; it lasts {info.duration:.2f} s."
            )
        return Rendered(video, info, stated)

    def refused(self, why: str) -> GenerationError:
        """The error of a video that cannot be used."""
        return GenerationError(ErrorCode.PROVIDER_FAILURE, self.name, why[:500], remedy=_SERVICE)


def _is_well(reply: Reply) -> bool:
    return bool(reply.status == 200 and reply.json()["status"] == "ok")


def _is_about(said: object, seconds: float) -> bool:
    number = isinstance(said, int | float) and not isinstance(said, bool)
    return number and abs(float(said) - seconds) <= DURATION_OFF  # type: ignore[arg-type]


def _left(until: float) -> float:
    return max(0.1, until - time.monotonic())


def _own_host(url: str) -> tuple[str, ...]:
    """The service's own host and port, as `download` takes them."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ()
    return (f"{parts.hostname}:{port}",) if parts.hostname else ()
