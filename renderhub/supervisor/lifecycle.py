"""One run from start to end: servers, preparation, processes, the day's job, the wait, the orderly end."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from renderhub.embedded.home import PROJECT, Home
from renderhub.embedded.servers import Servers
from renderhub.lib import child
from renderhub.supervisor import login
from renderhub.supervisor.crew import Crew, ended
from renderhub.supervisor.interrupts import Interrupted, Interrupts
from renderhub.supervisor.prepare import do_steps, environment, start_servers, tell_where_logs_are
from renderhub.supervisor.processes import Plan
from renderhub.supervisor.terminal import complain, progress, say

LOOK_SECONDS = 0.1
CONSOLE_SECONDS = 60.0
"""For the web process to answer; after that the operator is told that it does not."""
INTERRUPTED = 130
"""Exit code when the run was stopped before its job was done."""


def run(plan: Plan, folder: Path, *, once: bool = False, durable: bool = True) -> int:
    """Run the plan in this home folder until its job is done (`once`) or the operator stops it.

    Returns the job's exit code with `once`, 0 when it was stopped while waiting, 130 when stopped before that.
    Raises `EmbeddedError`, `PreparationFailed` or `child.ChildError` when it cannot start, and with `once` `Hopeless`
    when a process cannot be kept running; everything is stopped then.
    """
    with Interrupts() as interrupts, ExitStack() as undo:
        try:
            servers = start_servers(folder, durable=durable)
            undo.callback(stop_servers, servers)
            interrupts.check()
            env = environment(servers.home, servers.urls)
            if plan.address:
                env.setdefault("CONSOLE_URL", console_url(plan.address))
            do_steps(plan.steps, servers.home, env, interrupts)
            crew = Crew(plan.processes, env, PROJECT, servers.home.logs)
            undo.callback(stop_crew, crew, interrupts)
            crew.start()
            say(f"Started {', '.join(crew.pids())}")
            tell_where_logs_are(servers.home)
            return Watch(plan, crew, servers.home, interrupts).until_done(once, env)
        except Interrupted:
            return INTERRUPTED


class Watch:
    """The loop that looks after the processes while the job runs, and after that."""

    def __init__(self, plan: Plan, crew: Crew, home: Home, interrupts: Interrupts) -> None:
        self.plan = plan
        self.crew = crew
        self.home = home
        self.interrupts = interrupts
        self.announced = plan.address is None
        self.impatient_at = time.monotonic() + CONSOLE_SECONDS

    def until_done(self, once: bool, env: Mapping[str, str]) -> int:
        """Run the job; then wait until stopped, or with `once` return its exit code."""
        if self.plan.job:
            code = self._do_job(self.plan.job, env, once)
            if once:
                return code
            if code:
                complain(f"The day's job {ended(code)}; everything else keeps running.")
        elif once:
            return 0
        while not self.interrupts.asked.wait(LOOK_SECONDS):
            self.crew.look()
            self._announce_console()
        say("")
        return 0

    def _do_job(self, argv: tuple[str, ...], env: Mapping[str, str], once: bool) -> int:
        # Its progress is for the operator: it writes to our terminal.
        job = child.spawn(argv, env=env, cwd=PROJECT, stdout=None, stderr=None)
        try:
            while (code := job.poll()) is None:
                self.crew.look()
                if once:
                    self.crew.give_up_if_hopeless()
                self.interrupts.asked.wait(LOOK_SECONDS)
                self.interrupts.check()
            return code
        finally:
            job.terminate(5.0)

    def _announce_console(self) -> None:
        """Say the console's address once it answers, with the login."""
        if self.announced or self.plan.address is None:
            return
        if not _answers(self.plan.address):
            if time.monotonic() > self.impatient_at:
                self.impatient_at = float("inf")
                complain(f"The console does not answer yet; see {self.home.logs / 'web.log'}")
            return
        self.announced = True
        say(f"console: {console_url(self.plan.address)}")
        for line in login.lines(self.home):
            say(line)
        say("Press Ctrl-C to stop.")


def console_url(address: tuple[str, int]) -> str:
    """The console's address for a browser on this machine."""
    host, port = address
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port}/"


def stop_crew(crew: Crew, interrupts: Interrupts) -> None:
    """Stop the processes, telling for what one waits."""
    with progress("Stopping: running work may take 20 s to be put down (Ctrl-C again stops at once)"):
        crew.stop(interrupts.hurry)


def stop_servers(servers: Servers) -> None:
    """Stop the servers."""
    if servers.running:
        with progress("Stopping the servers"):
            servers.stop()
    servers.stop()


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=0.5):
            return True
    except OSError:
        return False
