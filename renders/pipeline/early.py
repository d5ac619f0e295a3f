"""An asset is brought into the composer's form as soon as it is made, on the worker that made it: the video is then
finished seconds after its last asset (PERFORMANCE section 1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import cast

from renderhub.lib.child import ChildError
from renders.domain.stages import ASSET_KINDS, Stage
from renders.pipeline import chains, storage
from renders.pipeline.transitions.claim import Claimed
from renders.providers.base import Early, Request

logger = logging.getLogger(__name__)


def prepare(claimed: Claimed, request: Request, stored: Mapping[str, str]) -> None:
    """Get the files of an asset ready, where the composer works on the same machines. What cannot be got ready is
    left to the composition, which says why."""
    composer = chains.primary(Stage.REVIDEO)
    if claimed.stage not in ASSET_KINDS or not stored or composer is None:
        return
    provider = chains.provider(composer)
    if not _prepares(type(provider)) or chains.queue_of(composer) != claimed.queue:
        return
    width, height = claimed.job.aspect_ratio.size
    wanted = {"width": width, "height": height, "theme": claimed.job.theme}
    files = {role: storage.path_of(key) for role, key in stored.items()}
    try:
        cast(Early, provider).prepare(replace(request, stage=Stage.REVIDEO.value, payload=wanted, files=files))
    except (ChildError, OSError, ValueError) as error:  # ValueError: pieces that do not fit; the asset itself is made
        logger.warning("The asset was not prepared early: %s", error)


@cache
def _prepares(provider: type) -> bool:
    return issubclass(provider, Early)
