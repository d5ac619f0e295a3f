"""What only a chat provider can do: accepted where one is set up, requeued while it fails, and never made up (R8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from renders.models import Render
from renders.pipeline import bell, chains, circuits, lease, recovery
from tests.support import pipeline, services
from tests.support.gateway import says, script
from tests.support.misbehaving import MisbehavingServer, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MisbehavingServer]:
    monkeypatch.setattr(bell, "_ring", lambda freed: None)
    monkeypatch.setattr(lease.keeper, "_start", lambda: None)
    settings.RENDERHUB_PROVIDERS = pipeline.FAKES
    settings.RENDERHUB_CHAINS = {**pipeline.FAKE_CHAINS, "script_gen": ["openai_chat", "extractive"]}
    with MisbehavingServer() as server:
        settings.RENDERHUB_SCRIPT_API = {"url": f"{server.url}/v1", "key": "sk-1234", "model": "model-1"}
        chains.provider.cache_clear()
        circuits.board.forget()
        yield server
    chains.provider.cache_clear()
    circuits.board.forget()


def ask() -> Render:
    from renders.actions.request import Wish, request

    return request(pipeline.workspace(), Wish(job_type="doubt", input_text="Why is the sky blue?")).render


def until_final(render: Render) -> Render:
    for _ in range(40):
        while pipeline.run_one("cpu") or pipeline.run_one("io"):
            pass
        render.refresh_from_db()
        if render.status == "completed" or (render.status == "failed" and render.final):
            break
        services.let_pass(400)
        recovery.tick(believe_leases=True)
    return render


def test_a_question_is_answered_by_the_model(gateway: MisbehavingServer) -> None:
    gateway.does(says(script()))

    render = until_final(ask())

    assert render.status == "completed"
    assert not render.degraded


def test_a_question_that_nobody_answers_is_asked_again_and_in_the_end_says_what_to_do(
    gateway: MisbehavingServer,
) -> None:
    gateway.does(answer(401, {"error": {"code": "invalid_api_key"}}))

    render = until_final(ask())

    assert (render.status, render.final, render.retry_count) == ("failed", True, 3)
    assert "A question needs a chat provider" in render.error_message
    assert "SCRIPT_API_URL" in render.error_remedy
    assert {made.provider for made in pipeline.Attempt.objects.all()} == {"openai_chat", "extractive"}
    assert not pipeline.Asset.objects.exists(), "nothing was made of the question alone"


def test_a_question_goes_on_when_the_model_is_back(gateway: MisbehavingServer) -> None:
    render = ask()
    gateway.does(answer(401, {}), says(script()))

    assert until_final(render).status == "completed"
    assert render.retry_count == 1


def test_a_question_that_is_refused_is_not_asked_again(gateway: MisbehavingServer) -> None:
    gateway.does(says(None, refusal="I will not."))

    render = until_final(ask())

    assert (render.status, render.final, render.retry_count) == ("failed", True, 0)
    assert len(gateway.asked) == 1


def test_a_long_topic_is_told_without_the_model_and_says_so(gateway: MisbehavingServer) -> None:
    gateway.does(answer(402))
    text = "\n\n".join(
        f"The river {name} rises in the mountains and flows for many miles to the sea. It carries sand and silt with "
        f"it, which settle where the water is slow. People have lived along the {name} for thousands of years, because "
        "its floods left fertile soil behind. Today dams hold the water back, and the fields are watered by canals."
        for name in ("Alpha", "Beta", "Gamma", "Delta")
    )
    render = until_final(pipeline.ask(text))

    assert render.status == "completed"
    assert "openai_chat" in str(render.degraded)


@pytest.mark.parametrize("missing", ["url", "key", "model"])
def test_a_chat_provider_that_is_not_set_up_is_none(gateway: MisbehavingServer, settings, missing: str) -> None:
    from renders.actions.request import RequestRefused

    settings.RENDERHUB_SCRIPT_API = {**settings.RENDERHUB_SCRIPT_API, missing: ""}

    with pytest.raises(RequestRefused, match="needs a chat provider"):
        ask()
