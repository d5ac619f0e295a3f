"""Celery with Django's ORM as it is usually written: load the row, set its status, save, log, send the next task."""

from __future__ import annotations

import os
import time

import django
from celery import Celery
from django.conf import settings

if not settings.configured:
    from urllib.parse import parse_qs, urlsplit

    url = urlsplit(os.environ["DATABASE_URL"])
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.path.lstrip("/"),
                "USER": url.username,
                "HOST": parse_qs(url.query)["host"][0],
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()

from django.db import connection, models


class Flow(models.Model):
    name = models.CharField(max_length=50, unique=True)
    status = models.CharField(max_length=20, default="queued")
    begun = models.FloatField()
    ended = models.FloatField(null=True)

    class Meta:
        app_label = "orm"


class FlowLog(models.Model):
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE)
    stage = models.IntegerField()
    status = models.CharField(max_length=20)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "orm"


app = Celery("orm", broker=os.environ["BROKER_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4, task_default_queue="orm")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.control.celery_orm")


def prepare() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Flow)
        editor.create_model(FlowLog)


@app.task
def stage(name: str, number: int) -> None:
    flow = Flow.objects.get(name=name)
    flow.status = f"stage {number}"
    flow.save()
    FlowLog.objects.create(flow=flow, stage=number, status="started")
    flow.status = f"stage {number} done"
    if number == 4:
        flow.ended = time.time()
    flow.save()
    FlowLog.objects.create(flow=flow, stage=number, status="completed")
    if number < 4:
        stage.delay(name, number + 1)


def submit(workflow: str) -> float:
    begun = time.time()
    Flow.objects.create(name=workflow, begun=begun)
    stage.delay(workflow, 0)
    return begun


def finished(names: list[str]) -> dict[str, float]:
    return dict(Flow.objects.filter(name__in=names, ended__isnull=False).values_list("name", "ended"))
