"""Which model is asked, and in which form: every model names its inputs as it likes, so that they are settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
MODEL = re.compile(rf"(?:(?P<owner>{_NAME})/(?P<name>{_NAME}))?(?::?(?P<version>[0-9a-f]{{32,64}}))?")
"""`owner/name`, `owner/name:version` or a version alone."""


@dataclass(frozen=True)
class Model:
    """One model of the service."""

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)
    """What it is sent. `$prompt`, `$width`, `$height` (px), `$aspect_ratio` (`16:9`) and `$seconds` (whole) stand for
    what is wanted."""
    smaller: Mapping[str, Any] = field(default_factory=dict)
    """What of that is changed for the one more try after it ran out of memory; empty: there is none."""

    @property
    def path(self) -> str:
        """Where its predictions are created. Raises ValueError for a name of another form."""
        found = MODEL.fullmatch(self.name)
        if not self.name or found is None:
            raise ValueError(f"{self.name[:100]!r} is not a model's name")
        if found["version"]:
            return "v1/predictions"
        return f"v1/models/{found['owner']}/{found['name']}/predictions"

    @property
    def version(self) -> str:
        """Sent along where the model is meant in one version only."""
        found = MODEL.fullmatch(self.name)
        return (found["version"] or "") if found else ""

    def asked(self, values: Mapping[str, Any], *, smaller: bool) -> dict[str, Any]:
        wanted = {**self.input, **(self.smaller if smaller else {})}
        return {name: values.get(value[1:], value) if _stands(value) else value for name, value in wanted.items()}

    def is_smaller(self, asked: Mapping[str, Any]) -> bool:
        """Whether a prediction was asked for the smaller input already."""
        return all(asked.get(name) == value for name, value in self.smaller.items())


VALUES = ("prompt", "seconds", "width", "height", "aspect_ratio")
"""What the input of a model may name; of music only the first two."""


def unknown_in(values: Mapping[str, Any], kind: str) -> list[str]:
    """Values of a model's input that stand for something that nobody knows."""
    known = VALUES[:2] if kind == "music" else VALUES
    return [str(value) for value in values.values() if _stands(value) and value[1:] not in known]


def _stands(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$") and value[1:].isidentifier()
