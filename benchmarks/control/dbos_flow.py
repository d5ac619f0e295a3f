"""DBOS: one durable workflow of five no-op steps."""

from __future__ import annotations

import os
import sys
import threading
import time

from dbos import DBOS, DBOSClient

URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://").replace("/renderhub?", "/dbos?")


def _configure(executor: str) -> None:
    DBOS(
        config={
            "name": "bench",
            "system_database_url": URL,
            "log_level": "ERROR",
            "run_admin_server": False,
            "executor_id": executor,
            "application_version": "1",
        }
    )


@DBOS.step()
def stage(number: int) -> None:
    return None


@DBOS.workflow()
def flow(name: str) -> float:
    for number in range(5):
        stage(number)
    return time.time()


_client: DBOSClient | None = None


def _the_client() -> DBOSClient:
    global _client
    _client = _client or DBOSClient(system_database_url=URL)
    return _client


def submit(workflow: str) -> float:
    begun = time.time()
    options = {"workflow_name": flow.__qualname__, "queue_name": "bench", "workflow_id": workflow, "app_version": "1"}
    _the_client().enqueue(options, workflow)
    return begun


def finished(names: list[str]) -> dict[str, float]:
    done = _the_client().list_workflows(workflow_ids=names, status="SUCCESS", load_input=False, load_output=True)
    return {one.workflow_id: float(one.output) for one in done}


if __name__ == "__main__":
    _configure(sys.argv[1])
    DBOS.launch()
    DBOS.register_queue("bench", polling_interval_sec=0.05, worker_concurrency=4)
    threading.Event().wait()
