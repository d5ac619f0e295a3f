"""The bare Celery chain: five no-op tasks, the last one notes when it ran."""

from __future__ import annotations

import functools
import os
import time

from celery import Celery, chain

app = Celery("bare", broker=os.environ["BROKER_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4, task_default_queue="bare")


@functools.cache
def _redis():
    import redis

    return redis.Redis.from_url(os.environ["REDIS_URL"])


@app.task
def stage(number: int) -> None:
    return None


@app.task
def last(workflow: str) -> None:
    _redis().hset("done", workflow, repr(time.time()))


def submit(workflow: str) -> float:
    begun = time.time()
    chain(*[stage.si(n) for n in range(4)], last.si(workflow)).apply_async()
    return begun


def finished(names: list[str]) -> dict[str, float]:
    found = zip(names, _redis().hmget("done", names), strict=True)
    return {name: float(value) for name, value in found if value is not None}
