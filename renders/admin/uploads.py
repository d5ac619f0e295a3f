"""Uploaded files are bounded while they come in: by what they are, before they are there whole (R5, R111)."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import SkipFile, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from renders.source_files import SizeLimits

_MOVIES = (b"\x1a\x45\xdf\xa3",)
_BRAND = b"ftyp"
"""Behind the first four bytes of MP4 and MOV."""
_OLD_MOVIES = (b"moov", b"mdat", b"wide", b"free", b"skip")
_MOST_BODY = 2_000_000_000
"""Bytes of a whole request after which its sender is cut off; up to there what is too much is read and dropped."""


class BoundedUpload(TemporaryFileUploadHandler):
    """Writes a file to a temporary one, and drops it as soon as it is larger than its kind may be.

    A video by its first bytes may be as large as a video, anything else as large as a document or an image; what the
    file really is, is found out by `source_files.inspect`. `dropped` says which fields' files were dropped."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.limits = SizeLimits()
        self.dropped: dict[str, int] = {}
        self._most = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        length = args[2] if len(args) > 2 else kwargs["content_length"]
        if length > _MOST_BODY:
            raise StopUpload(connection_reset=True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._most = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start == 0:
            self._most = self.limits.video if _may_be_video(raw_data) else max(self.limits.document, self.limits.image)
        if start + len(raw_data) > self._most:
            self.dropped[str(self.field_name)] = self._most
            self.file.close()  # its bytes go with it
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def _may_be_video(head: bytes) -> bool:
    return head.startswith(_MOVIES) or head[4:8] == _BRAND or head[4:8] in _OLD_MOVIES
