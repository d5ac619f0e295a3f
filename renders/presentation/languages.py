"""Languages by their names, for people."""

from __future__ import annotations

from django.utils.translation import get_language_info


def language_name(code: str) -> str:
    """`Hindi` for `hi`; a code that nobody knows is told as it is."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code
