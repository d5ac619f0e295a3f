"""The sample day: true, timeless facts in our own sentences, for a first run without a feed (R120). JSON Feed 1.1."""

from __future__ import annotations

from pathlib import Path

LANGUAGES = ("en", "ru", "hi")
"""Languages that there is a sample day in."""


def path(language: str) -> Path:
    """File of the sample day in `language` (ISO 639-1). Raises LookupError where there is none."""
    if language not in LANGUAGES:
        raise LookupError(f"There is no sample day in {language!r}; there is one in {', '.join(LANGUAGES)}.")
    return Path(__file__).parent / f"day_{language}.json"
