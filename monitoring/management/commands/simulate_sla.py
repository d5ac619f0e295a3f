from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from monitoring.simulation import site
from monitoring.simulation.chances import Drawn
from monitoring.simulation.engine import simulate
from monitoring.simulation.replay import Comparison, RecordMalformed, replay
from monitoring.simulation.result import Result, result_of
from monitoring.simulation.site import Times, TimesMalformed
from monitoring.simulation.world import Asked

DAY = 86_400.0
EVERYBODY = "*"


def _share(text: str) -> tuple[str, float]:
    name, found, share = text.rpartition("=")
    try:
        if 0.0 <= float(share) <= 1.0:
            return (name if found else EVERYBODY), float(share)
    except ValueError:
        pass
    raise ArgumentTypeError(f"{text!r}: takes a share from 0 to 1, or PROVIDER=SHARE")


def _workers(text: str) -> tuple[str, int]:
    queue, _, count = text.partition("=")
    if not queue or not count.isdigit() or int(count) < 1:
        raise ArgumentTypeError(f"{text!r}: takes QUEUE=COUNT, such as cpu=4")
    return queue, int(count)


class Command(BaseCommand):
    help = (
        "Simulates renders with the policy, the chains and the numbers of this installation, and says how many are "
        "ready in time: for planning capacity (R78). It renders nothing and writes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--renders", type=int, default=10_000, help="in all (10000)")
        parser.add_argument("--per-day", type=int, default=10, help="asked for at once, each day (10)")
        parser.add_argument("--due-in", type=float, default=7200.0, help="seconds from then to the due time (7200)")
        parser.add_argument("--segments", type=int, default=7, help="of each video (7)")
        parser.add_argument("--workers", type=_workers, nargs="*", default=[], help="cpu=2 io=8: steps at once")
        parser.add_argument(
            "--fail", type=_share, nargs="*", default=[], help="0.2 for the calls of every provider, or manim=0.5"
        )
        parser.add_argument("--times", type=Path, help="a file of seconds, instead of what was measured here")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--replay", type=Path, help="the record of a real run, instead of all of that")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        if min(options["renders"], options["per_day"], options["segments"]) < 1:
            raise CommandError("--renders, --per-day and --segments take whole numbers from 1 on.")
        workers = {"cpu": settings.RENDERHUB_STEPS_AT_ONCE, "io": 8, **dict(options["workers"])}
        try:
            if options["replay"]:
                world = site.world(workers, options["segments"], without_chains=True)
                result, comparison = replay(options["replay"], world)
            else:
                result, comparison = self._simulated(options, workers), None
        except (RecordMalformed, TimesMalformed, OSError) as error:
            raise CommandError(str(error)) from error
        told = asdict(result) | (_told(comparison) if comparison else {})
        self.stdout.write(json.dumps(told) if options["as_json"] else "\n".join(_lines(result, comparison)))

    def _simulated(self, options: Mapping[str, Any], workers: Mapping[str, int]) -> Result:
        world = site.world(workers, options["segments"])
        known = {one.name: one for chain in world.chains.values() for one in chain}
        shares: dict[str, float] = dict(options["fail"])
        if unknown := set(shares) - set(known) - {EVERYBODY}:
            raise CommandError(f"No chain names {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
        everybody = shares.get(EVERYBODY, 0.0)
        chance = Drawn(
            seed=options["seed"],
            fail={name: shares.get(name, everybody) for name in known},
            times=site.given(options["times"]) if options["times"] else self._measured(),
            expected={name: one.expected for name, one in known.items()},
        )
        return result_of(simulate(world, chance, _days(options)))

    def _measured(self) -> Times:
        try:
            return site.measured()
        except Error as error:
            self.stderr.write(f"Nothing measured can be read ({str(error).strip()}); taking what is expected.")
            return {}


def _days(options: Mapping[str, Any]) -> Iterator[Asked]:
    for number in range(options["renders"]):
        at = (number // options["per_day"]) * max(DAY, 2 * options["due_in"])
        yield Asked(f"r{number}", at, at + options["due_in"], options["segments"], workspace=f"w{number}")


def _told(comparison: Comparison) -> dict[str, Any]:
    return {name: value for name, value in asdict(comparison).items() if name != "renders"}


def _lines(result: Result, comparison: Comparison | None) -> Iterator[str]:
    yield f"renders    {result.renders}"
    yield f"on time    {result.on_time:.2%}"
    yield f"ready in   {result.p50_s:.0f} s (half of them), {result.p95_s:.0f} s (95 of 100)"
    yield f"failed     {result.fail_rate:.2%} for good"
    yield f"degraded   {result.degraded:.2%}, of these {result.held:.2%} of all held and published as they were"
    yield f"requeued   {result.requeued:.2%}"
    yield f"calls      {result.calls_per_render:g} a render"
    if comparison:
        yield f"real run   {comparison.same_verdict:.2%} of its {comparison.renders} renders have the same verdict"
        yield f"           p95 {comparison.real_p95_s:.1f} s there, {result.p95_s:.1f} s here"
        yield f"           ({comparison.p95_off:.1%} off); another verdict: {', '.join(comparison.different) or 'none'}"
