"""Whatever a script holds, every composition keeps the rules of the look (LOOK.md, I9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renders.domain.script import SceneKind
from renders.look import INK, PAPER, THEMES, Frame, NotEnough, check, check_pixels, compose
from renders.look.layout import Dot, Layout
from tests.support.scene_data import SCENE_DATA

FRAMES = (Frame(1920, 1080), Frame(1080, 1920), Frame(1080, 1080))

WORDS = [
    *["Soyuz", "MS-08", "lifts", "off", "from", "Baikonur,", "the", "crew", "of", "three", "and", "NASA’s", "Station"],
    *[
        "2,525",
        "km",
        "1",
        "500",
        "2018",
        "82",
        "чёрная",
        "дыра",
        "и",
        "новая",
        "ракета",
        "Юпитер",
        "электрификация",
        "в",
    ],
    *["चंद्रयान-3", "ने", "चंद्रमा", "के", "दक्षिणी", "ध्रुव", "पास", "गीगावाट", "द्धू", "र्कीं", "हूँ", "J"],
    *["🚀", "👨\u200d👩", "東京", "שלום", "مرحبا", "Ẫ́̂", "﷽", "x≤5", "→", "∑", "\u202e\u2066", "\x00"],
    *["%", "{}", "<b>", "$(rm)", "\\", "Donaudampfschifffahrtsgesellschaftskapitän"],
    "https://example.org/a/very/long/path/that/never/ends?and=goes&on=1234567890",
]
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


sides = st.fixed_dictionaries(
    {"label": maybe(texts), "value": maybe(texts | numbers), "points": maybe(st.lists(texts))}
)
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


FULL: dict[str, Any] = {**SCENE_DATA, "points": [*SCENE_DATA["points"], "A fourth point"]}


@pytest.mark.parametrize("kind", list(SceneKind))
@settings(max_examples=settings.default.max_examples // 8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=data, language=st.sampled_from(["en", "ru", "hi", "", "xx"]), theme=st.sampled_from(list(THEMES.values())))
def test_no_data_breaks_a_rule_of_the_look(kind: SceneKind, data: dict[str, Any], language: str, theme: Any) -> None:
    for frame in FRAMES:
        layout = lay_out(kind, data, frame, headline="The day", language=language, theme=theme)
        assert check(layout) == [], layout.notes
        assert layout.texts


@pytest.mark.parametrize("theme", [INK, PAPER], ids=["ink", "paper"])
@pytest.mark.parametrize("kind", list(SceneKind))
def test_text_is_readable_on_the_pixels_that_are_really_behind_it(kind: SceneKind, theme: Any) -> None:
    frame = FRAMES[list(SceneKind).index(kind) % 3]
    assert check_pixels(lay_out(kind, FULL, frame, theme=theme)) == []


@pytest.mark.parametrize("kind", list(SceneKind))
def test_each_size_is_laid_out_anew(kind: SceneKind) -> None:
    layouts = [lay_out(kind, FULL, frame) for frame in FRAMES]
    assert len({tuple((text.text, text.x, text.baseline) for text in layout.texts) for layout in layouts}) == 3


@pytest.mark.parametrize("kind", list(SceneKind))
def test_everything_that_fits_is_shown_whole(kind: SceneKind) -> None:
    shown = " ".join(text.text for text in lay_out(kind, FULL).texts).replace("\u202f", " ")
    wanted = {
        SceneKind.TITLE_CARD: ["Energy", "3 items"],
        SceneKind.BULLETS: ["One plant in 2014", "Hundreds of plants", "Day in Hindi", "Energy"],
        SceneKind.FIGURE: ["2,525", "km", "length of the Ganga", "Day in Hindi"],
        SceneKind.QUOTE: ["opens itself", "Nancy Grace Roman", "”"],
        SceneKind.CLOSING: ["1", "2", "3", "Hundreds of plants"],
        SceneKind.BAR_CHART: ["Wind", "10", "Solar", "40", "Hydro", "20"],
        SceneKind.LINE_CHART: ["Wind", "Hydro", "20", "0"],
        SceneKind.TIMELINE: ["1961", "Gagarin", "1969", "The Moon"],
        SceneKind.COMPARISON: ["2014", "20 GW", "few", "2024", "80 GW", "many"],
        SceneKind.MAP_PIN: ["Baikonur", "45.9°\u00a0N · 63.3°\u00a0E", "Hundreds of plants"],
    }[kind]
    assert [words for words in wanted if words not in shown] == []
    assert "A fourth point" not in shown


@pytest.mark.parametrize(
    ("kind", "given_data"),
    [
        (SceneKind.LINE_CHART, {"series": [{"value": 0}, {"value": 999_999_999_999.5}]}),
        (SceneKind.LINE_CHART, {"series": [{"value": 5}, {"value": 5}]}),
        (SceneKind.BAR_CHART, {"series": [{"value": 0}, {"value": 0}]}),
        (SceneKind.BULLETS, {"points": ["__0", "J", "_"]}),
        (SceneKind.QUOTE, {"quote": "J of jays"}),
        (SceneKind.BAR_CHART, {"series": [{"value": 0}, *([{"label": "e" + "\u0301" * 180, "value": 0}] * 2)]}),
        (SceneKind.BAR_CHART, {"series": [{"value": 0}, *([{"label": "e\u0301\u0301" * 30, "value": 0}] * 2)]}),
        (SceneKind.TIMELINE, {"events": [{"when": "e\u0301\u0301" * 30, "what": LONG}, {"what": "Soyuz"}] * 3}),
        (SceneKind.TIMELINE, {"events": [{"when": "", "what": "__0"}]}),
    ],
)
def test_what_was_found_once_stays_right(kind: SceneKind, given_data: dict[str, Any]) -> None:
    for frame in FRAMES:
        assert check(lay_out(kind, given_data, frame, headline="Head")) == []


def test_bars_are_as_long_as_their_values_from_zero() -> None:
    for frame in FRAMES:
        bars = [
            shape for shape in lay_out(SceneKind.BAR_CHART, FULL, frame).shapes if shape.colour in (INK.bar, INK.accent)
        ]
        boxes = [bar.bounds for bar in bars][:3]
        lengths = [max(box[3] - box[1], box[2] - box[0]) if frame.is_tall else box[3] - box[1] for box in boxes]
        assert lengths[1] == pytest.approx(4 * lengths[0], abs=4)
        assert lengths[2] == pytest.approx(2 * lengths[0], abs=4)
        assert all(frame.safe[0] <= box[0] and box[2] <= frame.safe[2] for box in boxes)


def test_negative_values_go_the_other_way_from_zero() -> None:
    series = [{"label": "North of the river", "value": -30}, {"label": "South of the river", "value": 60}]
    layout = lay_out(SceneKind.BAR_CHART, {"headline": "h", "series": series})
    assert check(layout) == []
    bars = [shape.bounds for shape in layout.shapes][:2]
    assert bars[0][2] == bars[1][0]
    assert bars[1][2] - bars[1][0] == pytest.approx(2 * (bars[0][2] - bars[0][0]), abs=2)


def test_the_bar_that_the_headline_names_is_in_the_accent() -> None:
    layout = lay_out(SceneKind.BAR_CHART, {**FULL, "headline": "Wind is the smallest"})
    accented = [text.text for text in layout.texts if text.colour == INK.accent]
    assert accented == ["10"]


def test_years_stand_at_their_distance_in_time() -> None:
    series = [{"label": "2000", "value": 1}, {"label": "2010", "value": 2}, {"label": "2040", "value": 3}]
    line = lay_out(SceneKind.LINE_CHART, {"headline": "h", "series": series}).shapes
    points = next(shape.points for shape in line if hasattr(shape, "points"))
    assert points[2][0] - points[1][0] == pytest.approx(3 * (points[1][0] - points[0][0]))


@pytest.mark.parametrize(
    ("kind", "given_data", "shown"),
    [
        (SceneKind.FIGURE, {"points": ["a point"]}, "a point"),
        (SceneKind.FIGURE, {"value": "a sentence rather than a number"}, "sentence"),
        (SceneKind.QUOTE, {"quote": None, "speaker": "Nobody"}, "Head"),
        (SceneKind.BAR_CHART, {"series": [{"label": "x", "value": "none"}], "points": ["a point"]}, "a point"),
        (SceneKind.LINE_CHART, {"series": [{"label": "only one", "value": 3}]}, "only one: 3"),
        (SceneKind.TIMELINE, {"events": "soon"}, "Head"),
        (SceneKind.COMPARISON, {"left": {"label": "alone"}}, "alone"),
        (SceneKind.MAP_PIN, {"place": None, "lat": "north"}, "Head"),
        (SceneKind.BULLETS, {"points": None}, "Head"),
        (SceneKind.TITLE_CARD, {"headline": "東京"}, "Head"),
    ],
)
def test_data_that_is_not_enough_for_its_kind_is_shown_as_far_as_it_goes(
    kind: SceneKind, given_data: dict[str, Any], shown: str
) -> None:
    layout = lay_out(kind, given_data, headline="Head")
    assert shown in " ".join(text.text for text in layout.texts)
    assert check(layout) == []


def test_a_scene_without_a_character_that_can_be_drawn_is_refused() -> None:
    with pytest.raises(NotEnough):
        lay_out(SceneKind.BULLETS, {"headline": "東京", "points": ["🚀"]}, headline="שלום")


def test_the_progress_line_marks_the_current_segment() -> None:
    layout = compose(SceneKind.BULLETS, FULL, FRAMES[0], INK, index=2, count=5)
    line = [shape.colour for shape in layout.shapes if shape.bounds[1] == layout.frame.safe[1]]
    assert line == [INK.bar, INK.bar, INK.accent, INK.line, INK.line]
    alone = compose(SceneKind.BULLETS, FULL, FRAMES[0], INK, index=0, count=1)
    assert not [shape for shape in alone.shapes if shape.bounds[1] == alone.frame.safe[1]]


def test_the_globe_turns_to_the_place() -> None:
    for lat, lon in ((0, 0), (90, 10), (-89.9, 179), (45.9, 63.3)):
        layout = lay_out(SceneKind.MAP_PIN, {**FULL, "lat": lat, "lon": lon})
        globe = next(shape for shape in layout.shapes if isinstance(shape, Dot) and shape.colour == INK.glow)
        pin = next(shape for shape in layout.shapes if isinstance(shape, Dot) and shape.hole)
        away = ((pin.centre[0] - globe.centre[0]) ** 2 + (pin.centre[1] - globe.centre[1]) ** 2) ** 0.5
        assert away < globe.radius * 0.65


def test_the_picture_is_told_in_words() -> None:
    assert lay_out(SceneKind.FIGURE, FULL).alt == (
        "Energy. Solar capacity in India then and now. 2,525 km. length of the Ganga. Day in Hindi."
    )
    assert "Wind 10, Solar 40, Hydro 20" in lay_out(SceneKind.BAR_CHART, FULL).alt


def test_what_is_left_out_is_noted() -> None:
    layout = lay_out(SceneKind.BULLETS, {"headline": LONG, "points": ["fine"]})
    assert layout.notes == (f"shortened: {LONG.strip()[:80]}",)
    many = [{"label": f"A rather long name of river number {n}", "value": n} for n in range(20)]
    assert "13 of 20 bars not shown" in lay_out(SceneKind.BAR_CHART, {"headline": "h", "series": many}).notes
