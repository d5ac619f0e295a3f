"""`make chaos`: renders are made while everything around them dies. See README.md beside this."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.chaos.running import Wanted, run
from benchmarks.chaos.workload import Workload
from renderhub.drills.site import WORKERS

SEED = 20261123
AMPLIFICATION, AMPLIFICATION_IN_AN_OUTAGE = 1.3, 1.1
RESUME_P50, RESUME_MAX = 10.0, 60.0


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help=f"what fails and who is killed ({SEED}; 0: any)")
    parser.add_argument("--renders", type=int, default=200, help="light ones (200)")
    parser.add_argument("--full", type=int, help="with real engines (10; in an outage none)")
    parser.add_argument("--workers", type=int, default=len(WORKERS))
    parser.add_argument("--fail", type=float, default=0.2, help="the share of calls that fail (0.2)")
    parser.add_argument("--over", type=float, default=120.0, help="seconds over which they are asked for (120)")
    parser.add_argument("--quick", action="store_true", help="20 renders and 1 full one, in a minute")
    parser.add_argument("--calm", action="store_true", help="no kills, no flushes, no restart: only services fail")
    parser.add_argument("--outage", action="store_true", help="every service down, too, but for the local spares")
    parser.add_argument("--outage-seconds", type=float, default=600.0, help="for how long (600)")
    parser.add_argument("--due-in", type=float, default=6 * 3600, help="seconds to each render's due time (6 h)")
    parser.add_argument("--record", type=Path, help="write the run's draws there, for simulate_sla --replay")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    return parser.parse_args()


def wanted_of(told: argparse.Namespace) -> Wanted:
    full = told.full if told.full is not None else 0 if told.outage or told.calm else 10
    work = (
        Workload(20, min(full, 1), 20.0, told.due_in)
        if told.quick
        else Workload(told.renders, full, told.over, told.due_in)
    )
    return Wanted(
        seed=told.seed or secrets.randbelow(1_000_000),
        workload=work,
        # An outage is looked at by itself: with faults of other kinds beside it nobody could say what costs calls.
        fail=0.0 if told.outage else told.fail,
        workers=told.workers,
        calm=told.calm or told.outage,
        outage=told.outage_seconds if told.outage else 0.0,
        record=told.record.resolve() if told.record else None,
    )


def main() -> int:
    told = options()
    wanted = wanted_of(told)
    print(f"seed {wanted.seed}", file=sys.stderr)
    folder = Path(tempfile.mkdtemp(prefix="rh-chaos-"))
    try:
        report = run(wanted, folder / "home")
    finally:
        if told.keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    figures = report.figures
    limit = AMPLIFICATION_IN_AN_OUTAGE if wanted.outage else AMPLIFICATION
    within = {
        f"amplification at most {limit}": figures.amplification <= limit,
        f"going again in {RESUME_P50:g} s (p50)": figures.resume_p50_s <= RESUME_P50,
        f"going again in {RESUME_MAX:g} s (most)": figures.resume_max_s <= RESUME_MAX,
    }
    report.wrongs = {**report.wrongs, **{name: [] if kept else ["over it"] for name, kept in within.items()}}
    print("\n".join(report.lines()))
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
