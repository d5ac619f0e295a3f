"""The clock that a drill sets, in a process of its own: it is set for good there."""

from __future__ import annotations

import json
import subprocess
import sys

from renderhub.embedded.home import PROJECT

_TOLD = """
import copy, datetime as before, json, pickle, time
from datetime import UTC, datetime
from renders.drills import wrong_clock

ahead = [3600.0]
machine, steady = time.clock_gettime(time.CLOCK_REALTIME), time.monotonic()
wrong_clock.install(lambda: ahead[0])
moment = datetime.now(UTC)
from datetime import datetime as later
shown = {
    "time": time.time(), "nanoseconds": time.time_ns() / 1e9, "now": moment.timestamp(),
    "a module": before.datetime.now().timestamp(), "an import": later.now(UTC).timestamp(),
    "naive": datetime.utcnow().replace(tzinfo=UTC).timestamp(),
}
made = datetime(2026, 3, 1, tzinfo=UTC)
print(json.dumps({
    "ahead": {name: round(value - machine, -1) for name, value in shown.items()},
    "monotonic": time.monotonic() - steady < 60,
    "whole": pickle.loads(pickle.dumps(moment)) == copy.deepcopy(moment) == moment and isinstance(made, datetime),
}))
"""


def test_every_reading_of_the_time_is_wrong_by_as_much_and_moments_stay_moments() -> None:
    made = subprocess.run([sys.executable, "-c", _TOLD], cwd=PROJECT, capture_output=True, text=True, check=True)
    told = json.loads(made.stdout)
    assert set(told["ahead"].values()) == {3600.0}
    assert told["monotonic"]
    assert told["whole"]
