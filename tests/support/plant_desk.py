"""The front desk of a plant: a process with the plant's settings that asks for videos when it is told to.

`python -m tests.support.plant_desk` reads one JSON order a line and answers each with one line. It saves a test the
seconds that a `manage.py` command needs to start.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from django.conf import settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()
    from django.db import connection

    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        connection.close()  # the database may have been restarted; what is tried here are the others
        began = time.monotonic()
        try:
            answer = ORDERS[order.pop("order")](**order)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer | {"seconds": time.monotonic() - began}), flush=True)


def submit(film: str, due_in: float | None = None, **wish: Any) -> dict[str, Any]:
    """Ask for a video, that may be due in so many seconds; the answer has its id."""
    from renderhub.lib import clock
    from renders.actions.request import Wish, request
    from tests.support.pipeline import workspace

    words = f"{film} " * 50
    due = None if due_in is None else clock.now() + timedelta(seconds=due_in)
    wanted = Wish("topic_short", name=film, input_text=words, due_at=due, **wish)
    return {"id": str(request(workspace(), wanted).render.id)}


def cancel(film: str) -> dict[str, Any]:
    """Cancel the video of this name."""
    from renders.actions import cancel as act
    from renders.models import Render

    act.cancel(Render.objects.get(name=film).pk)
    return {}


def ring(stage: str, queue: str) -> dict[str, Any]:
    """Ring a bell, whether or not something is due; it never raises."""
    from renders.pipeline import bell
    from renders.pipeline.transitions.steps import Freed

    bell.ring([Freed(stage, queue)])
    return {}


def look_for_the_lost() -> dict[str, Any]:
    """What a keeper does each second, once."""
    from renders.pipeline import recovery

    recovery.tick()
    return {}


def page(path: str) -> dict[str, Any]:
    """A page of the console as the operator sees it. Its static files need no build."""
    from django.test import Client, override_settings

    from renders.models import User

    operator = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("page", "", "page")
    client = Client()
    client.force_login(operator)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        answer = client.get(path, headers={"host": "localhost"})
    return {"status": answer.status_code, "html": answer.content.decode()}


def session() -> dict[str, Any]:
    """The session cookie of a signed-in operator, for the web process."""
    from django.test import Client

    from renders.models import User

    user = User.objects.create_superuser("operator", "operator@example.com", "only for this test")
    client = Client()
    client.force_login(user)
    return {"cookie": client.cookies["sessionid"].value}


def beat_bell(every: int, queue: str) -> dict[str, Any]:
    """Put into beat's schedule, in the database, a bell for scripts that rings every so many seconds."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    interval, _ = IntervalSchedule.objects.get_or_create(every=every, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name=f"bell {queue}", task="renders.script_gen", interval=interval, queue=queue)
    return {}


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "submit": submit,
    "cancel": cancel,
    "ring": ring,
    "look_for_the_lost": look_for_the_lost,
    "page": page,
    "session": session,
    "beat_bell": beat_bell,
}

if __name__ == "__main__":
    main()
