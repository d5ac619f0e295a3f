"""Submits workflows to one system and waits for them, as the measuring process tells it on standard input.

A line `batch NAME COUNT` submits so many at once; `one NAME COUNT` submits one after the other, each when the last is
done. The answer is a line of JSON: seconds from submit to done for each, and from the first submit to the last done.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

PATIENCE = 120.0


def wait_for(system, names: set[str]) -> dict[str, float]:
    stop = time.monotonic() + PATIENCE
    done: dict[str, float] = {}
    while True:
        # Asked for by name: reading all that ever ended would burden the cores that are measured.
        done |= system.finished(sorted(names - done.keys()))
        if len(done) == len(names):
            return done
        if time.monotonic() > stop:
            raise SystemExit(f"{len(names) - len(done)} of {len(names)} workflows did not end")
        time.sleep(0.02)  # when it was done its own records say; asking takes a core from those who are measured


def main() -> None:
    system = importlib.import_module(f"benchmarks.control.{sys.argv[1]}")
    print("ready", flush=True)
    for line in sys.stdin:
        mode, name, count = line.split()
        names = [f"{name}-{n}" for n in range(int(count))]
        begun: dict[str, float] = {}
        done: dict[str, float] = {}
        for one in names:
            begun[one] = system.submit(one)
            if mode == "one":
                done |= wait_for(system, {one})
        if mode == "batch":
            done = wait_for(system, set(names))
        took = [done[one] - begun[one] for one in names]
        print(json.dumps({"took": took, "whole": max(done.values()) - min(begun.values())}), flush=True)


if __name__ == "__main__":
    main()
