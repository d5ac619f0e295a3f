"""The tables of moves, looked at by themselves. That the transitions keep to them: pipeline/test_lifecycle.py."""

from __future__ import annotations

from enum import StrEnum

import pytest

from renders.domain import states
from renders.domain.states import RENDER_MOVES, STEP_MOVES, MoveRefused, RenderStatus, StepStatus


@pytest.mark.parametrize(("table", "kind"), [(RENDER_MOVES, RenderStatus), (STEP_MOVES, StepStatus)])
def test_every_state_is_in_the_table_and_none_moves_to_itself(
    table: dict[StrEnum, frozenset[StrEnum]], kind: type[StrEnum]
) -> None:
    assert set(table) == set(kind)
    assert all(source not in targets for source, targets in table.items())


def test_what_is_published_or_stored_is_not_moved_on_by_itself() -> None:
    assert RENDER_MOVES[RenderStatus.COMPLETED] == {RenderStatus.QUEUED}, "only a new run (R62)"
    assert STEP_MOVES[StepStatus.DONE] == frozenset(), "what is stored is not made again (I3)"


def test_a_render_is_completed_and_held_from_processing_only() -> None:
    assert states.sources_of(RenderStatus.COMPLETED) == (RenderStatus.PROCESSING,)
    assert states.sources_of(RenderStatus.HELD) == (RenderStatus.PROCESSING,)


def test_every_open_state_can_be_cancelled() -> None:
    assert set(states.sources_of(RenderStatus.CANCELLED)) == states.OPEN_RENDERS | {RenderStatus.FAILED}


def test_a_refused_move_says_what_and_why() -> None:
    refused = MoveRefused("The render", "completed", "cancelled")
    assert str(refused) == "The render is completed; it cannot become cancelled."
