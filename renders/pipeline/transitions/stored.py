"""Values in the form that PostgreSQL stores: what a provider sent may hold characters that it does not take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def stored_text(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def stored_json(value: Mapping[str, Any]) -> str:
    """`value` as JSON text; NUL characters, which jsonb refuses, are replaced."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if "\\u0000" not in text else json.dumps(_clean(value), default=str, ensure_ascii=False)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return stored_text(value)
    if isinstance(value, Mapping):
        return {stored_text(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
