"""Whatever a script holds, every composition keeps the rules of the look (LOOK.md, I9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renders.domain.script import SceneKind
from renders.look import INK, PAPER, THEMES, Frame, NotEnough, check, check_pixels, compose
from renders.look.layout import Dot, Layout

FRAMES = (Frame(1920, 1080), Frame(1080, 1920), Frame(1080, 1080))

WORDS = (
    "Soyuz MS-08 lifts off from Baikonur, the crew of three and 2,525 km of river in 1 day NASA’s Space Station "
    "чёрная дыра и новая ракета Юпитер электрификация на орбите в 2018 году 1 500 км "
    "चंद्रयान-3 ने चंद्रमा के दक्षिणी ध्रुव के पास क्षमता 82 गीगावाट द्धू र्कीं हूँ "
    "🚀 👨‍👩‍👧 東京 שלום مرحبا Ẫ́̂ ﷽ x≤5 → ∑ \u202e\u2066 \u0000 % {} <b> $(rm) \\ Donaudampfschifffahrtsgesellschaftskapitän "
    "https://example.org/a/very/long/path/that/never/ends?and=goes&on=1234567890"
).split(" ")
LONG = "An electrical substation near the river " * 12

texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.sampled_from(["", " ", LONG, "क्षत्रिय" * 40, "W" * 300, "🚀" * 9, "é́́́́́́" * 30, "1234567890123456789"]),
    st.text(max_size=40),
)
numbers = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["2,525", "12,5", "82 GW", "-3", "many", "", "1e400", "9" * 400, None, True, 10**400]),
)
junk = st.one_of(st.none(), st.booleans(), texts, numbers, st.lists(texts, max_size=3), st.just({"a": [1]}))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is expected, now and then anything."""
    return st.integers(0, 9).flatmap(lambda chance: junk if chance == 0 else strategy)


sides = st.fixed_dictionaries({"label": maybe(texts), "value": maybe(texts | numbers), "points": maybe(st.lists(texts))})
data = st.fixed_dictionaries(
    {},
    optional={
        "headline": maybe(texts),
        "kicker": maybe(texts),
        "footer": maybe(texts),
        "source": maybe(texts),
        "points": maybe(st.lists(maybe(texts), max_size=6)),
        "value": maybe(texts | numbers),
        "unit": maybe(texts),
        "label": maybe(texts),
        "quote": maybe(texts),
        "speaker": maybe(texts),
        "place": maybe(texts),
        "lat": maybe(st.floats(-95, 95)),
        "lon": maybe(st.floats(-185, 185)),
        "left": maybe(sides),
        "right": maybe(sides),
        "series": maybe(st.lists(st.fixed_dictionaries({"label": maybe(texts), "value": maybe(numbers)}), max_size=12)),
        "events": maybe(st.lists(st.fixed_dictionaries({"when": maybe(texts), "what": maybe(texts)}), max_size=7)),
    },
)


def lay_out(kind: SceneKind, given_data: dict[str, Any], frame: Frame = FRAMES[0], **more: Any) -> Layout:
    return compose(kind, given_data, frame, more.pop("theme", INK), name="s1", index=1, count=6, **more)


@pytest.mark.parametrize("kind", list(SceneKind))
@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=data, language=st.sampled_from(["en", "ru", "hi", "", "xx"]), theme=st.sampled_from(list(THEMES.values())))
def test_no_data_breaks_a_rule_of_the_look(kind: SceneKind, data: dict[str, Any], language: str, theme: Any) -> None:
    for frame in FRAMES:
        layout = lay_out(kind, data, frame, headline="The day", language=language, theme=theme)
        assert check(layout) == [], layout.notes
        assert layout.texts
