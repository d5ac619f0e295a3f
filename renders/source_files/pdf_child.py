"""The child of `pdf.py`: reads one PDF with pypdf and writes its lines to stdout, as JSON.

Run as `python -I pdf_child.py PATH PAGES CHARACTERS`. Imports nothing of the project. Answers `{fault}` (one of
`encrypted`, `broken`, `memory`) or `{pages: [{height, lines: [[text, x, y, size]]}], images, count}`.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

logging.disable(logging.CRITICAL)


class Lines:
    """Collects what a page draws, line by line, with its place and size in points."""

    def __init__(self) -> None:
        self.lines: list[list[Any]] = []

    def see(self, text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if not text.strip():
            return
        scale = abs(tm[3] or tm[0] or 1.0) * abs(cm[3] or cm[0] or 1.0)
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        parts = [part for part in text.split("\n") if part.strip()]
        for number, part in enumerate(parts):
            last = self.lines[-1] if self.lines else None
            if last is not None and number == 0 and abs(last[2] - y) < 0.4 * max(1.0, size * scale):
                last[0] += part
                last[3] = max(last[3], round(size * scale, 1))
            else:
                self.lines.append([part, round(x, 1), round(y, 1), round(size * scale, 1)])


def read(path: str, most_pages: int, most_characters: int) -> dict[str, Any]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"fault": "encrypted"}
        pages, characters, images = [], 0, 0
        for page in reader.pages[:most_pages]:
            seen = Lines()
            page.extract_text(visitor_text=seen.see)
            resources = page.get("/Resources")
            resources = resources.get_object() if resources is not None else {}
            images += "/XObject" in resources
            pages.append({"height": float(page.mediabox.height), "lines": seen.lines})
            characters += sum(len(line[0]) for line in seen.lines)
            if characters > most_characters:
                break
        return {"pages": pages, "images": images, "count": len(reader.pages)}
    except PyPdfError as error:
        named = type(error).__name__
        if "Limit" in named:
            return {"fault": "memory"}
        return {"fault": "encrypted" if "Encrypt" in named or "Password" in named else "broken", "detail": named}
    except MemoryError:
        return {"fault": "memory"}
    except ImportError as error:
        return {"fault": "encrypted" if "cryptography" in str(error) else "missing", "detail": str(error)[:200]}
    except Exception as error:  # a damaged file can break the reader anywhere
        named = type(error).__name__
        return {"fault": "encrypted" if named == "DependencyError" else "broken", "detail": f"{named}: {error}"[:200]}


def main() -> None:
    path, pages, characters = sys.argv[1:]
    sys.setrecursionlimit(3000)
    json.dump(read(path, int(pages), int(characters)), sys.stdout)


main()
