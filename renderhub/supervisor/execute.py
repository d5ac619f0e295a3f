"""`exec`: run one command beside servers of its own (benchmarks, CI)."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

from renderhub.embedded.home import home_folder
from renderhub.lib import child
from renderhub.supervisor.interrupts import Interrupts
from renderhub.supervisor.prepare import environment, start_servers

GRACE = 10.0


def execute(argv: list[str], *, durable: bool = True) -> int:
    """Run a command with the servers' addresses in its environment; returns its exit code as a shell does.

    The home is a temporary one unless `RENDERHUB_HOME` is set. Raises `EmbeddedError`, `child.ChildMissing`.
    """
    with Interrupts() as interrupts, ExitStack() as undo:
        with redirect_stdout(sys.stderr):  # the command's output is what callers read
            servers = start_servers(_home(undo), durable=durable)
        undo.callback(servers.stop)
        if interrupts.asked.is_set():
            return 130
        env = environment(servers.home, servers.urls)
        command = child.spawn(argv, env=env, cwd=Path.cwd(), stdin=None, stdout=None, stderr=None)
        undo.callback(command.terminate, GRACE)
        while (code := command.poll()) is None:
            if interrupts.asked.wait(0.05):
                code = command.terminate(GRACE)
                break
        return code if code >= 0 else 128 - code


def _home(undo: ExitStack) -> Path:
    if os.environ.get("RENDERHUB_HOME"):
        return home_folder()
    temporary = Path(tempfile.mkdtemp(prefix="renderhub-home-"))
    undo.callback(shutil.rmtree, temporary, ignore_errors=True)
    return temporary
