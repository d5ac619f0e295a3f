"""Files for the tests, made byte by byte: PDFs, and pictures that lie about themselves."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

Run = tuple[float, float, float, str]
"""x, y, size in points, and the text."""


def pdf(pages: Sequence[Sequence[Run]], *, resources: bytes = b"", stream: bytes | None = None) -> bytes:
    """A PDF of these pages; `stream` (zlib) takes the place of each page's content."""
    objects: list[bytes] = [b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    tree = 2 + 2 * len(pages)
    kids = []
    for runs in pages:
        content = b"BT\n" + b"".join(_run(*run) for run in runs) + b"ET"
        if stream is None:
            objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        else:
            head = b"<< /Length %d /Filter /FlateDecode >>" % len(stream)
            objects.append(head + b"\nstream\n" + stream + b"\nendstream")
        page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R" % (tree, len(objects))
        objects.append(page + b" /Resources << /Font << /F1 1 0 R >> " + resources + b" >> >>")
        kids.append(b"%d 0 R" % len(objects))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids)))
    objects.append(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    return _file(objects)


def _run(x: float, y: float, size: float, text: str) -> bytes:
    written = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"/F1 %d Tf 1 0 0 1 %d %d Tm (%s) Tj\n" % (size, x, y, written)


def _file(objects: Sequence[bytes]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(objects), len(out))
    return out + head + table + tail


def png(width: int, height: int, data: bytes = b"\0" * 1000) -> bytes:
    """A PNG that claims to be of this size, whatever its data is."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
