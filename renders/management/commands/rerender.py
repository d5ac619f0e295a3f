from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from renders.actions.rerender import rerender
from renders.domain.stages import Stage
from renders.domain.states import MoveRefused
from renders.management import outcome, progress
from renders.models import Render


class Command(BaseCommand):
    help = (
        "A new run of a finished render. What stages before --from-stage made is kept; without it a completed render "
        "is made anew whole, and a failed or cancelled one goes on at the first stage whose result is missing."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("id", type=UUID)
        parser.add_argument("--from-stage", choices=[stage.value for stage in Stage])
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--progress", action="store_true")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        stage = Stage(options["from_stage"]) if options["from_stage"] else None
        try:
            render = rerender(options["id"], stage)
        except Render.DoesNotExist:
            raise CommandError(f"There is no render {options['id']}.") from None
        except MoveRefused as error:
            raise CommandError(f"{error} Only finished renders are made anew.") from error
        if options["as_json"]:
            self.stdout.write(json.dumps({"render_id": str(render.id), "run": render.run}))
        else:
            self.stdout.write(f"{render.name}: run {render.run} queued")
        if options["wait"] or options["progress"]:
            outcome.tell(progress.watch(render.id), self.stdout)
