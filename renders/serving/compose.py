"""The Revideo renderer, by the local composer: `POST /render {timeline, width, height, fps, captions, assets}` ->
`{video_url, thumbnail_url, duration}`.

`timeline` is that of R53, `assets` says where its files are (`assets.py`), `captions` whether they are drawn into the
picture. The size may be another than the timeline's, the frame rate not: its slots lie on it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.timeline_form import Timeline, TimelineError
from renders.media.cache import FolderCache
from renders.providers.base import Request
from renders.providers.composer import Composer
from renders.serving import assets, fields
from renders.serving.engine import Made, Task, made_of
from renders.serving.refused import badly_asked


@dataclass(frozen=True)
class Order:
    timeline: Timeline
    assets: Mapping[str, str]


class ComposeEngine:
    name = "compose"
    by_url = True

    def __init__(self, cache: Path, cache_bytes: int, hosts: Collection[str]) -> None:
        """`hosts`: those from which assets are fetched; `cache`, `cache_bytes`: kept pieces, and how much of them."""
        self._composer, self._hosts = Composer(cache=cache), frozenset(hosts)
        self._cache, self._cache_bytes = FolderCache(cache), cache_bytes

    def read(self, asked: Mapping[str, Any]) -> Order:
        problems: dict[str, str] = {}
        width, height = fields.size(asked, problems)
        fps = fields.whole(asked, "fps", fields.RATES, problems)
        if not isinstance(asked.get("captions"), bool):
            problems["captions"] = "must be true or false."
        try:
            timeline = Timeline.from_json(asked.get("timeline"))
        except TimelineError as error:
            raise badly_asked(problems | {"timeline": f"cannot be read. {error}"}) from error
        if "fps" not in problems and fps != timeline.fps:
            problems["fps"] = f"must be that of the timeline, {timeline.fps}."
        wanted = assets.addresses(timeline, asked.get("assets"), self._hosts, problems)
        if problems:
            raise badly_asked(problems)
        return Order(replace(timeline, width=width, height=height, burn_captions=bool(asked["captions"])), wanted)

    def make(self, order: Order, task: Task) -> Made:
        files = assets.fetch(order.assets, self._hosts, task)
        seconds = max(0.1, task.until - time.monotonic())
        payload = {"timeline": order.timeline.to_json()}
        try:
            request = Request("revideo", payload, task.folder, seconds, files, task.cancelled)
            return made_of(self._composer.submit(request, ""))
        finally:
            self._cache.prune(self._cache_bytes)

    def ping(self, seconds: float) -> GenerationError | None:
        return self._composer.ping(seconds)
