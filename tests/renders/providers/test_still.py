from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from renders.domain.errors import ErrorCode
from renders.domain.outcomes import Err, Ok
from renders.domain.script import Role, SceneKind, Segment
from renders.providers.base import Request
from renders.providers.still import Still

SEGMENT = Segment(
    id="s2",
    role=Role.ITEM,
    narration="The Ganga is about 2,525 kilometres long.",
    headline="The Ganga feeds millions",
    scene=SceneKind.FIGURE,
    data={"headline": "The Ganga feeds millions", "value": "2,525", "unit": "km", "source": "Day in Hindi"},
)


def request(workdir: Path, **changes: Any) -> Request:
    payload = {
        "segment": SEGMENT.to_json(),
        "index": 1,
        "count": 6,
        "width": 640,
        "height": 360,
        "fps": 30,
        "theme": "ink",
        "language": "en",
        **changes,
    }
    return Request("manim", payload, workdir, seconds=30)


def refused_fields(outcome: object) -> set[str]:
    assert isinstance(outcome, Err), outcome
    assert outcome.error.code is ErrorCode.INVALID_INPUT
    assert outcome.error.user_action_required
    return set(outcome.error.context["fields"])


def test_it_makes_a_picture_of_exactly_the_size_asked_for(tmp_path: Path) -> None:
    outcome = Still().submit(request(tmp_path), "key")
    assert isinstance(outcome, Ok)
    assert outcome.result == {"kind": "image", "alt": "The Ganga feeds millions. 2,525 km. Day in Hindi."}
    assert outcome.files["image"].parent == tmp_path
    with Image.open(outcome.files["image"]) as picture:
        assert (picture.size, picture.format) == ((640, 360), "PNG")


def test_what_had_to_be_shortened_is_in_the_result(tmp_path: Path) -> None:
    segment = {**SEGMENT.to_json(), "data": {"headline": "very long " * 30, "value": "1"}}
    outcome = Still().submit(request(tmp_path, segment=segment), "key")
    assert isinstance(outcome, Ok)
    assert outcome.result["notes"][0].startswith("shortened: very long")
    json.dumps(outcome.result)


@pytest.mark.parametrize(
    "changes",
    [
        {"scene": "hologram"},
        {"scene": None},
        {"data": None},
        {"data": ["a list"]},
        {"data": {"headline": ["not", "a text"], "value": {}}},
        {"id": 7},
    ],
)
def test_malformed_data_is_shown_as_far_as_it_goes(changes: dict[str, Any], tmp_path: Path) -> None:
    outcome = Still().submit(request(tmp_path, segment={**SEGMENT.to_json(), **changes}), "key")
    assert isinstance(outcome, Ok)
    assert "The Ganga feeds millions" in outcome.result["alt"]


@pytest.mark.parametrize(
    "changes", [{"index": None}, {"count": "six"}, {"index": 9}, {"count": 10**9}, {"language": 3}]
)
def test_a_place_in_the_row_that_makes_no_sense_costs_only_the_progress_line(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    assert isinstance(Still().submit(request(tmp_path, **changes), "key"), Ok)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"segment": None}, {"segment"}),
        ({"width": 0, "height": 10**6}, {"width", "height"}),
        ({"width": "640"}, {"width"}),
        ({"width": True}, {"width"}),
        ({"theme": "../../etc"}, {"theme"}),
        ({"theme": ["ink"]}, {"theme"}),
        ({"segment": {"headline": "東京", "scene": "bullets", "data": {}}}, {"segment.headline"}),
        ({"segment": {}}, {"segment.headline"}),
    ],
)
def test_what_cannot_be_drawn_is_refused_field_by_field(
    changes: dict[str, Any], fields: set[str], tmp_path: Path
) -> None:
    assert refused_fields(Still().submit(request(tmp_path, **changes), "key")) == fields
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_failure_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be made")
    outcome = Still().submit(request(tmp_path / "file" / "gone"), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.PROVIDER_FAILURE
    assert "may be written" in outcome.error.what_to_do


def test_a_cancelled_request_is_not_drawn(tmp_path: Path) -> None:
    asked = request(tmp_path)
    asked.cancelled.set()
    assert isinstance(Still().submit(asked, "key"), Err)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_foresaw_is_kept_as_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr("renders.look.order.compose", break_down)
    outcome = Still().submit(request(tmp_path), "key")
    assert isinstance(outcome, Err)
    assert outcome.error.code is ErrorCode.UNKNOWN
    assert "surprise" in outcome.error.context["stack"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(segment=anything, size=anything, theme=anything)
def test_it_never_raises(segment: Any, size: Any, theme: Any, tmp_path: Path) -> None:
    outcome = Still().submit(request(tmp_path, segment=segment, width=size, theme=theme), "key")
    assert isinstance(outcome, Ok | Err)
