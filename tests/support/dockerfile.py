"""What a Dockerfile says, stage by stage, as far as our tests ask."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path

_CONTINUED = re.compile(r"\\\n(?:\s*#.*\n)*")


@dataclass(frozen=True)
class Image:
    """A stage with what it has from those that it is built on."""

    name: str
    base: str
    env: dict[str, str] = field(default_factory=dict)
    user: str = ""
    stop_signal: str = ""
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


def images(path: Path) -> dict[str, Image]:
    found: dict[str, Image] = {}
    current: Image | None = None
    lines = [line for line in path.read_text().splitlines(keepends=True) if not line.lstrip().startswith("#")]
    for line in _CONTINUED.sub(" ", "".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            current = replace(found.get(base, Image(name, base)), name=name, base=base)
        elif current is not None and word:
            current = _with(current, word, rest.strip())
        if current is not None:
            found[current.name] = current
    return found


def _with(image: Image, word: str, rest: str) -> Image:
    match word:
        case "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(rest))
            return replace(image, env={**image.env, **{name: value for name, _, value in pairs}})
        case "USER":
            return replace(image, user=rest)
        case "STOPSIGNAL":
            return replace(image, stop_signal=rest)
        case "CMD":
            return replace(image, command=tuple(json.loads(rest)))
        case "HEALTHCHECK":
            return replace(image, health=tuple(json.loads(rest.partition("CMD ")[2])))
        case "RUN":
            return replace(image, runs=(*image.runs, rest))
    return image
