"""What the images' HEALTHCHECK asks: `web`, `worker <queue>`, `beat` or `keeper`. Ends with 0 where it is well.

Deaths need no check: a container whose process has ended is started again. This is for those that live and do nothing.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SECONDS = 4
BEAT_WRITES = "SELECT max(last_run_at) > now() - interval '7 minutes' FROM django_celery_beat_periodictask"
"""Beat notes what it has sent every three minutes; something is sent every minute."""
SOMEBODY_LEADS = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"


def web() -> bool:
    port = os.environ.get("PORT", "8000")
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS) as answer:  # raises for anything but 200
        return bool(answer.status == 200)


def worker(queue: str) -> bool:
    """Whether the worker of this container answers a message of the broker's."""
    from renderhub.celery import app

    name = f"{queue}@{socket.gethostname()}"
    return bool(app.control.ping(destination=[name], timeout=SECONDS))


def beat() -> bool:
    return _database_says(BEAT_WRITES)


def keeper() -> bool:
    """Whether one leads; it need not be this one."""
    from renders.pipeline.leader import KEEPER

    return _database_says(SOMEBODY_LEADS, KEEPER)


def _database_says(question: str, *values: object) -> bool:
    import psycopg2

    from renderhub.lib import env

    connection = psycopg2.connect(env.text("DATABASE_URL"), connect_timeout=SECONDS)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            row = cursor.fetchone()
            return bool(row and row[0])
    finally:
        connection.close()


CHECKS: dict[str, Callable[..., bool]] = {"web": web, "worker": worker, "beat": beat, "keeper": keeper}

if __name__ == "__main__":
    role, *more = sys.argv[1:]
    sys.exit(0 if CHECKS[role](*more) else 1)
