"""Who asked for a render hears of it: sharing, offering what is made already, asking for it afresh (R4)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from renders.actions import request as action
from renders.actions.request import Wish, request
from renders.models import Render, RenderRequest, User
from renders.pipeline.transitions import renders
from tests.support import pipeline
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]
WISH = Wish(job_type="topic_short", input_text="word " * 60)


def user(name: str) -> User:
    return User.objects.create_user(name)


def waiting(render: Render) -> list[str]:
    return list(RenderRequest.objects.filter(render=render).values_list("user__username", flat=True))


def test_whoever_asks_is_one_who_waits() -> None:
    answer = request(pipeline.workspace(), WISH, user("asha"))
    assert answer.created
    assert waiting(answer.render) == ["asha"]


def test_whoever_joins_waits_too_and_once() -> None:
    asha, boris = user("asha"), user("boris")
    first = request(pipeline.workspace(), WISH, asha).render
    for _ in range(2):
        joined = request(pipeline.workspace(), WISH, boris)
        assert (joined.created, joined.render) == (False, first)
    assert waiting(first) == ["asha", "boris"]
    assert Render.objects.count() == 1


def test_a_run_that_nobody_asked_for_can_be_joined() -> None:
    daily = request(pipeline.workspace(), WISH).render
    request(pipeline.workspace(), WISH, user("asha"))
    assert waiting(daily) == ["asha"]


def test_what_is_made_already_is_offered() -> None:
    made = request(pipeline.workspace(), WISH, user("asha")).render
    pipeline.run_all()
    offered = request(pipeline.workspace(), WISH, user("boris"))
    assert (offered.created, offered.render.pk, offered.render.status) == (False, made.pk, "completed")
    assert waiting(made) == ["asha"], "nothing is to come that the other could hear of"


def test_the_newest_of_what_is_made_is_offered() -> None:
    asha = user("asha")
    request(pipeline.workspace(), WISH, asha)
    pipeline.run_all()
    newer = request(pipeline.workspace(), WISH, asha, fresh=True).render
    pipeline.run_all()
    assert request(pipeline.workspace(), WISH, asha).render.pk == newer.pk


def test_who_wants_it_fresh_gets_a_new_one() -> None:
    asha = user("asha")
    made = request(pipeline.workspace(), WISH, asha).render
    pipeline.run_all()
    fresh = request(pipeline.workspace(), WISH, asha, fresh=True)
    assert fresh.created
    assert fresh.render.pk != made.pk


def test_even_who_wants_it_fresh_joins_the_one_that_is_on_its_way() -> None:
    first = request(pipeline.workspace(), WISH, user("asha"), fresh=True).render
    assert request(pipeline.workspace(), WISH, user("boris"), fresh=True).render == first


def test_another_workspace_s_video_is_never_offered() -> None:
    asha = user("asha")
    request(pipeline.workspace("other"), WISH, asha)
    pipeline.run_all()
    assert request(pipeline.workspace(), WISH, asha).created


def test_what_was_cancelled_is_not_offered() -> None:
    asha = user("asha")
    renders.cancel(request(pipeline.workspace(), WISH, asha).render.pk)
    assert request(pipeline.workspace(), WISH, asha).created


def test_a_request_that_comes_to_nothing_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between the render and the one who waits for it: neither is there."""

    def die(**_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(action.RenderRequest.objects, "create", die)
    with pytest.raises(MemoryError), transaction.atomic():
        request(pipeline.workspace(), WISH, user("asha"))
    assert not Render.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_share_one_render_and_both_wait() -> None:
    workspace, people = pipeline.workspace(), [user(name) for name in ("asha", "boris", "chen", "dora")]
    answers = pipeline.in_threads(*(lambda one=one: request(workspace, WISH, one) for one in people))
    assert [answer.created for answer in answers].count(True) == 1
    (render,) = Render.objects.all()
    assert sorted(waiting(render)) == ["asha", "boris", "chen", "dora"]


@pytest.mark.django_db(transaction=True)
def test_a_render_does_not_end_while_somebody_is_joining_it() -> None:
    """Its outcome waits until they are noted, so that they hear of it."""
    workspace, boris = pipeline.workspace(), user("boris")
    first = request(workspace, WISH, user("asha")).render
    with transaction.atomic():
        assert request(workspace, WISH, boris).render == first
        worker = threading.Thread(target=pipeline.in_threads, args=(pipeline.run_all,))
        worker.start()
        wait_until(_somebody_waits_for_a_lock, 10, "the worker at the render's row")
        assert Render.objects.get().status == "queued"
    worker.join(30)
    assert Render.objects.get().status == "completed"
    assert waiting(first) == ["asha", "boris"]


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
