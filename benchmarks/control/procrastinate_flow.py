"""Procrastinate: five no-op jobs, each deferring the next."""

from __future__ import annotations

import os
import sys
import time

import procrastinate
import psycopg

URL = os.environ["DATABASE_URL"].replace("/renderhub?", "/procrastinate?")
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))
_sync: procrastinate.App | None = None


@app.task(queue="bench", pass_context=False)
async def stage(name: str, number: int) -> None:
    if number < 4:
        await stage.defer_async(name=name, number=number + 1)
    else:
        async with app.connector.pool.connection() as connection:
            await connection.execute("INSERT INTO done (name, ended) VALUES (%s, %s)", [name, time.time()])


def prepare() -> None:
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=URL)).open() as opened:
        opened.schema_manager.apply_schema()
    with psycopg.connect(URL) as connection:
        connection.execute("CREATE TABLE done (name text, ended double precision)")


def submit(workflow: str) -> float:
    global _sync
    if _sync is None:
        _sync = app.with_connector(procrastinate.SyncPsycopgConnector(conninfo=URL))
        _sync.open()
    begun = time.time()
    _sync.configure_task("__main__.stage", queue="bench", allow_unknown=True).defer(name=workflow, number=0)
    return begun


def finished(names: list[str]) -> dict[str, float]:
    with psycopg.connect(URL) as connection:
        return dict(connection.execute("SELECT name, ended FROM done WHERE name = ANY(%s)", [names]).fetchall())


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        app.open().run_worker(queues=["bench"], concurrency=4, fetch_job_polling_interval=0.05)
