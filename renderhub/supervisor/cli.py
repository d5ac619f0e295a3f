"""The command line: `run` for operators, `exec` for benchmarks and CI."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from renderhub.embedded.errors import EmbeddedError
from renderhub.embedded.home import home_folder
from renderhub.lib.child import ChildError
from renderhub.supervisor import ports, processes
from renderhub.supervisor.crew import Hopeless
from renderhub.supervisor.execute import execute
from renderhub.supervisor.lifecycle import run
from renderhub.supervisor.prepare import PreparationFailed
from renderhub.supervisor.terminal import complain


class FeedMissing(Exception):
    """The feed is neither an address nor a file."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code. What goes wrong at the start is said in plain words."""
    options = _parser().parse_args(words)
    try:
        if options.what == "exec":
            return execute(options.command[options.command[:1] == ["--"] :], durable=not options.not_durable)
        host = os.environ.get("HOST", "127.0.0.1")
        plan = processes.whole(host, ports.choose(host), job_options(options))
        return run(plan, home_folder(), once=options.once)
    except (EmbeddedError, PreparationFailed, ChildError, Hopeless, ports.PortTaken, FeedMissing) as exc:
        complain(f"RenderHub: {exc}")
        return 1


def job_options(options: argparse.Namespace) -> tuple[str, ...]:
    """The options of the day's job, as `daily_run` takes them. Raises `FeedMissing`."""
    feed = absolute_feed(options.feed) if options.feed else ""
    named = {"--feed": feed, "--date": options.date, "--language": options.language}
    which = () if feed else ("--sample",)  # the subscriptions have hours of their own, and beat looks after them
    return which + tuple(word for name, value in named.items() if value for word in (name, value))


def absolute_feed(feed: str) -> str:
    """An address as it is; a file's path made absolute, seen from where the operator stands.

    `make -C folder` changes the folder, but leaves `PWD` at where the operator called it. Raises `FeedMissing`.
    """
    if "://" in feed:
        return feed
    bases = dict.fromkeys((os.environ.get("CALLED_FROM", "."), "."))
    for base in bases:
        path = Path(base, Path(feed).expanduser()).absolute()
        if path.exists():
            return str(path)
    places = " or ".join(str(Path(base).absolute()) for base in bases)
    raise FeedMissing(f"the feed {feed} is neither an address nor a file in {places}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m renderhub.supervisor", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    runs = commands.add_parser("run", help="start everything, make the day's video, keep running")
    runs.add_argument("--once", action="store_true", help="end after the video, with the job's exit code")
    runs.add_argument("--feed", metavar="F", help="address or file of a feed")
    runs.add_argument("--date", metavar="D", help="day of the video, YYYY-MM-DD")
    runs.add_argument("--language", metavar="L", help="language of the video, such as en or hi")
    execs = commands.add_parser("exec", help="run a command beside servers of its own")
    execs.add_argument("--not-durable", action="store_true", help="no syncing to disk: faster, for tests")
    execs.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    return parser
