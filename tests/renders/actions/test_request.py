"""Every front door comes through here: what is refused, what is stored, who shares a render (R4, R5, R8)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from renders.actions import request as action
from renders.actions.request import RequestRefused, Wish, request
from renders.domain.errors import ErrorCode
from renders.domain.job import NewsItem
from renders.models import Render, Step
from renders.pipeline import recovery
from renders.pipeline.transitions import renders
from renders.pipeline.transitions.steps import Freed
from tests.support import pipeline
from tests.support.providers import error

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]

WISH = Wish(job_type="topic_short", input_text="word " * 60)
ITEM = NewsItem("Title", "Text of the item.")


def refused(wish: Wish) -> dict[str, str]:
    workspace = pipeline.workspace()
    turns = workspace.turns
    before = pipeline.snapshot()
    with pytest.raises(RequestRefused) as raised:
        request(workspace, wish)
    assert pipeline.snapshot() == before, "nothing is stored"
    workspace.refresh_from_db()
    assert workspace.turns == turns, "no turn is taken"
    return raised.value.fields


class TestRefused:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("job_type", "film"),
            ("job_type", ""),
            ("style", "verbose"),
            ("voice", "robot"),
            ("aspect_ratio", "4:3"),
            ("priority", "urgent"),
            ("theme", "neon"),
            ("theme", "x" * 50),
            ("length", 61),
            ("length", 0),
            ("length", -60),
            ("length", "60"),
            ("length", None),
            ("language", "xx"),
            ("language", "en; DROP TABLE"),
        ],
    )
    def test_what_is_not_on_offer_is_refused_by_its_field(self, field: str, value: Any) -> None:
        fields = refused(replace(WISH, **{field: value}))
        assert list(fields) == [field]
        assert "choose one of" in fields[field]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "empty"),
            (" \n\t ", "empty"),
            ("x" * 20_001, "at most 20000"),
            ("word " * 60 + "\x00", "NUL"),
            ("word " * 60 + "\ud800", "surrogate"),
        ],
    )
    def test_input_that_cannot_be_used_is_refused(self, text: str, why: str) -> None:
        assert why in refused(replace(WISH, input_text=text))["input"]

    def test_the_longest_input_is_taken(self) -> None:
        assert request(pipeline.workspace(), replace(WISH, input_text="word " * 4_000)).created

    @pytest.mark.parametrize("bad", ["a\x00", "a\ud800"])
    def test_names_and_items_that_are_no_text_are_refused(self, bad: str) -> None:
        assert "input" in refused(replace(WISH, name=bad))
        daily = replace(WISH, job_type="daily_ca", items=(ITEM, replace(ITEM, source=bad)))
        assert "input" in refused(daily)

    @pytest.mark.parametrize(
        ("items", "why"),
        [
            ((ITEM,) * 21, "21 items; at most 20"),
            ((ITEM, replace(ITEM, text="x" * 5_000_000)), "Item 2: its text has 5000000 characters; at most 20000"),
            ((replace(ITEM, title="x" * 2_001),), "its title has 2001 characters; at most 2000"),
            ((replace(ITEM, url="https://e.org/" + "x" * 2_000),), "its url has"),
        ],
    )
    @pytest.mark.parametrize("job_type", ["daily_ca", "topic_short"])
    def test_items_of_any_size_are_refused(self, items: tuple[NewsItem, ...], why: str, job_type: str) -> None:
        assert why in refused(replace(WISH, job_type=job_type, items=items))["input"]

    def test_all_that_is_wrong_is_said_at_once(self) -> None:
        assert set(refused(Wish(job_type="film", length=7, voice="x"))) == {"job_type", "length", "voice", "input"}

    def test_a_day_without_items_is_refused(self) -> None:
        assert "at least one item" in refused(Wish(job_type="daily_ca"))["input"]

    @pytest.mark.parametrize(("kind", "text"), [("doubt", "word " * 60), ("topic_short", "Why is the sky blue?")])
    def test_what_needs_a_chat_provider_is_refused_where_none_is_configured(
        self, kind: str, text: str, settings: Any
    ) -> None:
        wish = replace(WISH, job_type=kind, input_text=text)
        assert request(pipeline.workspace(), wish).created, "the fake may be such a provider"
        settings.RENDERHUB_CHAINS |= {"script_gen": ["extractive"]}
        other = replace(wish, input_text=text + " Please.")
        assert "needs a chat provider" in refused(other)["input"]


class TestStored:
    def test_a_render_is_queued_with_the_steps_of_its_first_run(self, bells: list[Freed]) -> None:
        answer = request(pipeline.workspace(), WISH)
        assert answer.created
        render = answer.render
        assert (render.status, render.run, render.retry_count) == ("queued", 1, 0)
        steps = list(Step.objects.filter(render=render).values_list("stage", "status", "waits"))
        assert steps == [("script_gen", "due", 0), ("revideo", "waiting", 1), ("upload", "waiting", 1)]
        assert set(Step.objects.values_list("rank", flat=True)) == {render.rank}
        pipeline.check_care()

    @pytest.mark.django_db(transaction=True)
    def test_the_bell_is_rung_once_it_can_be_found(self, bells: list[Freed]) -> None:
        from django.db import transaction

        with transaction.atomic():
            request(pipeline.workspace(), WISH)
            assert bells == []
        assert bells == [Freed("script_gen", "cpu")]

    def test_the_first_line_is_the_name_where_none_is_given(self) -> None:
        titled = replace(WISH, input_text="# A title\n" + "word " * 60)
        assert request(pipeline.workspace(), titled).render.name == "A title"
        assert len(request(pipeline.workspace(), replace(WISH, name="n" * 500)).render.name) == 200

    def test_each_request_takes_a_turn_of_its_workspace(self) -> None:
        ranks = [pipeline.ask(f"{number} " * 60).rank for number in range(3)]
        assert [round(b - a) for a, b in itertools.pairwise(ranks)] == [60, 60]


class TestTwins:
    def end(self, render: Render, how: str, fakes: Any) -> None:
        match how:
            case "completed":
                pipeline.run_all()
            case "cancelled":
                renders.cancel(render.pk)
            case "failed for good":
                fakes.plan["script_gen"] = [error(ErrorCode.INVALID_INPUT)]
                pipeline.run_all()

    @pytest.mark.parametrize("state", ["queued", "processing", "held", "waiting for its requeue", "requeued"])
    def test_a_twin_joins_the_render_that_is_open(self, state: str, fakes: Any) -> None:
        first = request(pipeline.workspace(), WISH).render
        if state == "processing":
            pipeline.take()
        if state == "held":
            fakes.plan["tts"] = [error(ErrorCode.INVALID_INPUT)]
            pipeline.run_all()
        if state in ("waiting for its requeue", "requeued"):
            fakes.plan["script_gen"] = [error(ErrorCode.NOT_FOUND)]
            pipeline.run_all()
        if state == "requeued":
            pipeline.let_pass(300)
            recovery.tick()
        before = pipeline.snapshot()
        answer = request(pipeline.workspace(), replace(WISH, name="another name", priority="high"))
        assert (answer.created, answer.render.pk) == (False, first.pk)
        assert pipeline.snapshot() == before

    @pytest.mark.parametrize("how", ["completed", "cancelled", "failed for good"])
    def test_what_is_over_is_not_joined(self, how: str, fakes: Any) -> None:
        first = request(pipeline.workspace(), WISH).render
        self.end(first, how, fakes)
        answer = request(pipeline.workspace(), WISH)
        assert answer.created
        assert answer.render.pk != first.pk

    def test_the_open_one_is_joined_and_not_the_newest(self, fakes: Any) -> None:
        """An older render that is made anew is open again, while a newer twin of it was cancelled."""
        from renders.actions.rerender import rerender

        older = request(pipeline.workspace(), WISH).render
        self.end(older, "failed for good", fakes)
        newer = request(pipeline.workspace(), WISH).render
        self.end(newer, "cancelled", fakes)
        rerender(older.pk)
        answer = request(pipeline.workspace(), WISH)
        assert (answer.created, answer.render.pk) == (False, older.pk)

    @pytest.mark.parametrize(
        "different",
        [
            {"job_type": "doubt"},
            {"input_text": "other " * 60},
            {"style": "concise"},
            {"length": 120},
            {"voice": "male"},
            {"language": "hi"},
            {"aspect_ratio": "9:16"},
            {"target_date": date(2026, 1, 1)},
            {"items": (ITEM,)},
        ],
    )
    def test_whoever_wants_something_else_gets_a_render_of_their_own(self, different: dict[str, Any]) -> None:
        request(pipeline.workspace(), WISH)
        assert request(pipeline.workspace(), replace(WISH, **different)).created

    def test_another_workspace_gets_a_render_of_its_own(self) -> None:
        request(pipeline.workspace(), WISH)
        assert request(pipeline.workspace("other"), WISH).created

    @pytest.mark.django_db(transaction=True)
    def test_two_who_ask_at_once_share_one_render(self) -> None:
        workspace = pipeline.workspace()
        answers = pipeline.in_threads(*[lambda: request(workspace, WISH)] * 4)
        assert [answer.created for answer in answers].count(True) == 1
        assert len({answer.render.pk for answer in answers}) == 1
        assert Render.objects.count() == 1
        assert Step.objects.count() == 3

    def test_a_twin_that_ends_while_it_is_to_be_joined_leaves_room_for_a_new_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = request(pipeline.workspace(), WISH).render
        real, tries = action._create, []

        def ends_meanwhile(*args: Any) -> None:
            tries.append(1)
            try:
                real(*args)
            except Exception:
                Render.objects.filter(pk=first.pk).update(
                    status="completed", video_url="/v", completed_at=timezone.now()
                )
                raise

        monkeypatch.setattr(action, "_create", ends_meanwhile)
        answer = request(pipeline.workspace(), WISH)
        assert answer.created
        assert len(tries) == 2
