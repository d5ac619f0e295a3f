from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error

from renders.domain.limits import LimitMalformed
from renders.health.check import Finding, check_all
from renders.health.foundations import DATABASE
from renders.health.standing import Standing, standings

DOWN = 1
"""Exit code where a primary is down or left alone: something that all need, or the first of a chain."""


class Command(BaseCommand):
    help = (
        "Asks every service how it is, from here and now, and keeps nothing; says how the workers get on with it. "
        "Exits with 1 when a primary is down, or left alone because it keeps failing (R41). Run it where the workers "
        "run: it asks the engines of this machine."
    )
    # It is called when things are wrong: a wrong setting is part of what it finds.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of a table.")

    def handle(self, *args: Any, json: bool = False, **options: Any) -> None:
        findings = check_all()
        known = _standings(findings)
        alone = {name for name, standing in known.items() if standing.left_alone}
        down = [one for one in findings if one.primary and (not one.up or one.name in alone)]
        self.stdout.write(_as_json(findings, known, down) if json else self._table(findings, known))
        if down:
            raise SystemExit(DOWN)

    def _table(self, findings: Sequence[Finding], known: Mapping[str, Standing]) -> str:
        width = max(len(finding.name) for finding in findings)
        lines: list[str] = []
        for finding in findings:
            word = self.style.SUCCESS("up  ") if finding.up else self.style.ERROR("down")
            what = ", ".join(finding.stages) or "needed by all"
            role = what if finding.primary else f"{what} (fallback)"
            lines.append(f"{finding.name:<{width}}  {word}  {finding.latency_ms:6.0f} ms  {role}")
            if finding.error is not None:
                lines += [f"{'':<{width}}  {finding.error.message}", f"{'':<{width}}  {finding.error.what_to_do}"]
            if finding.name in known:
                lines += [f"{'':<{width}}  {told}" for told in _told(known[finding.name])]
        up = sum(finding.up for finding in findings)
        return "\n".join([*lines, f"{up} of {len(findings)} services are up."])


def _standings(findings: Sequence[Finding]) -> Mapping[str, Standing]:
    """How the workers get on with each; nothing where the database cannot be asked, which is said already."""
    if any(finding.name == DATABASE and not finding.up for finding in findings):
        return {}
    try:
        return standings()
    except (Error, LimitMalformed):
        return {}


def _told(standing: Standing) -> list[str]:
    lines = [standing.out.told()] if standing.out is not None else []
    if standing.left_alone and standing.circuit.open_until is not None:
        lines.append(f"left alone until {standing.circuit.open_until:%H:%M:%S} UTC: {standing.met}")
    if standing.pause_until is not None:
        lines.append(f"asked for a pause until {standing.pause_until:%H:%M:%S} UTC")
    return [*lines, *(told for told in (standing.calls_told(), standing.limit_told()) if told)]


def _as_json(findings: Sequence[Finding], known: Mapping[str, Standing], down: Sequence[Finding]) -> str:
    calls = [standing.to_json() for standing in known.values()]
    told = {"ok": not down, "services": [finding.to_json() for finding in findings], "calls": calls}
    return json.dumps(told, indent=2, ensure_ascii=False)
