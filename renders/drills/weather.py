"""How the services of a drill are to be, told by a file that the drill rewrites and every worker reads."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Weather:
    """`fail`: the share of calls that fail, drawn from `seed`. The rest names providers."""

    seed: int = 0
    fail: float = 0.0
    down: tuple[str, ...] = ()
    refusing: tuple[str, ...] = ()
    """They refuse the content (SENSITIVE_CONTENT)."""
    slow: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each call of these takes."""
    disk_full: bool = False
    """Writing a file of the work or of the storage raises ENOSPC in every worker."""
    clocks: Mapping[str, float] = field(default_factory=dict)
    """Seconds by which the clocks of these processes (`io-3`, `keeper-1`, ...) are ahead; behind where negative."""


def place(folder: Path) -> Path:
    return folder / "weather.json"


def tell(folder: Path, weather: Weather) -> None:
    """From now on the services are like this; a reader never sees half of it."""
    fresh = folder / f"weather.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(weather)), encoding="utf-8")
    fresh.replace(place(folder))


def read(folder: Path) -> Weather:
    """How they are to be now; well, where nobody has told."""
    try:
        told: dict[str, Any] = json.loads(place(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Weather()
    return Weather(**told | {"down": tuple(told["down"]), "refusing": tuple(told["refusing"])})
