"""RenderHub: its real pipeline with providers that do nothing."""

from __future__ import annotations

import functools
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
django.setup()

from renders.actions.request import Wish, request  # noqa: E402
from renders.models import Render, Workspace  # noqa: E402


@functools.cache
def _workspace() -> Workspace:
    return Workspace.objects.get_or_create(slug="bench", defaults={"name": "bench"})[0]


def submit(workflow: str) -> float:
    begun = time.time()
    workspace = _workspace()
    text = f"{workflow} " + "word " * 60
    request(workspace, Wish(job_type="topic_short", name=workflow, input_text=text))
    return begun


def finished(names: list[str]) -> dict[str, float]:
    done = Render.objects.filter(name__in=names, status="completed").values_list("name", "completed_at")
    return {name: moment.timestamp() for name, moment in done}
