"""Moves what waits to the bucket, when that is well: one after the other, each claimed for as long as it may take."""

from __future__ import annotations

import logging
import random
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from renderhub.lib import clock
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.stages import Stage
from renders.models import SpooledVideo
from renders.pipeline import chains, storage
from renders.pipeline.out_of_use import is_out
from renders.pipeline.spool.places import destination, folder_of, url_of
from renders.pipeline.transitions.moved import moved
from renders.pipeline.transitions.stored import stored_text
from renders.providers.base import Pingable, Provider, Request

logger = logging.getLogger(__name__)

_MOST = 20
"""Videos moved at one look; the rest waits for the next one."""
_PING_SECONDS = 5.0
_BACKOFF, _LONGEST_BACKOFF = 60.0, 1800.0
_MORE = timedelta(seconds=60)
"""Beside the stage's time limit: until then the one who claimed a row is believed to be at it."""


def move_due() -> int:
    """Move what is due; how many. While the bucket is not well, it costs one question a look, whatever waits."""
    name = destination()
    if name is None or not _due().exists() or is_out(name):
        return 0
    provider = chains.provider(name)
    ill = provider.ping(_PING_SECONDS) if isinstance(provider, Pingable) else None
    if ill is not None:
        logger.info("Videos wait here for %s: %s", name, stored_text(ill.message[:200]))
        return 0
    count = 0
    while count < _MOST and (row := _claim()) is not None and _move(row, provider):
        count += 1
    return count


def hasten(pk: int) -> bool:
    """The keeper is to try it at its next look, whatever wait is set. Whether it is still here."""
    return bool(SpooledVideo.objects.filter(pk=pk, moved_at__isnull=True).update(wake_at=clock.now()))


def _due() -> QuerySet[SpooledVideo]:
    return SpooledVideo.objects.filter(moved_at__isnull=True, wake_at__lte=clock.now()).order_by("wake_at")


def _claim() -> SpooledVideo | None:
    """One row, for this process alone until its time is over: a second keeper takes the next one."""
    with transaction.atomic():
        row = _due().select_for_update(skip_locked=True).first()
        if row is not None:
            row.tries += 1
            row.wake_at = clock.now() + timedelta(seconds=chains.stage_seconds(Stage.UPLOAD)) + _MORE
            row.save(update_fields=["tries", "wake_at"])
    return row


def _move(row: SpooledVideo, provider: Provider) -> bool:
    """Whether the next one may be tried, too: not where the bucket itself failed."""
    try:
        files = {role: _place(row, name) for role, name in row.files.items()}
    except storage.KeyUnknown as gone:
        _put_off(row, f"The file {gone} is not here any more.")
        return True
    outcome = _published(row, files, provider)
    if isinstance(outcome, Ok):
        urls = {role: str(outcome.result[f"{role}_url"]) for role in row.files}
        if moved(row.pk, row.run, url_of(row.render_id, row.files["video"]), urls):
            logger.info("A video was moved to the bucket", extra={"render": str(row.render_id)})
        return True
    error = outcome.error if isinstance(outcome, Err) else _unanswered(provider.name)
    _put_off(row, f"{error.message} {error.what_to_do}")
    return error.code is ErrorCode.INVALID_INPUT


def _published(row: SpooledVideo, files: Mapping[str, Path], provider: Provider) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        request = Request(
            Stage.UPLOAD.value,
            {"render_id": str(row.render_id), "run": row.run, "keys": dict(row.files)},
            Path(folder) / "work",
            chains.stage_seconds(Stage.UPLOAD),
            files,
        )
        try:
            return provider.submit(request, f"spool-{row.pk}-{row.run}")
        except Exception as problem:  # a provider that raises is broken; the other videos are not
            logger.exception("Provider %s raised instead of answering", provider.name)
            return Err(GenerationError(ErrorCode.UNKNOWN, provider.name, f"{type(problem).__name__}: {problem}"))


def _place(row: SpooledVideo, name: str) -> Path:
    """Where it is published here; in storage, where that was removed. Raises `storage.KeyUnknown`."""
    place = folder_of(row.render_id) / Path(name).name
    return place if place.is_file() else storage.path_of(name)


def _put_off(row: SpooledVideo, why: str) -> None:
    wait = min(_BACKOFF * 2 ** min(row.tries - 1, 10), _LONGEST_BACKOFF) * random.uniform(0.5, 1.0)
    logger.warning("A video stays here for now: %s", stored_text(why[:300]), extra={"render": str(row.render_id)})
    ours = SpooledVideo.objects.filter(pk=row.pk, run=row.run, tries=row.tries, moved_at__isnull=True)
    ours.update(wake_at=clock.now() + timedelta(seconds=wait), error=stored_text(why[:2000]))


def _unanswered(name: str) -> GenerationError:
    return GenerationError(ErrorCode.UNKNOWN, name, "It did not publish at once, as uploads do.")
