"""Files sent with ranges, so that players can seek, in pieces of bounded size."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from renders.web import byte_range
from renders.web.byte_range import ByteRange, Unsatisfiable

_PIECE = 256 * 1024
_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
}
"""Nothing that a browser runs: whatever else lies there goes out as bytes to be saved."""


def send(request: HttpRequest, path: Path, *, etag: str, max_age: int) -> HttpResponseBase:
    """The file, a part of it (206), or word that the browser's copy is still good (304).

    `etag`: a strong one, without quotes; `max_age`: seconds for which the browser need not ask again. Raises OSError
    where the file cannot be opened.
    """
    quoted = f'"{etag}"'
    headers = {
        "ETag": quoted,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={max_age}" if max_age else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if quoted in _tags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    try:
        part = byte_range.parse(request.headers.get("Range", ""), size) if _range_counts(request, quoted) else None
    except Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Type"] = _TYPES.get(path.suffix, "application/octet-stream")
    if path.suffix not in _TYPES:
        headers["Content-Disposition"] = "attachment"
    return _respond(request, file, part or ByteRange(0, size - 1, size), partial=part is not None, headers=headers)


def _respond(
    request: HttpRequest, file: BinaryIO, part: ByteRange, *, partial: bool, headers: dict[str, str]
) -> HttpResponseBase:
    headers["Content-Length"] = str(part.length)
    if partial:
        headers["Content-Range"] = part.header
    status = 206 if partial else 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(_Part(file, part), status=status, headers=headers)


class _Part:
    """The pieces of a part; closes its file even if nobody ever asks for the first piece."""

    def __init__(self, file: BinaryIO, part: ByteRange) -> None:
        self._file, self._part = file, part

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._part.first)
        left = self._part.length
        while left > 0 and (piece := self._file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        self._file.close()


def _range_counts(request: HttpRequest, quoted: str) -> bool:
    """`If-Range`: a part is sent only of the file that the browser has the rest of."""
    known = request.headers.get("If-Range", "")
    return not known or known == quoted


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
