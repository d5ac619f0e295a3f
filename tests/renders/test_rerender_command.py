"""`manage.py rerender`: the same rules as the console's, exit codes, `--json` (R66)."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from renderhub.lib import clock
from renders.actions import audit
from renders.actions.resolve import resolve
from renders.domain.errors import ErrorCode
from renders.management.commands.rerender import moment
from renders.models import Render, RenderFailure
from tests.support import pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rerender", *arguments, stdout=out)
    return out.getvalue()


def failed(fakes: Any, name: str) -> Render:
    fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
    render = pipeline.ask(f"{name} " * 60, name=name)
    pipeline.run_all()
    return Render.objects.get(pk=render.pk)


def test_all_that_failed_are_run_again_in_their_order(fakes: Any) -> None:
    first, second = failed(fakes, "One"), failed(fakes, "Two")
    answer = json.loads(told("--failed", "--json"))
    assert [line["render_id"] for line in answer["renders"]] == [str(first.pk), str(second.pk)]
    assert (answer["queued"], answer["refused"]) == (2, 0)
    assert set(Render.objects.values_list("status", "run", "retry_count")) == {("queued", 2, 0)}
    assert pipeline.take().render_id == first.pk
    (row,) = audit.of(first)
    assert (row.who, row.what) == ("command-line", "retry")


def test_nothing_to_do_is_no_error(fakes: Any) -> None:
    assert told("--failed") == "0 queued, 0 refused.\n"


def test_since_leaves_the_older_ones(fakes: Any) -> None:
    failed(fakes, "Old")
    RenderFailure.objects.update(created_at=clock.now() - timedelta(hours=5))
    new = failed(fakes, "New")
    told("--failed", "--since", "2h")
    assert Render.objects.get(status="queued") == new


def test_what_was_dealt_with_stays(fakes: Any) -> None:
    render = failed(fakes, "One")
    resolve(RenderFailure.objects.get().pk, None)
    assert told("--failed") == "0 queued, 0 refused.\n"
    assert "Run 2 queued." in told(str(render.pk)), "by its id it is run all the same"


def test_a_dry_run_does_nothing(fakes: Any) -> None:
    failed(fakes, "One")
    before = pipeline.snapshot()
    assert "Keeps nothing" in told("--failed", "--dry-run")
    assert "1 would be queued" in told("--failed", "--dry-run")
    assert json.loads(told("--failed", "--dry-run", "--json"))["dry_run"] is True
    assert pipeline.snapshot() == before


def test_one_whose_twin_is_on_its_way_is_refused_and_the_exit_code_says_so(fakes: Any) -> None:
    failed(fakes, "One")
    pipeline.ask("One " * 60, name="One")
    out = io.StringIO()
    with pytest.raises(CommandError, match="on its way as") as refusal:
        call_command("rerender", "--failed", "--json", stdout=out)
    assert refusal.value.returncode == 1
    assert json.loads(out.getvalue())["refused"] == 1


@pytest.mark.parametrize(
    "arguments",
    [(), ("--since", "2h"), ("--failed", "--from-stage", "tts"), ("--failed", "--wait"), ("--failed", "x" * 36)],
)
def test_a_call_that_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        told(*arguments)


def test_moments_are_told_as_distances_or_dates(settings: Any) -> None:
    settings.TIME_ZONE = "UTC"
    assert abs((clock.now() - moment("90m")).total_seconds() - 5400) < 5
    assert moment("2026-11-22T04:00").isoformat() == "2026-11-22T04:00:00+00:00"
    with pytest.raises(ValueError, match="yesterday"):
        moment("yesterday")
