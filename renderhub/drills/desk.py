"""The front desk of a drill: a process with the drill's settings that asks for videos when it is told to.

`python -m renderhub.drills.desk` reads one JSON order a line, `[{film, ...wish}, ...]`, and answers each with a line.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = {"ids": [submit(**wish) for wish in json.loads(line)]}
        except Exception as error:  # the drill decides what to make of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def submit(film: str, workspace: str = "drill", due_at: str = "", **wish: Any) -> str:
    """Ask for a video; its id. A database that was restarted meanwhile is met with a new connection."""
    from django.db import connection

    from renders.actions.request import Wish, request
    from renders.drills.services import FILMS
    from renders.models import Workspace

    connection.close_if_unusable_or_obsolete()
    place = Workspace.objects.get_or_create(slug=workspace, defaults={"name": workspace})[0]
    due = datetime.fromisoformat(due_at) if due_at else None
    render = request(place, Wish("topic_short", name=film, input_text=f"{film} " * 50, due_at=due, **wish)).render
    names = Path(os.environ["DRILL_FOLDER"]) / FILMS
    fresh = names / f".{render.pk}"
    fresh.write_text(film, encoding="utf-8")
    fresh.replace(names / str(render.pk))
    return str(render.pk)


if __name__ == "__main__":
    main()
