"""Publishes into a folder that the web process serves from. The place of a file is made from its content, and looked
at before it is written: publishing twice changes nothing (I4)."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from renderhub.lib.writable import check_writable
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.shortage import shortage
from renders.providers.base import Immediate, Request


class LocalMedia(Immediate):
    name = "local_media"

    def __init__(self, root: Path, base_url: str) -> None:
        """`root`: the folder that is served; `base_url`: under which address."""
        self._root, self._base_url = root, base_url.rstrip("/")

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            render_id = str(uuid.UUID(str(request.payload["render_id"])))
            urls = {
                f"{role}_url": self._publish(render_id, str(request.payload["keys"][role]), path)
                for role, path in request.files.items()
            }
        except OSError as error:
            return Err(self._refused(error))
        except (KeyError, ValueError) as error:  # no order that the stage `upload` gives
            return Err(GenerationError(ErrorCode.UNKNOWN, self.name, f"{type(error).__name__}: {error}"[:200]))
        return Ok(urls)

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether the folder takes files (R40)."""
        try:
            check_writable(self._root)
        except OSError as error:
            return self._refused(error)
        return None

    def _publish(self, render_id: str, name: str, source: Path) -> str:
        place = self._root / render_id / Path(name).name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(source, place)
        # A URL counts once a read of it has succeeded (R17): the bytes there are those that the name promises.
        with place.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != place.stem:
                place.unlink()
                raise OSError(f"{place.name} was damaged on disk and has been removed")
        return f"{self._base_url}/{render_id}/{place.name}"

    def _refused(self, error: OSError) -> GenerationError:
        if (short := shortage(self.name, error)) is not None:
            return short
        return GenerationError(
            ErrorCode.API_ERROR,
            self.name,
            f"The media folder did not take the file: {error.strerror or error}",
            remedy="Check the rights of the media folder (MEDIA_ROOT), and that it is mounted.",
            context={"errno": error.errno},
            ours=True,
        )


def _link_or_copy(source: Path, place: Path) -> None:
    """Under a temporary name first: what is seen at `place` is whole."""
    fresh = place.with_name(f".{uuid.uuid4().hex}")
    try:
        os.link(source, fresh)
    except OSError:
        shutil.copyfile(source, fresh)
    fresh.replace(place)
