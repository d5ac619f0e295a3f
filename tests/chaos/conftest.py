"""Plants for the tests that kill: one that is prepared once, copies of it for the tests, and the times they took."""

from __future__ import annotations

import fcntl
import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.plant import QUICK, Plant

TIMES = "seconds from the kill to the next claim"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped plant with a migrated database, shared by all processes of the test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / "prepared-plant"
    with (shared / "prepared-plant.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = tmp_path_factory.mktemp("preparing") / "plant"
            with Plant(making):
                pass
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def make_plant(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Plant]:
    database = prepared / "postgres"
    # Where PostgreSQL has to run as another user its data lies elsewhere, and is not ours to copy.
    copied = not database.is_symlink() and database.stat().st_uid == os.geteuid()

    def make(**options: Any) -> Plant:
        plant = Plant(tmp_path_factory.mktemp("plant"), like=prepared if copied else None, **options)
        _made.append(plant)
        return plant

    return make


@pytest.fixture(scope="session")
def production_plant(make_plant: Callable[..., Plant]) -> Iterator[Plant]:
    """The leases of production; engines with children of their own."""
    with make_plant(chains={"manim": "engine", "revideo": "engine"}) as plant:
        yield plant


@pytest.fixture(scope="session")
def quick_plant(make_plant: Callable[..., Plant]) -> Iterator[Plant]:
    with make_plant(**QUICK) as plant:
        yield plant


@pytest.fixture
def production(production_plant: Plant) -> Iterator[Plant]:
    yield production_plant
    production_plant.clear()


@pytest.fixture
def quick(quick_plant: Plant) -> Iterator[Plant]:
    yield quick_plant
    quick_plant.clear()


@pytest.fixture(autouse=True)
def _logs_of_a_failed_test(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    report = request.node.stash.get(_REPORT, None)
    if report is not None and report.failed:
        for plant in _made:
            if plant.running:
                print(plant.logs())


_made: list[Plant] = []
_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


@pytest.fixture
def going_again(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """Note a time to go again; all are printed at the end of the run."""

    def note(what: str, seconds: float) -> None:
        print(f"{what}: going again after {seconds:.2f} s")
        record_property(TIMES, (what, seconds))

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, [])]
    noted = [value for report in reports for name, value in report.user_properties if name == TIMES]
    if noted:
        terminalreporter.section(TIMES)
        for what, seconds in sorted(noted):
            terminalreporter.write_line(f"{seconds:6.2f}  {what}")
        times = [seconds for _, seconds in noted]
        told = f"{len(times)} kills: p50 {statistics.median(times):.2f} s, max {max(times):.2f} s"
        terminalreporter.write_line(told)
