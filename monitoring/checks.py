"""Settings of the SLA that cannot work are said at start, by name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def check_sla(**_: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if not 0 < settings.RENDERHUB_SLA_TARGET <= 100:
        told = f"SLA_TARGET={settings.RENDERHUB_SLA_TARGET:g}: takes a percentage above 0, at most 100."
        problems.append(Error(told, id="monitoring.E001"))
    return problems
