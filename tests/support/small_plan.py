"""A supervisor with a plan of tiny programs: `python -m tests.support.small_plan HOME SCRATCH [options]`.

Each program writes what it does into SCRATCH, so that a test can wait for it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from renderhub.embedded.errors import EmbeddedError
from renderhub.supervisor import crew
from renderhub.supervisor.lifecycle import run
from renderhub.supervisor.prepare import PreparationFailed
from renderhub.supervisor.processes import Plan, Process, Step, python

SERVICE = """
import os, signal, subprocess, sys
from pathlib import Path
scratch, name = Path(sys.argv[1]), sys.argv[2]
def stop(*_):
    with (scratch / "stopped").open("a") as file: file.write(name + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in name else stop)
subprocess.Popen(["setsid", "sleep", "600"])
with (scratch / "started").open("a") as file: file.write(f"{name} {os.getpid()}\\n")
(scratch / f"{name}.env").write_text(os.environ.get("DATABASE_URL", "") + os.environ.get("BROKER_URL", ""))
while True: signal.pause()
"""
WEB = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler).serve_forever()
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--job", default="print('video: /a/path')")
    parser.add_argument("--step", default="pass")
    parser.add_argument("--process", action="append", default=[], help="NAME:STOPS:GRACE")
    parser.add_argument("--broken", action="store_true", help="with a process that ends at once, again and again")
    options = parser.parse_args()
    processes = []
    if options.broken:
        crew.LONGEST_DELAY, crew.HOPELESS_AFTER = 0.01, 3
        processes.append(Process("broken", ("false",)))
    for text in options.process:
        name, stops, grace = text.split(":")
        argv = python("-c", SERVICE, str(options.scratch), name)
        processes.append(Process(name, argv, stops=int(stops), grace=float(grace)))
    if options.port:
        processes.append(Process("web", python("-c", WEB, str(options.port)), stops=3, grace=1))
    plan = Plan(
        steps=(Step("A step", python("-c", options.step, str(options.scratch))),),
        processes=tuple(processes),
        job=python("-c", options.job, str(options.scratch)),
        address=("127.0.0.1", options.port) if options.port else None,
    )
    try:
        return run(plan, options.home, once=options.once, durable=False)
    except (EmbeddedError, PreparationFailed, crew.Hopeless) as exc:
        print(exc, file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
