"""Values in the form that PostgreSQL stores: what a provider sent may hold characters that it does not take."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any


def stored_text(text: str) -> str:
    """`text` with NUL and lone surrogates replaced: neither can be stored."""
    text = text.replace("\x00", "\ufffd")
    if _is_storable(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def stored_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """`value` as JSON text. What jsonb refuses is replaced: NUL, lone surrogates, numbers that are not finite."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        text = ""
    if text and "\\u0000" not in text and _is_storable(text):
        return text
    return json.dumps(_clean(value), ensure_ascii=False)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {stored_text(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return stored_text(str(value))
