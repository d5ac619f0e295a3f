"""Settings of predictions that cannot work are said at start, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from renderhub.lib import env
from renders import checks
from renders.pipeline import chains
from renders.providers.predictions import MODEL, Model, Service
from renders.providers.predictions.image import PredictionImage

GIVEN = {
    "url": "https://api.example.org",
    "key": "r8_key",
    "poll_seconds": 3.0,
    "webhook_secret": "",
    "webhooks": False,
}


@pytest.fixture(autouse=True)
def configured(settings: Any, fakes: Any) -> None:
    settings.RENDERHUB_PREDICTIONS = dict(GIVEN)
    settings.RENDERHUB_PREDICTION_MODELS = {
        kind: {"name": f"acme/{kind}", "input": {}, "smaller": {}} for kind in ("image", "clip", "music")
    }
    settings.RENDERHUB_CHAINS |= {"image": ["prediction_image"], "clip": [], "music": ["prediction_music"]}
    settings.RENDERHUB_GENERATED_VISUALS = None


def said() -> list[tuple[str, str]]:
    problems = [*checks.check_predictions(), *checks.check_visual_chains()]
    return [(str(problem.id), str(problem.msg)) for problem in problems]


def test_what_works_is_not_complained_about() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"url": ""}, "PREDICTIONS_URL is not set."),
        ({"key": ""}, "PREDICTIONS_KEY is not set."),
        ({"url": "", "key": ""}, "PREDICTIONS_URL and PREDICTIONS_KEY are not set."),
    ],
)
def test_a_chain_without_its_service_is_refused_by_the_variables(
    settings: Any, missing: Mapping[str, str], words: str
) -> None:
    settings.RENDERHUB_PREDICTIONS |= missing
    settings.RENDERHUB_CHAINS |= {"music": []}
    assert said() == [("renders.E030", f"A chain names prediction_image, and {words}")]


def test_a_chain_without_its_model_is_refused(settings: Any) -> None:
    settings.RENDERHUB_PREDICTION_MODELS["music"]["name"] = ""
    assert said() == [("renders.E030", "A chain names prediction_music, and PREDICTION_MUSIC_MODEL is not set.")]


def test_what_no_chain_names_needs_nothing(settings: Any) -> None:
    settings.RENDERHUB_PREDICTIONS |= {"url": "", "key": ""}
    settings.RENDERHUB_CHAINS |= {"image": [], "music": []}
    assert said() == []


def test_a_model_of_another_form_is_refused(settings: Any) -> None:
    settings.RENDERHUB_PREDICTION_MODELS["image"]["name"] = "https://replicate.com/acme/image"
    assert [id for id, _ in said()] == ["renders.E031"]


@pytest.mark.parametrize(
    ("name", "path", "version"),
    [
        ("acme/image", "v1/models/acme/image/predictions", ""),
        (f"acme/image:{'a' * 64}", "v1/predictions", "a" * 64),
        ("b" * 64, "v1/predictions", "b" * 64),
    ],
)
def test_models_are_asked_by_name_or_by_version(name: str, path: str, version: str) -> None:
    assert (Model(name).path, Model(name).version) == (path, version)


@pytest.mark.parametrize("name", ["acme", "acme/image/more", "../x", "a b/c", "acme/image?x=1"])
def test_no_other_name_becomes_an_address(name: str) -> None:
    assert MODEL.fullmatch(name) is None
    with pytest.raises(ValueError, match="no"):
        _ = Model(name).path


def test_inputs_that_nobody_fills_in_are_refused(settings: Any) -> None:
    settings.RENDERHUB_PREDICTION_MODELS["image"]["input"] = {"a": "$prompt", "b": "$promt", "c": "$5", "d": "$width"}
    settings.RENDERHUB_PREDICTION_MODELS["music"]["smaller"] = {"x": "$width"}
    assert said() == [
        ("renders.E035", "PREDICTION_IMAGE_INPUT: nothing is known as $promt."),
        ("renders.E035", "PREDICTION_MUSIC_SMALLER: nothing is known as $width."),
    ]


def test_the_key_is_not_shown(settings: Any) -> None:
    assert "r8_secret" not in repr(Service("https://api.example.org", "r8_secret"))


def test_an_address_of_another_kind_and_a_secret_that_is_none_are_refused(settings: Any) -> None:
    settings.RENDERHUB_PREDICTIONS |= {"url": "api.example.org", "webhook_secret": "hush"}
    assert [id for id, _ in said()] == ["renders.E032", "renders.E033"]


def test_pictures_that_nobody_can_make_are_refused(settings: Any) -> None:
    settings.RENDERHUB_GENERATED_VISUALS = {"image": 1, "clip": 1}
    assert said() == [
        ("renders.E034", "GENERATED_VISUALS asks for clips, and CLIP_CHAIN is empty: nothing can make them.")
    ]


def test_unknown_and_doubled_providers_of_a_wish_are_refused(settings: Any) -> None:
    settings.RENDERHUB_CHAINS |= {"clip": ["prediction_clap", "prediction_clap"]}
    assert [id for id, _ in said()] == ["renders.E002", "renders.E002", "renders.E005"]


def test_the_provider_is_made_from_its_settings(settings: Any) -> None:
    chains.provider.cache_clear()
    assert isinstance(chains.provider("prediction_image"), PredictionImage)
    chains.provider.cache_clear()


def test_inputs_are_json_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INPUT", '{"steps": 4, "prompt": "$prompt"}')
    assert env.mapping("INPUT", {}) == {"steps": 4, "prompt": "$prompt"}
    monkeypatch.delenv("INPUT")
    assert env.mapping("INPUT", {"a": 1}) == {"a": 1}


@pytest.mark.parametrize("value", ["[1]", "{", "null", "4"])
def test_other_json_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("INPUT", value)
    with pytest.raises(env.SettingMalformed, match="INPUT"):
        env.mapping("INPUT", {})


def test_counts_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.counts("WANTED", ("image", "clip")) is None
    monkeypatch.setenv("WANTED", "image:2, clip:1")
    assert env.counts("WANTED", ("image", "clip")) == {"image": 2, "clip": 1}
    monkeypatch.setenv("WANTED", "clip:3")
    assert env.counts("WANTED", ("image", "clip")) == {"image": 0, "clip": 3}


@pytest.mark.parametrize("value", ["image", "image:-1", "image:two", "film:1", "image:1,,"])
def test_other_counts_are_refused_by_their_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WANTED", value)
    with pytest.raises(env.SettingMalformed, match="WANTED"):
        env.counts("WANTED", ("image", "clip"))
