"""Settings from the environment: typed, and loud at start when malformed (STYLE: settings typed and loud)."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

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


def mapping(name: str, default: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object."""

    def parse(raw: str) -> dict[str, Any]:
        value = json.loads(raw)
        if not isinstance(value, dict):
            raise ValueError(raw)
        return value

    return _parsed(name, dict(default), parse, 'a JSON object such as {"size": 1}', lambda _: True)


def pairs(name: str, default: str) -> dict[str, str]:
    """`a=b,c=d`; no value may be empty."""

    def parse(raw: str) -> dict[str, str]:
        found = dict(_pair(entry) for entry in raw.split(",") if entry.strip())
        if not all(key and value for key, value in found.items()):
            raise ValueError(raw)
        return found

    return _parsed(name, parse(default), parse, f"pairs such as {default}", lambda _: True)


def _pair(entry: str) -> tuple[str, str]:
    key, _, value = entry.partition("=")
    return key.strip(), value.strip()


def counts(name: str, allowed: tuple[str, ...]) -> dict[str, int] | None:
    """`a:2,b:1`; what is not named counts 0. None where the variable is not set."""

    def parse(raw: str) -> dict[str, int] | None:
        found = dict.fromkeys(allowed, 0)
        for entry in raw.split(","):
            key, _, count = entry.strip().partition(":")
            if key not in found or not count.strip().isdecimal():
                raise ValueError(raw)
            found[key] = int(count)
        return found

    takes = "counts such as " + ",".join(f"{one}:1" for one in allowed)
    return _parsed(name, None, parse, takes, lambda _: True)


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
