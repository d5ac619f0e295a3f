from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renders.actions.daily import workspace_of
from renders.actions.request import LANGUAGES, RequestRefused, Wish, request
from renders.domain.job import LENGTHS, AspectRatio, JobType, Priority, Style, Voice
from renders.management import outcome, progress
from renders.models import Workspace


class Command(BaseCommand):
    help = "Ask for a video of a text file (a topic_short)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="plain text in UTF-8; not needed with a document")
        parser.add_argument("--source", type=Path, help="a document to make the video of, or a picture or video for it")
        parser.add_argument("--burn-captions", action="store_true", help="draw the captions into the picture, too")
        parser.add_argument("--name", default="", help="its first line if none")
        parser.add_argument("--job-type", default=JobType.TOPIC_SHORT.value, choices=["topic_short", "doubt"])
        parser.add_argument("--language", default="en", choices=LANGUAGES)
        parser.add_argument("--length", type=int, default=60, choices=LENGTHS)
        for option, enum, default in (
            ("--style", Style, Style.DETAILED),
            ("--voice", Voice, Voice.DEFAULT),
            ("--aspect-ratio", AspectRatio, AspectRatio.WIDE),
            ("--priority", Priority, Priority.NORMAL),
        ):
            parser.add_argument(option, default=default.value, choices=[member.value for member in enum])
        parser.add_argument("--theme", default="ink", choices=["ink", "paper"])
        parser.add_argument("--workspace", default="")
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--progress", action="store_true")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        if file is None and options["source"] is None:
            raise CommandError("Name a text file, a document with --source, or both.")
        text = _read(file) if file else ""
        names = ("job_type", "name", "language", "length", "style", "voice", "aspect_ratio", "priority", "theme")
        more = {name: options[name] for name in ("source", "burn_captions")}
        wish = Wish(input_text=text, **{name: options[name] for name in names}, **more)
        try:
            answer = request(self._workspace(options["workspace"]), wish)
        except RequestRefused as error:
            raise CommandError(str(error)) from error
        if options["as_json"]:
            self.stdout.write(json.dumps({"render_id": str(answer.render.id), "created": answer.created}))
        else:
            told = "queued" if answer.created else "is being made already"
            self.stdout.write(f"{answer.render.name}: {told}, id {answer.render.id}")
        if options["wait"] or options["progress"]:
            outcome.tell(progress.watch(answer.render.id), self.stdout)

    def _workspace(self, slug: str) -> Workspace:
        if not slug:
            return workspace_of(None)
        try:
            return Workspace.objects.get(slug=slug)
        except Workspace.DoesNotExist:
            raise CommandError(f"There is no workspace {slug!r}.") from None


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not text in UTF-8: save it so, and try again.") from error
