from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renderhub.lib import clock
from renders.actions import audit, daily, daily_calendar, daily_orders, daily_rows, daily_tick
from renders.actions.daily_run_of import Made
from renders.actions.request import LANGUAGES, RequestRefused
from renders.domain.job import LENGTHS
from renders.feeds import FeedError
from renders.management import ordering, outcome, progress
from renders.models import DailySubscription, Render, Workspace


class Command(BaseCommand):
    help = (
        "Make the day's videos of all subscriptions, or one of a feed that is named. Without subscriptions, the sample "
        "day's. Running it twice for one day makes nothing twice. Exits with 1 where a video could not be asked for."
    )

    def add_arguments(self, parser: Any) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--feed", help="file or URL of an RSS, Atom or JSON feed, instead of the subscriptions")
        which.add_argument("--sample", action="store_true", help="the sample day, even where there are subscriptions")
        parser.add_argument(
            "--date", type=date.fromisoformat, help="YYYY-MM-DD; today for subscriptions, the feed's newest for a feed"
        )
        parser.add_argument("--workspace", help="slug: its subscriptions only, or whose video of the feed it is")
        parser.add_argument("--language", default="", choices=["", *LANGUAGES], help="of a feed: its own if none")
        parser.add_argument("--length", type=int, default=60, choices=LENGTHS, help="of a feed: seconds of narration")
        parser.add_argument(
            "--by-beat", action="store_true", help="of a feed: order it from beat's daily task instead of asking here"
        )
        parser.add_argument("--wait", action="store_true", help="until the video is there")
        parser.add_argument("--progress", action="store_true", help="show it meanwhile")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = _workspace(options["workspace"])
        subscriptions = DailySubscription.objects.filter(enabled=True).select_related("workspace")
        if options["by_beat"] and not (options["feed"] or options["sample"]):
            raise CommandError("--by-beat goes with --feed or --sample: beat looks after the subscriptions by itself.")
        if options["language"]:
            subscriptions = subscriptions.filter(language=options["language"])
        if options["feed"] or options["sample"] or not subscriptions.exists():
            renders = [self._of_a_feed(workspace, options)]
            trouble: list[str] = []
        else:
            if workspace is not None:
                subscriptions = subscriptions.filter(workspace=workspace)
            renders, trouble = self._of_subscriptions(list(subscriptions.prefetch_related("feeds")), options)
        if options["wait"] or options["progress"]:
            for render in renders:
                outcome.tell(progress.watch(render.id), self.stdout)
        if trouble:
            raise CommandError("\n".join(trouble))

    def _of_a_feed(self, workspace: Workspace | None, options: dict[str, Any]) -> Render:
        feed: str | None = options["feed"] or None
        where = workspace or daily.workspace_of(feed), feed or daily.sample_feed(options["language"])
        wanted = {"language": options["language"], "day": options["date"], "length": options["length"]}
        if options["by_beat"]:
            made = ordering.wait_for(daily_orders.order(*where, **wanted), self.stdout)
        else:
            try:
                answer = daily.daily_run(*where, **wanted)
            except (FeedError, RequestRefused) as error:
                raise CommandError(str(error)) from error
            made = Made(answer.run, answer.created)
        render = daily_rows.render_of(made.run)
        if options["as_json"]:
            self.stdout.write(json.dumps({"render_id": str(render.id), "created": made.created}))
        else:
            self.stdout.write(_told(made))
        return render

    def _of_subscriptions(
        self, subscriptions: list[DailySubscription], options: dict[str, Any]
    ) -> tuple[list[Render], list[str]]:
        """The renders that are there now, and what stands in the way of the others."""
        today = clock.now().astimezone(daily_calendar.zone()).date()
        day = options["date"] or today
        if day > today:
            raise CommandError(f"{day} has not begun yet; there is no news of it.")
        told = daily_tick.make_day(subscriptions, day)
        created = [daily_rows.render_of(made.run) for made in told.made if made.created]
        if created:
            audit.record(None, audit.What.REQUEST, created, f"The daily run of {day}.")
        if options["as_json"]:
            self.stdout.write(json.dumps({"date": day.isoformat(), "runs": _rows(told)}))
        else:
            for made in told.made:
                self.stdout.write(_told(made))
        trouble = [f"{owed.subscription}, {owed.day}: {why}" for owed, why in told.waiting]
        return [daily_rows.render_of(made.run) for made in told.made], trouble


def _workspace(slug: str | None) -> Workspace | None:
    if not slug:
        return None
    try:
        return Workspace.objects.get(slug=slug)
    except Workspace.DoesNotExist:
        raise CommandError(f"There is no workspace {slug!r}.") from None


def _told(made: Made) -> str:
    run, render = made.run, daily_rows.render_of(made.run)
    what = "queued" if made.created else f"was asked for already ({render.status})"
    return f"{render.name} ({run.language}), {len(render.items)} items: {what}. {run.note}".strip()


def _rows(told: daily_tick.Told) -> list[dict[str, Any]]:
    """One for each subscription: its render, or why there is none."""
    made = [
        {
            "workspace": made.run.workspace.slug,
            "language": made.run.language,
            "render_id": str(made.run.render_id),
            "created": made.created,
            "why": "",
        }
        for made in told.made
    ]
    waiting = [
        {
            "workspace": owed.subscription.workspace.slug,
            "language": owed.subscription.language,
            "render_id": None,
            "created": False,
            "why": why,
        }
        for owed, why in told.waiting
    ]
    return made + waiting
