"""The tables of `domain/states.py`, the drawing in `renders/LIFECYCLE.md`, and what the transitions really do: all
three say the same. The database itself writes down each change of a status, and who made it."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from renderhub.lib import clock
from renders.actions.rerender import rerender
from renders.domain.errors import ErrorCode
from renders.domain.stages import Stage
from renders.domain.states import RENDER_MOVES, STEP_MOVES
from renders.models import Render, Slot
from renders.pipeline import recovery
from renders.pipeline.transitions import claim, creating, failing, finishing, renders, rescue, slots, steps
from tests.support import pipeline
from tests.support.pipeline import let_pass, take
from tests.support.providers import error

pytestmark = pytest.mark.usefixtures("fakes")

PAGE = Path(renders.__file__).parents[2] / "LIFECYCLE.md"
MODULES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (claim, creating, failing, finishing, renders, rescue, slots, steps)
}
Move = tuple[str, str, str, str]
"""Table (`render` or `step`), from, to, function."""

_WATCH = """
CREATE TEMP TABLE moves (what text, was text, becomes text, mover text) ON COMMIT DROP;
CREATE FUNCTION pg_temp.note_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO moves VALUES (TG_ARGV[0], CASE WHEN TG_OP = 'UPDATE' THEN old.status ELSE '' END, new.status,
                              current_setting('test.mover', true));
    RETURN new;
END $$;
CREATE TRIGGER watch_new AFTER INSERT ON renders_{table} FOR EACH ROW EXECUTE FUNCTION pg_temp.note_move('{what}');
CREATE TRIGGER watch AFTER UPDATE ON renders_{table} FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status)
    EXECUTE FUNCTION pg_temp.note_move('{what}');
"""


@pytest.fixture
def watched(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """From here on each move is written down with the transition that made it."""
    with connection.cursor() as cursor:
        for number, what in enumerate(("render", "step")):
            sql = _WATCH.format(table=what, what=what).replace("%", "%%")
            cursor.execute(sql if number == 0 else sql.partition("END $$;")[2])
    for name, module in MODULES.items():
        for function_name, function in public_functions(module):
            monkeypatch.setattr(module, function_name, labelled(f"{name}.{function_name}", function))
    monkeypatch.setattr(pipeline, "claim", claim.claim)
    return


def public_functions(module: ModuleType) -> list[tuple[str, Any]]:
    return [
        (name, function)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


_mover: list[str] = []


def labelled(label: str, function: Any) -> Any:
    """The outermost transition is the one that moves; those that it calls are its means."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if _mover:
            return function(*args, **kwargs)
        _mover.append(label)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('test.mover', %s, true)", [label])
            return function(*args, **kwargs)
        finally:
            _mover.clear()

    return called


def observed() -> set[Move]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT what, was, becomes, mover FROM moves")
        return set(cursor.fetchall())


def live_through_everything(fakes: Any, settings: Any) -> None:
    """Every way that a render can go, once."""
    settings.RENDERHUB_CHAINS |= {"tts": ["fake", "second"]}
    due = timezone.now() + timedelta(hours=9)
    pipeline.ask("in place " * 60)
    pipeline.run_in_place(take())
    while (claimed := take()) is not None:
        pipeline.run_in_place(claimed)

    well = pipeline.ask("well " * 60)
    pipeline.run_all()
    rerender(well.pk)
    renders.cancel(well.pk)
    rerender(well.pk)
    pipeline.run_one()
    renders.cancel(well.pk)
    rerender(well.pk)
    pipeline.run_all()

    pipeline.ask("passed by " * 60)
    steps.skip_provider(take(), "second", "cpu", "it is down")
    steps.park(take(), clock.now() + timedelta(hours=1), "nobody can be asked")
    rescue.wake_waiting(["script_gen"])
    Slot.objects.create(provider="second", number=1)
    steps.park(take(), clock.now() + timedelta(hours=1), "its calls are under way", wants_slot=True)
    slots.wake_for_slots("second", 1)
    pipeline.run_all()

    fakes.plan |= {"script_gen": [error(ErrorCode.TIMEOUT)], "tts": [error(ErrorCode.NOT_FOUND)]}
    bumpy = pipeline.ask("bumpy " * 60)
    steps.hand_back(take())
    pipeline.run_one()
    recovery.tick()
    let_pass(60)
    recovery.tick()
    take()
    let_pass(60)
    recovery.tick()
    pipeline.run_one()
    steps.leave_pending(take(Stage.MANIM), "job", clock.now())
    pipeline.take(Stage.TTS)
    fakes.plan["manim"] = [error(ErrorCode.TIMEOUT)]
    pipeline.run(take(Stage.MANIM))
    failing.fail(take(Stage.TTS), error(ErrorCode.RATE_LIMITED).error, "busy", requeue_at=clock.now())
    renders.cancel(bumpy.pk)

    for text in ("held", "stopped while held"):
        fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)] * 2
        held = pipeline.ask(f"{text} " * 40, due_at=due)
        pipeline.run_all()
        if text == "held":
            let_pass(9 * 3_600)
            recovery.tick()
            pipeline.run_all()
        else:
            renders.cancel(held.pk)

    for requeue_at in (clock.now(), None):
        for stage in (Stage.SCRIPT_GEN, Stage.TTS):
            slow = pipeline.ask(f"slow {stage} {requeue_at} " * 20)
            if stage is Stage.TTS:
                pipeline.run_one()
                fakes.plan["tts"] = [error(ErrorCode.TIMEOUT)]
                pipeline.run(take(Stage.TTS))
                take(Stage.MANIM)
            failing.fail_render(slow.pk, 1, stage, error(ErrorCode.TIMEOUT).error, "slow", requeue_at=requeue_at)
            let_pass(1)
            recovery.tick()
            if requeue_at is not None:
                pipeline.run_all()

    for code in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_INPUT):
        fakes.plan["script_gen"] = [error(code)]
        failing_one = pipeline.ask(f"{code} " * 60)
        pipeline.run_one()
        if code is ErrorCode.INVALID_INPUT:
            rerender(failing_one.pk)
            pipeline.run_all()
        else:
            renders.cancel(failing_one.pk)
    requeued_beside_a_running_one(fakes)
    pipeline.ask("the last one is missing " * 20)
    fakes.plan["manim"] = [error(ErrorCode.INVALID_INPUT)] * 2
    pipeline.run_all()


def requeued_beside_a_running_one(fakes: Any) -> None:
    """A render is queued again while steps of it are still at work, and one of those fails in turn: for good."""
    for requeue_at in (clock.now(), None):
        render = pipeline.ask(f"beside {requeue_at} " * 30)
        pipeline.run_one()
        first, second = take(Stage.TTS), take(Stage.TTS)
        steps.leave_pending(take(Stage.MANIM), "job", clock.now() + timedelta(hours=1))
        take(Stage.MANIM)
        limited = error(ErrorCode.RATE_LIMITED).error
        failing.fail(first, limited, "busy", requeue_at=clock.now())
        recovery.tick()
        assert Render.objects.get(pk=render.pk).status == "queued"
        failing.fail(second, limited, "busy", requeue_at=requeue_at)
        if requeue_at is not None:
            renders.cancel(render.pk)


@pytest.mark.django_db
def test_every_move_that_is_made_is_in_the_tables_and_every_move_in_the_tables_is_made(
    watched: None, fakes: Any, settings: Any
) -> None:
    live_through_everything(fakes, settings)
    made = {(what, was, becomes) for what, was, becomes, _ in observed() if was}
    allowed = {("render", a, b) for a, targets in RENDER_MOVES.items() for b in targets}
    allowed |= {("step", a, b) for a, targets in STEP_MOVES.items() for b in targets}
    assert {(what, str(a), str(b)) for what, a, b in allowed} == made


@pytest.mark.django_db
def test_the_page_draws_every_move_with_the_function_that_makes_it(watched: None, fakes: Any, settings: Any) -> None:
    live_through_everything(fakes, settings)
    made = observed()
    assert drawn() - made == set(), "drawn, and made by nobody"
    assert made - drawn() == set(), "made, and not drawn"


def drawn() -> set[Move]:
    """The rows of the page's tables: `| from | to | function | who calls it, and why |`."""
    found: set[Move] = set()
    for what, section in re.findall(r"^## A (render|step)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.S | re.M):
        for was, becomes, movers in re.findall(r"^\|([\w` ,]*)\| `(\w+)` \| ([^|]+) \|", section, re.M):
            for source in re.findall(r"`(\w+)`", was) or [""]:
                found |= {(what, source, becomes, mover) for mover in re.findall(r"`([\w.]+)`", movers)}
    return found


def test_the_diagrams_show_the_moves_of_the_tables() -> None:
    diagrams = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", PAGE.read_text(), re.S)
    assert len(diagrams) == 2
    for diagram, table in zip(diagrams, (RENDER_MOVES, STEP_MOVES), strict=True):
        arrows = set(re.findall(r"^ +(\w+) --> (\w+)", diagram, re.M))
        assert arrows == {(a.value, b.value) for a, targets in table.items() for b in targets}


def test_nobody_else_writes_a_status() -> None:
    """I5: by the word, in the whole code: no assignment, update or SQL that sets one outside the transitions."""
    root = Path(renders.__file__).parents[3]
    writes = re.compile(r"\.update\([^)]*\bstatus=|\bSET status\b|\b(?:step|render)\.status\s*=[^=]")
    found = [
        str(path.relative_to(root))
        for app in ("renders", "alerts", "monitoring", "renderhub")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts and "transitions" not in path.parts and writes.search(path.read_text())
    ]
    assert found == []


def test_every_function_that_is_drawn_is_a_transition() -> None:
    for _, _, _, mover in drawn():
        module, _, name = mover.partition(".")
        assert callable(getattr(MODULES[module], name)), mover
