"""What the engines take and refuse, field by field, before anything is started for it."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.domain.timeline import Material
from renders.serving.compose import ComposeEngine
from renders.serving.manim import ManimEngine
from renders.serving.refused import Refused
from tests.renders.providers.test_composer import STILLS, timeline
from tests.support.scene_data import SCENE_DATA

HOST = "renders.example"
SCENE = {
    "scene": {"kind": "bullets", "data": {**SCENE_DATA, "narration": "Words.", "language": "en"}},
    "width": 640,
    "height": 360,
    "fps": 30,
    "duration": 5.5,
    "theme": "ink",
}
NAMES = [*(f"visual-s{at}" for at in (1, 2, 3)), *(f"narration-s{at}" for at in (1, 2, 3))]
ASKED = {
    "timeline": timeline(STILLS).to_json(),
    "width": 640,
    "height": 360,
    "fps": 30,
    "captions": True,
    "assets": {name: f"https://{HOST}/media/{name}?x=1" for name in NAMES},
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> ComposeEngine:
    return ComposeEngine(tmp_path_factory.mktemp("cache"), 1_000_000, [HOST])


def refused(engine: Any, asked: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        engine.read(asked)
    assert caught.value.status == 422
    return caught.value.fields


def test_a_scene_is_what_the_local_engine_takes() -> None:
    order = ManimEngine(1).read(SCENE)
    assert order["segment"]["scene"] == "bullets"
    assert order["segment"]["narration"] == "Words."
    assert order["segment"]["seconds"] == 5.5
    assert (order["width"], order["height"], order["fps"], order["language"]) == (640, 360, 30, "en")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("width", 641, "width"),
        ("width", "640", "width"),
        ("height", 100_000, "height"),
        ("fps", True, "fps"),
        ("duration", -1, "duration"),
        ("duration", float("nan"), "duration"),
        ("scene", None, "scene"),
        ("scene", {"kind": "explosion", "data": {}}, "scene.kind"),
        ("scene", {"kind": ["bullets"], "data": {}}, "scene.kind"),
        ("scene", {"kind": "bullets"}, "scene.data"),
    ],
)
def test_a_scene_that_is_none_is_refused_by_field(field: str, value: object, told: str) -> None:
    assert told in refused(ManimEngine(1), {**SCENE, field: value})


def test_a_timeline_keeps_its_form_and_takes_the_size_that_is_asked_for(compose: ComposeEngine) -> None:
    order = compose.read(ASKED)
    assert (order.timeline.width, order.timeline.height, order.timeline.burn_captions) == (640, 360, True)
    assert order.timeline.tracks.visuals == timeline(STILLS).tracks.visuals
    assert sorted(order.assets) == sorted(NAMES)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"timeline": None}, "timeline"),
        ({"timeline": {"version": 1}}, "timeline"),
        ({"width": 0}, "width"),
        ({"fps": 25}, "fps"),
        ({"captions": "yes"}, "captions"),
        ({"assets": None}, "assets"),
        ({"assets": {}}, "assets.visual-s1"),
    ],
)
def test_a_composition_that_is_none_is_refused_by_field(compose: ComposeEngine, change: Any, told: str) -> None:
    assert told in refused(compose, {**ASKED, **change})


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "http://renders.example.evil.org/x",
        "http://evil.org/?renders.example",
        "http://[::1",
        "x" * 3000,
        7,
    ],
)
def test_assets_are_fetched_from_hosts_that_the_operator_listed(compose: ComposeEngine, address: object) -> None:
    asked = copy.deepcopy(ASKED)
    asked["assets"]["narration-s2"] = address
    assert list(refused(compose, asked)) == ["assets.narration-s2"]


def test_a_timeline_without_assets_needs_no_addresses(compose: ComposeEngine) -> None:
    bare = timeline({"s1": Material()}, voices=False, count=1).to_json()
    assert compose.read({**ASKED, "timeline": bare, "assets": None}).assets == {}


@given(asked=st.dictionaries(st.sampled_from([*ASKED, *SCENE]), json_values))
def test_whatever_is_asked_is_an_order_or_refused(compose: ComposeEngine, asked: dict[str, Any]) -> None:
    for engine, good in ((compose, ASKED), (ManimEngine(1), SCENE)):
        for one in (asked, {**good, **asked}):
            with contextlib.suppress(Refused):
                assert engine.read(one)
