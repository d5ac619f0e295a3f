"""Providers that take their time, so that a history arises from what they really took (R38).

Both publish what they are asked for as `slow_providers` do; waiting costs no processor.
"""

from __future__ import annotations

from typing import ClassVar

from renders.providers.base import Request
from tests.support.slow_providers import GatedIo


class Thorough(GatedIo):
    """The better one."""

    name = "thorough"
    takes: ClassVar[float] = 2.5
    """Seconds."""

    def _pass(self, request: Request, film: str) -> None:
        super()._pass(request, film)
        request.cancelled.wait(self.takes)


class Hasty(GatedIo):
    """Stands behind it, and answers at once."""

    name = "hasty"
