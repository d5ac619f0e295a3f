"""What is made is got ready for the composer at once, on the worker that made it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from renderhub.lib.child import ChildTimeout
from renders.media.h264 import JoinError
from renders.models import Render
from renders.providers.base import Request
from tests.support import pipeline
from tests.support.providers import Fake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fakes")]
HERE = "tests.renders.pipeline.test_early"


class Ready(Fake):
    name = "ready"
    asked: ClassVar[list[Request]] = []

    def prepare(self, request: Request) -> None:
        self.asked.append(request)


class Late(Ready):
    name = "late"
    problem: Exception = ChildTimeout()

    def prepare(self, request: Request) -> None:
        super().prepare(request)
        raise self.problem


@pytest.fixture
def ready(settings: Any) -> list[Request]:
    settings.RENDERHUB_PROVIDERS |= {
        "ready": (f"{HERE}.Ready", "cpu", 1),
        "late": (f"{HERE}.Late", "cpu", 1),
        "elsewhere": (f"{HERE}.Ready", "io", 1),
    }
    settings.RENDERHUB_CHAINS |= {"revideo": ["ready"]}
    Ready.asked.clear()
    return Ready.asked


def test_each_asset_is_got_ready_in_the_video_s_own_form(ready: list[Request]) -> None:
    pipeline.ask(aspect_ratio="9:16", theme="paper")
    pipeline.run_all()
    assert len(ready) == 4
    assert {tuple(request.payload.items()) for request in ready} == {
        (("width", 1080), ("height", 1920), ("theme", "paper"))
    }
    assert all(path.is_file() for request in ready for path in request.files.values())


@pytest.mark.parametrize("problem", [ChildTimeout(), OSError("no space"), JoinError("other parameters")])
def test_what_cannot_be_got_ready_is_left_to_the_composition(
    problem: Exception, ready: list[Request], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Late, "problem", problem)
    settings.RENDERHUB_CHAINS |= {"revideo": ["late"]}
    render = pipeline.ask()
    pipeline.run_all()
    assert ready
    assert Render.objects.get(pk=render.pk).status == "completed"


def test_a_composer_on_other_machines_gets_ready_itself(ready: list[Request], settings: Any) -> None:
    settings.RENDERHUB_CHAINS |= {"revideo": ["elsewhere"]}
    pipeline.ask()
    pipeline.run_all()
    assert ready == []
    assert pipeline.run_one("io") is not None
