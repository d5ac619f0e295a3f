"""What a finish reads: rows of its own run, found by their keys, however many others there are. Of a table that it has
not counted yet PostgreSQL takes any index for as good as another, and plans once for a connection's whole life."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from renders.pipeline.transitions.prepared import Prepared
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

FINISHES = {"settle_script", "settle_asset", "settle_step", "settle_last_step"}
BY_KEY = {
    ("renders_step_pkey", "renders_step"),
    ("one_step_per_slot", "renders_step"),
    ("one_attempt_per_claim", "renders_attempt"),
    ("renders_render_pkey", "renders_render"),
}
_SCAN = re.compile(r"(?:Index Scan|Index Only Scan) using (\w+) on (\w+) (\w+)")


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The plan of each statement that runs a second time on this connection, by its name."""
    found: dict[str, str] = {}
    known: set[str] = set()
    run = Prepared.rows

    def rows(self: Prepared, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self.name in known:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {self._execute}", [values[parameter] for parameter in self.parameters])
                found[self.name] = "\n".join(line for (line,) in cursor.fetchall())
        known.add(self.name)
        return run(self, values)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        if cursor.fetchone() != ("on",):
            pytest.skip("The tests' role is no superuser here: it cannot take back that tables were counted.")
        # In this test's transaction: nobody counts them meanwhile.
        cursor.execute("UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relkind = 'r' AND relname ~ '^renders'")
        cursor.execute("DISCARD PLANS")
    monkeypatch.setattr(Prepared, "rows", rows)
    return found


def test_a_finish_finds_what_it_is_about_by_key(plans: dict[str, str]) -> None:
    for _ in range(2):
        pipeline.ask()
        pipeline.run_in_place(pipeline.take())
    assert plans.keys() >= FINISHES
    for name in FINISHES:
        assert "Bitmap" not in plans[name], plans[name]
        assert "Seq Scan" not in plans[name], plans[name]
        used = {(index, table) for index, table, alias in _SCAN.findall(plans[name]) if alias != "u"}
        assert used <= BY_KEY, plans[name]


def test_what_is_more_urgent_is_looked_for_among_the_due_of_the_queue_alone(plans: dict[str, str]) -> None:
    for _ in range(2):
        pipeline.ask()
        pipeline.run_in_place(pipeline.take())
    for name in FINISHES - {"settle_last_step"}:
        assert ("step_due_of_queue", "renders_step", "u") in _SCAN.findall(plans[name]), plans[name]
