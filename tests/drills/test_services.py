"""The services of a drill: what fails is drawn from what the call is for, and the weather is told by a file."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderhub.lib.logs import about
from renders.domain.draws import draw
from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok
from renders.domain.script import Script
from renders.drills import journal, light, services, weather
from renders.drills.journal import Call
from renders.drills.services import CHAINS, PROVIDERS, SERVICES, Service, ServiceOnIo
from renders.drills.weather import Weather
from renders.pipeline import graph
from renders.providers.base import Request

CALL = Call("light-1", "manim", "s1", "drill", 0, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRILL_FOLDER", str(tmp_path))
    monkeypatch.setattr(services.disturbances, "install", lambda folder: None)
    return tmp_path


def request(folder: Path, stage: str = "script_gen", film: str = "light-1", **more: Any) -> Request:
    payload = {"job": {"name": film}} if stage == "script_gen" else {}
    return Request(stage, payload | more, folder / "7-1", 5.0, cancelled=threading.Event())


def ask(provider: Service, asked: Request, attempt: int = 1, retries: int = 0) -> object:
    with about(attempt=attempt, retries=retries):
        return provider.submit(asked, "key")


def test_a_well_service_answers_with_a_script_that_carries_the_films_name(folder: Path) -> None:
    answer = ask(Service(), request(folder))
    assert isinstance(answer, Ok)
    script = Script.from_json(answer.result["script"])
    assert {segment.headline for segment in script.segments} == {"light-1"}
    assert len(script.segments) == 2


@pytest.mark.parametrize("stage", ["manim", "tts"])
def test_later_stages_know_the_film_by_the_script(stage: str, folder: Path) -> None:
    script = light.script("light-9", 2)
    planned = graph.plan_segments(_job(), script, {}, lambda chain: "drill")
    payload = next(step.payload for step in planned if step.stage == stage)
    with about(attempt=2, retries=1):
        call = services.call_of(replace(request(folder, stage), payload=payload), "drill", folder)
    assert call == Call("light-9", stage, "s1", "drill", 1, 2)


def _job() -> Any:
    from renders.domain.job import Job, JobType

    return Job(JobType.TOPIC_SHORT, "light-9")


def test_each_call_is_noted_before_it_is_answered(folder: Path) -> None:
    provider = ServiceOnIo()
    for attempt in (1, 2):
        ask(provider, request(folder), attempt)
    calls = list(journal.read(folder))
    assert [call.attempt for call in calls] == [1, 2]
    assert len({call.wanted for call in calls}) == 1, "however many calls it takes, one was wanted"
    with (folder / journal.NAME).open("a") as file:
        file.write('{"half": ')
    assert len(list(journal.read(folder))) == 2


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Weather(down=("drill",)), ErrorCode.PROVIDER_FAILURE),
        (Weather(refusing=("drill",)), ErrorCode.SENSITIVE_CONTENT),
        (Weather(fail=1.0), None),
    ],
)
def test_the_weather_decides_what_a_call_meets(told: Weather, code: ErrorCode | None, folder: Path) -> None:
    weather.tell(folder, told)
    assert weather.read(folder) == told
    answer = ask(Service(), request(folder))
    assert isinstance(answer, Err)
    assert code in (None, answer.error.code)
    assert (Service().ping(5) is not None) == bool(told.down)


def test_a_slow_service_runs_out_of_its_stages_time(folder: Path) -> None:
    weather.tell(folder, Weather(slow={"drill": 60.0}))
    asked = request(folder)
    asked.cancelled.set()  # nobody waits in a test
    answer = ask(Service(), asked)
    assert isinstance(answer, Err)
    assert answer.error.code is ErrorCode.TIMEOUT


def test_a_film_that_is_to_be_refused_is_refused_by_all(folder: Path) -> None:
    for provider in (Service(), ServiceOnIo()):
        answer = ask(provider, request(folder, film="refused-1"))
        assert isinstance(answer, Err)
        assert answer.error.user_action_required


@given(st.integers(0, 1000), st.integers(0, 3), st.integers(1, 3))
def test_what_fails_is_the_same_each_time_it_is_drawn(seed: int, requeues: int, attempt: int) -> None:
    call = replace(CALL, requeues=requeues, attempt=attempt)
    assert services.drawn_fault(call, seed, 0.5) == services.drawn_fault(call, seed, 0.5)


def test_one_call_in_five_fails() -> None:
    calls = [replace(CALL, film=f"light-{number}") for number in range(5000)]
    failed = [fault for call in calls if (fault := services.drawn_fault(call, 1, 0.2))]
    assert 0.18 < len(failed) / 5000 < 0.22
    assert len({fault.code for fault in failed}) == 5


@given(st.lists(st.text(), max_size=4))
def test_draws_lie_between_0_and_1_and_tell_words_apart(words: list[str]) -> None:
    assert 0.0 <= draw(*words) < 1.0
    assert draw(*words) == draw(*words)
    assert draw("a", "b") != draw("ab")


def test_draws_are_evenly_spread() -> None:
    drawn = [draw("x", number) for number in range(10_000)]
    for tenth in range(10):
        assert 850 < sum(tenth / 10 <= one < (tenth + 1) / 10 for one in drawn) < 1150


def test_every_chain_names_providers_that_there_are() -> None:
    for chains in (CHAINS, SERVICES):
        names = {name for chain in chains.values() for name in chain.split(",") if name}
        assert names <= set(PROVIDERS)
    assert all(getattr(services, path.rpartition(".")[2]).name == name for name, (path, _) in PROVIDERS.items())
