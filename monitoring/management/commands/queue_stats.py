from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.queues import problems, statistics
from renders.presentation import stages
from renders.presentation.times import duration, roughly


class Command(BaseCommand):
    help = (
        "How the queue stands: by status, queue and stage, with the age of the oldest. "
        "Exit code 0 where all is well, 1 where something waits for too long, too much waits, nobody works or a render "
        "is late."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = statistics()
        wrong = problems(figures)
        if options["as_json"]:
            self.stdout.write(json.dumps({**figures, "problems": wrong}))
        else:
            self.stdout.write("\n".join([*_lines(figures), *(f"! {problem}" for problem in wrong)]))
        if wrong:
            sys.exit(1)


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    yield "renders  " + ", ".join(f"{count} {name}" for name, count in figures["by_status"].items())
    if figures["oldest_queued_s"]:
        yield f"oldest   queued for {roughly(figures['oldest_queued_s'])}"
    yield f"due      {figures['due_soon']} within 2 h, {figures['late']} late"
    workers = figures["workers"]
    yield f"workers  {workers['online']} online, {workers['busy']} at work"
    yield f"done     {figures['throughput_per_hour']} in the last hour"
    if figures["estimated_wait_s"]:
        yield f"wait     about {duration(figures['estimated_wait_s'])} at that rate"
    for service in figures["services"]:
        yield f"service  {service['name']}: {_service(service)}"
    yield ""
    yield f"{'queue':<8} {'stage':<12} {'due':>7} {'oldest':>9} {'running':>8} {'sleeping':>9}"
    for row in figures["stages"]:
        oldest = roughly(row["oldest_s"]) if row["due"] else "-"
        title = stages.title(row["stage"])
        yield f"{row['queue']:<8} {title:<12} {row['due']:>7} {oldest:>9} {row['running']:>8} {row['sleeping']:>9}"
    if not figures["stages"]:
        yield "nothing is waiting, running or sleeping"


def _service(figures: dict[str, Any]) -> str:
    told = [f"circuit {figures['circuit'].replace('_', ' ')}"]
    if figures["open_until"]:
        told.append(f"until {figures['open_until'][11:19]} UTC")
    told.append(f"{figures['calls_failed']} of {figures['calls_made']} calls failed")
    if figures["at_once_limit"]:
        told.append(f"{figures['at_once']} of {figures['at_once_limit']} at once")
    return ", ".join(told)
