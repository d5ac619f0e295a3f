"""CPU time of processes and their descendants, from /proc; and, as a command, the databases of the other systems."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from renderhub.drills.looking import below

_TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def cpu_seconds(roots: list[int]) -> float:
    """User and system seconds of the processes and all below them, ended children included."""
    total = 0
    for root in roots:
        for pid in (root, *below(root)):
            if fields := _stat(pid):
                total += sum(int(value) for value in fields[11:15])
    return total / _TICK


def create_databases(names: list[str]) -> None:
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()


if __name__ == "__main__":
    create_databases(sys.argv[1:])
