"""Settings from the environment: typed, and loud at start when malformed (STYLE: settings typed and loud)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class SettingMalformed(Exception):
    """An environment variable does not hold what it must; the message names it and says what it takes."""


def text(name: str, default: str = "") -> str:
    """The variable's value, or that of the file that `NAME_FILE` names (for secrets that are mounted as files)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingMalformed(f"{name}_FILE: cannot read {path}: {error}") from error
    return os.environ.get(name, default)


def whole(name: str, default: int, *, at_least: int = 0) -> int:
    return _parsed(name, default, int, f"a whole number, {at_least} or more", lambda value: value >= at_least)


def number(name: str, default: float, *, at_least: float = 0.0) -> float:
    takes = f"a number, {at_least:g} or more"
    return _parsed(name, default, float, takes, lambda value: at_least <= value < math.inf)


def flag(name: str, default: bool) -> bool:
    def parse(raw: str) -> bool:
        lowered = raw.strip().lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise ValueError(raw)

    return _parsed(name, default, parse, "one of 1, true, yes, on, 0, false, no, off", lambda _: True)


def names(name: str, default: str) -> list[str]:
    """A comma-separated list without its empty entries."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise SettingMalformed(f"{name}={value!r}: takes one of {', '.join(allowed)}")
    return value


def _parsed(name: str, default: T, parse: Callable[[str], T], takes: str, accept: Callable[[T], bool]) -> T:
    raw = text(name)
    if raw == "":
        return default
    try:
        value = parse(raw)
    except ValueError:
        raise SettingMalformed(f"{name}={raw!r}: takes {takes}") from None
    if not accept(value):
        raise SettingMalformed(f"{name}={raw!r}: takes {takes}")
    return value
