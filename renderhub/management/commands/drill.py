from __future__ import annotations

import json
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renderhub.drills.drill import Outcome, run
from renderhub.drills.scenarios import SCENARIOS
from renderhub.embedded.errors import EmbeddedError


class Command(BaseCommand):
    help = (
        "Plays a named fault against a RenderHub of its own (servers, workers and fake services in a temporary folder) "
        "and says what happened to each render. Your own database, broker and services are not touched. Exits with 1 "
        "where a render did not end as it should. Scenarios: "
        + "; ".join(f"{name}: {one.about}" for name, one in SCENARIOS.items())
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", choices=[*SCENARIOS, "all"])
        parser.add_argument("--renders", type=int, default=6, help="how many (6)")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--keep", action="store_true", help="keep the folder, with the logs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["renders"] < 1:
            raise CommandError("--renders takes a whole number from 1 on.")
        names = list(SCENARIOS) if options["scenario"] == "all" else [options["scenario"]]
        outcomes = [self._drill(name, options["renders"], options["keep"]) for name in names]
        if options["as_json"]:
            self.stdout.write(json.dumps([asdict(outcome) for outcome in outcomes]))
        else:
            self.stdout.write("\n".join(line for outcome in outcomes for line in _lines(outcome)))
        if any(outcome.wrongs for outcome in outcomes):
            sys.exit(1)

    def _drill(self, name: str, renders: int, keep: bool) -> Outcome:
        folder = Path(tempfile.mkdtemp(prefix="rh-drill-"))
        try:
            return run(name, folder / "home", renders, lambda line: self.stderr.write(f"{name}: {line}"))
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        finally:
            if keep:
                self.stderr.write(f"kept: {folder}")
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _lines(outcome: Outcome) -> list[str]:
    told = [f"{outcome.scenario}: {', '.join(outcome.done)}"]
    told += [f"  {story.sentence()}" for story in outcome.stories]
    told += [f"  WRONG {wrong}" for wrong in outcome.wrongs] or ["  All ended as they should; nothing was left behind."]
    return told
