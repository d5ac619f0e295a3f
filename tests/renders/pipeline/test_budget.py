"""The statement budget (PERFORMANCE section 2): at most 2 commits and 3 statements a stage without assets, BEGIN and
COMMIT not counted. Counted, not timed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renders.domain.stages import Stage
from renders.pipeline import runner
from tests.support import pipeline
from tests.support.pipeline import take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fakes")]

_NOT_COUNTED = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE)\b")
_READS = re.compile(r"^(SELECT|EXECUTE made_before)\b")


@dataclass(frozen=True)
class Spent:
    statements: int
    commits: int
    told: str


def spent_on(stage: Stage) -> Spent:
    """What claiming and running one step of `stage` costs, once the connection knows its prepared statements."""
    with CaptureQueriesContext(connection) as captured:
        claimed = take(stage)
        assert claimed is not None
        runner.run(claimed, 5)
    sent = [query["sql"].strip() for query in captured.captured_queries]
    statements = [sql for sql in sent if not _NOT_COUNTED.match(sql)]
    return Spent(len(statements), commits(sent), "\n\n".join(sent))


def commits(sent: list[str]) -> int:
    """Transactions that wrote: those that were begun and committed, and statements that stood by themselves."""
    count, inside = 0, False
    for sql in sent:
        if sql.startswith(("BEGIN", "COMMIT")):
            inside = sql.startswith("BEGIN")
            count += not inside
        elif not inside and not _READS.match(sql):
            count += 1
    return count


@pytest.fixture
def warm(fakes: object) -> None:
    """One render has been through: everything is prepared, provider objects are made."""
    pipeline.ask("before " * 60)
    while (claimed := next(filter(None, map(take, Stage)), None)) is not None:
        pipeline.run(claimed)
    pipeline.ask()


@pytest.mark.usefixtures("warm")
def test_a_stage_without_assets_costs_two_commits_and_three_statements_at_most() -> None:
    for stage in (Stage.SCRIPT_GEN, Stage.REVIDEO, Stage.UPLOAD):
        while (claimed := take(Stage.TTS) or take(Stage.MANIM)) is not None:
            pipeline.run(claimed)
        spent = spent_on(stage)
        assert spent.statements <= 3, f"{stage}: {spent.statements}\n{spent.told}"
        assert spent.commits <= 2, f"{stage}: {spent.commits}\n{spent.told}"


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("stage", [Stage.TTS, Stage.MANIM])
def test_a_stage_with_an_asset_costs_no_more_than_that(stage: Stage) -> None:
    pipeline.run(take(Stage.SCRIPT_GEN))
    spent = spent_on(stage)
    assert (spent.statements, spent.commits) == (2, 2), spent.told


@pytest.mark.usefixtures("warm")
def test_looking_for_work_in_vain_is_one_statement() -> None:
    take(Stage.UPLOAD)
    with CaptureQueriesContext(connection) as captured:
        assert take(Stage.UPLOAD) is None
    assert len(captured.captured_queries) == 1
