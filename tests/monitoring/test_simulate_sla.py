"""`manage.py simulate_sla`: figures for planning, with the chains and numbers of this installation (R78)."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.support import pipeline

pytestmark = pytest.mark.django_db
KEYS = {"renders", "on_time", "p50_s", "p95_s", "fail_rate", "degraded", "held"}


def simulated(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("simulate_sla", "--json", *arguments, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_shipped_chains_keep_the_promise_with_one_call_in_five_failing() -> None:
    told = simulated("--renders", "1000", "--fail", "0.2", "--workers", "cpu=2")
    assert set(told) >= KEYS
    assert (told["renders"], told["fail_rate"]) == (1000, 0.0)
    assert told["on_time"] >= 0.999
    assert told["degraded"] > 0


def test_one_worker_is_slower_than_four() -> None:
    one, four = (simulated("--renders", "50", "--workers", f"cpu={count}")["p95_s"] for count in (1, 4))
    assert one > 2 * four


def test_a_provider_that_always_fails_shows_in_the_degraded_share() -> None:
    told = simulated("--renders", "20", "--fail", "manim=1")
    assert (told["degraded"], told["on_time"]) == (1.0, 1.0)


def test_times_are_those_of_a_file_where_one_is_given(tmp_path: Path) -> None:
    (tmp_path / "times.json").write_text(json.dumps({"revideo/composer": [500.0, 501.0], "manim/manim": 1}))
    slow = simulated("--renders", "10", "--per-day", "1", "--times", str(tmp_path / "times.json"))
    assert slow["p50_s"] > 500


def test_times_are_measured_here_where_there_are_any(fakes: Any) -> None:
    from renders.models import Attempt

    pipeline.ask()
    pipeline.run_one()
    attempt = Attempt.objects.get()
    attempt.ended_at = attempt.started_at.replace(year=attempt.started_at.year + 1)
    attempt.save()
    assert simulated("--renders", "5")["on_time"] == 0.0, "a script that takes a year runs out of its stage's time"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fail", "nobody=0.5"], "No chain names nobody"),
        (["--fail", "2"], "takes a share"),
        (["--workers", "cpu"], "takes QUEUE=COUNT"),
        (["--renders", "0"], "from 1 on"),
        (["--times", "/no/such/file"], "No such file"),
        (["--replay", "/no/such/file"], "No such file"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        simulated(*arguments)


def test_a_file_of_times_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "times.json"
    for told in ("[1]", '{"manim": 1}', '{"nothing/manim": 1}', '{"manim/still": -1}', '{"manim/still": []}', "no"):
        path.write_text(told)
        with pytest.raises(CommandError, match="A file of times is JSON"):
            simulated("--times", str(path))
