"""Plants for the tests that kill, and the times they took."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support import prepared_plant
from tests.support.plant import QUICK
from tests.support.standing_plant import StandingPlant

TIMES = "seconds from the kill to the next claim"


@pytest.fixture(scope="session")
def make_plant(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., StandingPlant]:
    def make(**options: Any) -> StandingPlant:
        like = prepared_plant.of_this_run(tmp_path_factory)
        plant = StandingPlant(tmp_path_factory.mktemp("plant"), like=like, **options)
        _made.append(plant)
        return plant

    return make


@pytest.fixture(scope="package")
def quick_plant(make_plant: Callable[..., StandingPlant]) -> Iterator[StandingPlant]:
    """Short leases. Narrations wait in threads of `io`, all else in processes of `cpu`; who composes has an engine with
    children of its own."""
    with make_plant(chains={"tts": "gated_io", "revideo": "engine"}, **QUICK) as plant:
        yield plant


@pytest.fixture
def quick(quick_plant: StandingPlant) -> Iterator[StandingPlant]:
    """With its keeper and its usual workers at work."""
    quick_plant.ready()
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


_made: list[StandingPlant] = []
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
