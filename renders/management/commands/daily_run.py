from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renders.actions import daily
from renders.actions.request import LANGUAGES, RequestRefused
from renders.domain.job import LENGTHS
from renders.feeds import FeedError
from renders.management import outcome, progress
from renders.models import Workspace


class Command(BaseCommand):
    help = "Make the day's video from a feed. Running it twice for one day makes nothing twice."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--feed", help="file or URL of an RSS, Atom or JSON feed; without it, the sample day")
        parser.add_argument("--date", type=date.fromisoformat, help="the day (YYYY-MM-DD); the feed's newest if none")
        parser.add_argument("--language", default="", choices=["", *LANGUAGES], help="the feed's own if none")
        parser.add_argument("--length", type=int, default=60, choices=LENGTHS, help="seconds of narration")
        parser.add_argument("--workspace", help="slug; `main` for the sample day, one of its own for a feed")
        parser.add_argument("--wait", action="store_true", help="until the video is there")
        parser.add_argument("--progress", action="store_true", help="show it meanwhile")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        feed: str | None = options["feed"] or None
        try:
            answer = daily.daily_run(
                self._workspace(options["workspace"], feed),
                feed or daily.sample_feed(options["language"]),
                language=options["language"],
                day=options["date"],
                length=options["length"],
            )
        except (FeedError, RequestRefused) as error:
            raise CommandError(str(error)) from error
        run, render = answer.run, answer.run.render
        if options["as_json"]:
            self.stdout.write(json.dumps({"render_id": str(render.id), "created": answer.created}))
        else:
            told = "queued" if answer.created else f"was asked for already ({render.status})"
            self.stdout.write(f"{render.name} ({run.language}), {len(render.items)} items: {told}. {run.note}".strip())
        if options["wait"] or options["progress"]:
            outcome.tell(progress.watch(render.id), self.stdout)

    def _workspace(self, slug: str | None, feed: str | None) -> Workspace:
        if not slug:
            return daily.workspace_of(feed)
        try:
            return Workspace.objects.get(slug=slug)
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace {slug!r}.") from None
