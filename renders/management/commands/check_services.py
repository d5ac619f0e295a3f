from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from renders.health.check import Finding, check_all

DOWN = 1
"""Exit code where a primary is down: something that all need, or the first of a chain."""


class Command(BaseCommand):
    help = (
        "Asks every service how it is, from here and now, and keeps nothing. Exits with 1 when a primary is down "
        "(R41). Run it where the workers run: it asks the engines of this machine."
    )
    # It is called when things are wrong: a wrong setting is part of what it finds.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of a table.")

    def handle(self, *args: Any, json: bool = False, **options: Any) -> None:
        findings = check_all()
        down = [finding for finding in findings if not finding.up and finding.primary]
        self.stdout.write(_as_json(findings, down) if json else self._table(findings))
        if down:
            raise SystemExit(DOWN)

    def _table(self, findings: Sequence[Finding]) -> str:
        width = max(len(finding.name) for finding in findings)
        lines: list[str] = []
        for finding in findings:
            word = self.style.SUCCESS("up  ") if finding.up else self.style.ERROR("down")
            what = ", ".join(finding.stages) or "needed by all"
            role = what if finding.primary else f"{what} (fallback)"
            lines.append(f"{finding.name:<{width}}  {word}  {finding.latency_ms:6.0f} ms  {role}")
            if finding.error is not None:
                lines += [f"{'':<{width}}  {finding.error.message}", f"{'':<{width}}  {finding.error.what_to_do}"]
        up = sum(finding.up for finding in findings)
        return "\n".join([*lines, f"{up} of {len(findings)} services are up."])


def _as_json(findings: Sequence[Finding], down: Sequence[Finding]) -> str:
    told = {"ok": not down, "services": [finding.to_json() for finding in findings]}
    return json.dumps(told, indent=2, ensure_ascii=False)
