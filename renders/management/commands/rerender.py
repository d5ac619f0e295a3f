from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from renderhub.lib import clock
from renders.actions.act import Line, perform
from renders.actions.rerender import Rerender
from renders.actions.retry import Retry, failed_for_good
from renders.domain.stages import Stage
from renders.management import outcome, progress
from renders.models import Render

_AGO = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """`2h`, `3d`, `2026-11-22` or `2026-11-22T04:00`, in the site's zone. Raises ValueError."""
    ago = _AGO.fullmatch(text)
    if ago:
        return clock.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else timezone.make_aware(when)


class Command(BaseCommand):
    help = (
        "A new run of a finished render, or of all that failed for good. What stages before --from-stage made is kept; "
        "without it a completed render is made anew whole, and a failed or cancelled one goes on at the first stage "
        "whose result is missing. --failed leaves alone what is marked as dealt with. "
        "Exit code 0: all of it done, or nothing to do; 1: something was refused, or the call was wrong."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("id", type=UUID, nargs="?")
        parser.add_argument("--from-stage", choices=[stage.value for stage in Stage])
        parser.add_argument("--failed", action="store_true", help="every render that failed for good")
        parser.add_argument("--since", type=moment, help="with --failed: failed since then (2h, 3d, 2026-11-22T04:00)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--wait", action="store_true", help="with an id: until it is made")
        parser.add_argument("--progress", action="store_true", help="with an id: show it meanwhile")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["id"] is None) != options["failed"]:
            raise CommandError("Name a render, or --failed for all that failed for good.")
        if options["since"] and not options["failed"]:
            raise CommandError("--since goes with --failed.")
        if options["failed"] and (options["from_stage"] or options["wait"] or options["progress"]):
            raise CommandError("--from-stage, --wait and --progress go with the id of a render.")
        stage = Stage(options["from_stage"]) if options["from_stage"] else None
        act = Retry() if options["failed"] else Rerender(stage)
        chosen = self._chosen(options)
        if options["dry_run"]:
            foreseen = act.foresee(chosen)
            lines = [
                Line(str(render.pk), render.name, foreseen[render.pk].told, foreseen[render.pk].refused)
                for render in chosen
            ]
        else:
            lines = perform(act, [(render, render.run) for render in chosen], by=None)
        self._tell(chosen, lines, options)
        if (options["wait"] or options["progress"]) and not options["dry_run"]:
            outcome.tell(progress.watch(options["id"]), self.stdout)

    def _chosen(self, options: dict[str, Any]) -> list[Render]:
        if options["failed"]:
            return list(failed_for_good(Render.objects.all(), options["since"]).select_related("workspace"))
        try:
            return [Render.objects.select_related("workspace").get(pk=options["id"])]
        except Render.DoesNotExist:
            raise CommandError(f"There is no render {options['id']}.") from None

    def _tell(self, chosen: Sequence[Render], lines: Sequence[Line], options: dict[str, Any]) -> None:
        refused = [line for line in lines if line.refused]
        if options["as_json"]:
            self.stdout.write(
                json.dumps(_as_json(chosen, lines, dry_run=options["dry_run"], one=not options["failed"]))
            )
        else:
            for line in lines:
                self.stdout.write(f"{line.name} ({line.id}): {'refused: ' if line.refused else ''}{line.told}")
            if options["failed"]:
                would = "would be " if options["dry_run"] else ""
                self.stdout.write(f"{len(lines) - len(refused)} {would}queued, {len(refused)} refused.")
        if refused:
            told = refused[0].told if len(lines) == 1 else f"{len(refused)} of {len(lines)} were refused."
            raise CommandError(told, returncode=1)


def _as_json(chosen: Sequence[Render], lines: Sequence[Line], *, dry_run: bool, one: bool) -> dict[str, Any]:
    """Of one render its id and run; of many a list, and how many were done and refused."""
    runs = dict(Render.objects.filter(pk__in=[render.pk for render in chosen]).values_list("pk", "run"))
    told = [
        {"render_id": line.id, "run": runs.get(UUID(line.id)), "told": line.told, "refused": line.refused}
        for line in lines
    ]
    if one:
        return {**told[0], "dry_run": dry_run}
    refused = sum(line.refused for line in lines)
    return {"renders": told, "queued": len(lines) - refused, "refused": refused, "dry_run": dry_run}
