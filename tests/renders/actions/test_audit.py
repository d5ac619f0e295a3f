"""Who did what, when, on what (R65)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from renders.actions import audit
from renders.actions.audit import What
from renders.actions.cancel import cancel
from renders.models import Render, User
from tests.support import pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]


@pytest.fixture
def operator() -> User:
    return User.objects.create_user("operator", is_staff=True)


def test_a_row_says_who_did_what_on_what(operator: User) -> None:
    render = pipeline.ask(name="Locks")
    audit.record(operator, What.CANCEL, [render], "Cancelled “it”.", operation="one")
    (row,) = audit.of(render)
    assert (row.who, row.what, row.told, row.refused, row.name) == (
        "operator", "cancel", "Cancelled “it”.", False, "Locks",
    )  # fmt: skip


def test_the_command_line_is_a_user_that_nobody_can_be(operator: User) -> None:
    render = pipeline.ask()
    cancel(render.pk)
    (row,) = audit.of(render)
    assert row.who == "command-line"
    user = User.objects.get(username="command-line")
    assert not user.is_active
    assert not user.is_staff
    assert not user.has_usable_password()
    assert audit.command_line() == user


def test_the_act_and_its_row_are_there_together_or_not_at_all(operator: User, monkeypatch: Any) -> None:
    render = pipeline.ask()

    def broken(*args: Any, **more: Any) -> None:
        raise RuntimeError("no room for the row")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        cancel(render.pk, operator)
    assert Render.objects.get().status == "queued"


def test_an_operation_tells_each_thing_once_and_done_before_refused(operator: User) -> None:
    first, second = pipeline.ask("a " * 60), pipeline.ask("b " * 60)
    audit.record(operator, What.CANCEL, [first], "Cancelled.", operation="one")
    audit.record(operator, What.CANCEL, [first, second], "It is cancelled already.", operation="one", refused=True)
    audit.record(operator, What.CANCEL, [second], "Cancelled.", operation="another")
    told = [(row.object_id, row.refused) for row in audit.of_operation("one", operator, Render)]
    assert told == [(str(first.pk), False), (str(second.pk), True)]
    assert audit.of_operation("one", audit.command_line(), Render) == []
    assert audit.of_operation("", operator, Render) == []


def test_rows_of_djangos_own_forms_are_told_in_its_words(operator: User) -> None:
    LogEntry.objects.create(user=operator, action_flag=2, change_message='[{"changed": {"fields": ["Name"]}}]')
    LogEntry.objects.create(user=operator, action_flag=3, change_message="")
    LogEntry.objects.create(user=operator, action_flag=2, change_message="{not JSON")
    assert [audit.read(entry).told for entry in LogEntry.objects.order_by("id")] == [
        "Changed Name.", "Deleted.", "{not JSON",
    ]  # fmt: skip
