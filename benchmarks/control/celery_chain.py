"""The bare Celery chain: five no-op tasks, the last one notes when it ran."""

from __future__ import annotations

import os
import time

from celery import Celery, chain

app = Celery("bare", broker=os.environ["BROKER_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=4, task_default_queue="bare")


def _redis():
    import redis

    return redis.Redis.from_url(os.environ["REDIS_URL"])


_client = None


@app.task
def stage(number: int) -> None:
    return None


@app.task
def last(workflow: str) -> None:
    global _client
    _client = _client or _redis()
    _client.hset("done", workflow, repr(time.time()))


def submit(workflow: str) -> float:
    begun = time.time()
    chain(*[stage.si(n) for n in range(4)], last.si(workflow)).apply_async()
    return begun


def finished() -> dict[str, float]:
    return {key.decode(): float(value) for key, value in _redis().hgetall("done").items()}
