"""The servers, and what must be in place before the processes start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

from renderhub.embedded import servers
from renderhub.embedded.home import PROJECT, Home, Urls
from renderhub.embedded.servers import Servers
from renderhub.lib import child
from renderhub.supervisor.interrupts import Interrupts
from renderhub.supervisor.processes import Step
from renderhub.supervisor.terminal import progress, say


class PreparationFailed(Exception):
    """A step that must come before the processes did not succeed."""


def start_servers(folder: Path, *, durable: bool = True) -> Servers:
    """Start the servers for which the environment names no other. Raises `EmbeddedError`."""
    database, broker = not os.environ.get("DATABASE_URL"), not os.environ.get("BROKER_URL")
    wanted = [name for name, want in (("PostgreSQL", database), ("Valkey", broker)) if want]
    if not wanted:
        return servers.start(folder, database=False, broker=False)
    with progress(f"Starting {' and '.join(wanted)} in {folder}"):
        return servers.start(folder, database=database, broker=broker, durable=durable)


def environment(home: Home, urls: Urls) -> dict[str, str]:
    """What every process is told: all that we were told (keys of providers, settings), and the addresses."""
    told = {"RENDERHUB_HOME": str(home.folder), "PYTHONUNBUFFERED": "1"}
    return {"DJANGO_SETTINGS_MODULE": "renderhub.settings", **os.environ, **told, **urls.environment()}


def do_steps(steps: tuple[Step, ...], home: Home, env: Mapping[str, str], interrupts: Interrupts) -> None:
    """Do what is needed, turn by turn. Raises `PreparationFailed`, or `Interrupted` when asked to stop."""
    needed = sorted((step for step in steps if not step.needed or step.needed(home)), key=lambda step: step.turn)
    for _, same_turn in groupby(needed, key=lambda step: step.turn):
        turn = list(same_turn)
        with progress(", ".join(step.title for step in turn)), ThreadPoolExecutor(len(turn)) as pool:
            for waited in [pool.submit(_do, step, home, env, interrupts) for step in turn]:
                waited.result()
        interrupts.check()


def _do(step: Step, home: Home, env: Mapping[str, str], interrupts: Interrupts) -> None:
    limits = child.Limits(seconds=step.seconds)
    try:
        finished = child.run(step.argv, limits=limits, cwd=PROJECT, env=env, cancel=interrupts.asked)
    except child.ChildCancelled:
        return
    except child.ChildError as exc:
        output = exc.finished.stdout + exc.finished.stderr if exc.finished else b""
        said = output.decode("utf-8", "replace").strip()
        raise PreparationFailed(f"{step.title} failed: {exc}\n{said[-4000:]}".rstrip()) from exc
    if step.done:
        step.done(home, finished.stdout)


def tell_where_logs_are(home: Home) -> None:
    """Where to look when something is odd."""
    say(f"Logs: {home.logs}")
