"""Rows of waiting renders, as many as are wanted, with the ranks that they would have been given."""

from __future__ import annotations

import json
import re

from django.db import connection
from django.utils import timezone

from renders.actions.request import Wish, request
from renders.domain.job import Priority
from renders.domain.rank import TURN, rank
from renders.models import Render, Step, Workspace
from renders.pipeline.transitions.claim import Claimed, claim

# One real render is asked for; the others are its copies, with ranks and fingerprints of their own.
_COPY_RENDERS = """
INSERT INTO renders_render ({columns}, id, fingerprint, rank)
SELECT {columns}, gen_random_uuid(), 'copy-' || n, %s + n * %s
  FROM renders_render, generate_series(1, %s) n WHERE id = %s
"""
_COPY_STEPS = """
INSERT INTO renders_step ({columns}, render_id, rank)
SELECT {prefixed}, r.id, r.rank FROM renders_step s, renders_render r
 WHERE s.render_id = %s AND r.fingerprint LIKE 'copy-%%' AND s.status = 'due'
"""


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE renders_render, renders_workspace CASCADE")
        cursor.execute("TRUNCATE renders_renderevent, renders_attempt, renders_renderlog CASCADE")


def ask(name: str, workspace: str = "asks", priority: Priority = Priority.HIGH) -> Render:
    place = Workspace.objects.get_or_create(slug=workspace, defaults={"name": workspace})[0]
    return request(place, Wish("topic_short", name=name, input_text=f"{name} " * 50, priority=priority)).render


def fill(count: int) -> None:
    """So many more renders wait, each with its first step due: spread over a virtual day of normal priority."""
    copies(ask("model", "many", Priority.NORMAL), TURN, count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE renders_step, renders_render")


def copies(model: Render, apart: float, count: int) -> None:
    """So many more like `model`, of its workspace, each `apart` (seconds of virtual time) after the one before."""
    of_render, of_step = _columns(Render, "id", "fingerprint", "rank"), _columns(Step, "id", "render_id", "rank")
    with connection.cursor() as cursor:
        sql = _COPY_RENDERS.format(columns=", ".join(of_render))
        cursor.execute(sql, [model.rank, apart, count, model.pk])
        sql = _COPY_STEPS.format(columns=", ".join(of_step), prefixed=", ".join(f"s.{name}" for name in of_step))
        cursor.execute(sql, [model.pk])


def take() -> Claimed | None:
    return claim("cpu", None, "bench", 60.0)


def finish(taken: Claimed | None) -> None:
    """The render is gone, so that the next claim meets what this one met."""
    assert taken is not None
    Render.objects.filter(pk=taken.render_id).delete()


def read_by_one_claim() -> int:
    """Rows of the steps that the choice of one claim reads, as PostgreSQL counts them."""
    ask(f"read-{timezone.now().isoformat()}")
    sql = """EXPLAIN (ANALYZE, FORMAT JSON)
             SELECT s.id FROM renders_step s
               JOIN renders_render r ON r.id = s.render_id AND r.run = s.run AND r.status <> 'cancelled' AND NOT r.final
              WHERE s.status = 'due' AND s.queue = 'cpu' ORDER BY s.rank, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        plan = json.dumps(cursor.fetchone()[0])
    scans = re.findall(r'"Relation Name": "renders_step".*?"Actual Rows": ([\d.]+), "Actual Loops": ([\d.]+)', plan)
    read = sum(int(float(rows) * float(loops)) for rows, loops in scans)
    finish(take())
    return read


def place_of_one_beside(jobs: int) -> int:
    """One workspace has asked for so many, another then asks for one: as which number it is served."""
    now = timezone.now().timestamp()
    model = ask("model", "many", Priority.NORMAL)
    turn: float | None = None
    ranks = []
    for _ in range(jobs):
        place, turn = rank(Priority.NORMAL, now, turn)
        ranks.append(place)
    Render.objects.filter(pk=model.pk).update(rank=ranks[0])
    Step.objects.filter(render=model).update(rank=ranks[0])
    model.rank = ranks[0]
    copies(model, ranks[1] - ranks[0], jobs - 1)
    one = ask("one", "few", Priority.NORMAL)
    for number in range(1, jobs + 2):
        taken = take()
        assert taken is not None
        if taken.render_id == one.pk:
            return number
    raise AssertionError("it was never served")


def _columns(model: type[Render] | type[Step], *less: str) -> list[str]:
    return [field.column for field in model._meta.local_fields if field.column not in less]
