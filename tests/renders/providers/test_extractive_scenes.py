from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from renders.domain.job import AspectRatio
from renders.domain.outcomes import Ok
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.look import INK, Frame, check, compose
from renders.providers.base import Request
from renders.providers.extractive import Extractive
from renders.providers.extractive.contrasts import find_contrast
from renders.providers.extractive.dated import dated_events
from renders.providers.extractive.places import find_place
from renders.providers.extractive.series import find_change, find_series
from renders.providers.extractive.units import quantities
from renders.text import speech_rate
from tests.renders.providers.test_extractive import sample_script as day

TOPICS = Path(__file__).parent.parent / "data" / "topics"
FILES = {"rivers.md": "en", "railways.txt": "en", "heart_ru.md": "ru"}


def script_of(**job: Any) -> Script:
    job = {"name": "x", "language": "en", "length": 60, "input_text": "", "items": [], **job}
    outcome = Extractive().submit(Request("script_gen", {"job": job}, Path(), 60.0), "key")
    assert isinstance(outcome, Ok), outcome
    json.dumps(dict(outcome.result))
    return Script.from_json(outcome.result["script"])


@cache
def topic(name: str, length: int) -> Script:
    text = (TOPICS / name).read_text(encoding="utf-8")
    return script_of(job_type="topic_short", input_text=text, language=FILES[name], length=length)


def shown_texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for key, value in data.items() if key not in ("lat", "lon") for text in shown_texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in shown_texts(value)]
    return [data] if isinstance(data, str) else []


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", re.sub(r"(?<=\d)[,.\s\u00a0\u202f](?=\d)", "", text)))


def assert_honest(segment: Segment, source: str) -> None:
    """Every number on the screen stands in the text, and nothing is too much for the eye."""
    # A thin space parts the thousands of one number.
    assert len(segment.headline.replace("\u202f", "").split()) <= 12
    assert len(segment.data.get("points", [])) <= 3
    for text in shown_texts(segment.data):
        assert numbers(text) <= numbers(source), text


def assert_fits(segment: Segment, language: str) -> None:
    for aspect in AspectRatio:
        layout = compose(segment.scene, segment.data, Frame(*aspect.size), INK, language=language, index=1, count=5)
        assert check(layout) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [60, 120, 180])
def test_a_long_text_becomes_a_video_as_long_as_was_asked_whose_picture_changes(name: str, length: int) -> None:
    script = topic(name, length)
    lengths = [
        speech_rate.seconds(segment.narration, script.language) + speech_rate.AIR_SECONDS for segment in script.segments
    ]
    assert sum(lengths) == pytest.approx(length, rel=0.06)
    assert max(lengths) <= 24
    assert min(lengths) >= 3
    assert sum(one > 21 for one in lengths) <= 1


@pytest.mark.parametrize("name", ["rivers.md", "railways.txt"])
def test_a_text_full_of_numbers_and_dates_shows_at_least_four_kinds_of_scene(name: str) -> None:
    kinds = {segment.scene for segment in topic(name, 180).segments if segment.role is Role.ITEM}
    assert len(kinds) >= 4
    assert kinds & {SceneKind.BAR_CHART, SceneKind.LINE_CHART}


@pytest.mark.parametrize("language", ["en", "ru", "hi"])
def test_a_sample_day_shows_at_least_four_kinds_of_scene(language: str) -> None:
    assert len({segment.scene for segment in day(language, 120).segments}) >= 4


@pytest.mark.parametrize("name", FILES)
def test_what_a_topic_shows_stands_in_its_text_and_fits_every_frame(name: str) -> None:
    source = (TOPICS / name).read_text(encoding="utf-8")
    for segment in topic(name, 120).segments:
        assert_honest(segment, source)
        assert_fits(segment, FILES[name])


@pytest.mark.parametrize(
    ("language", "sentences", "expected"),
    [
        (
            "hi",
            ["मार्च 2014 में स्थापित सौर क्षमता लगभग 2.6 गीगावाट थी।", "मार्च 2024 तक यह लगभग 82 गीगावाट हो गई।"],
            [("2014", "2.6"), ("2024", "82")],
        ),
        (
            "en",
            ["The Nile is 6,650 kilometres long, the Amazon 6,400 kilometres and the Yangtze 6,300 kilometres."],
            [("The Nile", "6,650"), ("The Amazon", "6,400"), ("The Yangtze", "6,300")],
        ),
        (
            "en",
            ["In 1830 Britain had 157 kilometres of railway, in 1850 it had 9,797 kilometres."],
            [("1830", "157"), ("1850", "9,797")],
        ),
        (
            "ru",
            ["Обь — 3650 километров, Енисей — 3487 километров, Лена — 4294 километра."],
            [("Обь", "3650"), ("Енисей", "3487"), ("Лена", "4294")],
        ),
    ],
)
def test_amounts_that_belong_together_make_a_series(
    language: str, sentences: list[str], expected: list[tuple[str, str]]
) -> None:
    series = find_series(sentences, language)
    assert series is not None
    assert [(member.label, member.amount.value) for member in series.members] == expected


@pytest.mark.parametrize(
    "sentences",
    [
        ["A mouse weighs 20 grams, while an elephant weighs 5,000 kilograms."],
        ["The canal is 193 kilometres long and 24 metres deep."],
        ["The tower is 300 metres high, the bridge is 200 metres long."],
        ["In 1900 London had 5 kilometres of rails.", "In 1950 Paris had 10 kilometres of rails."],
        ["In 2014 it was 3 gigawatts.", "The goal for 2030 is 500 gigawatts."],
        ["In 1984 he wrote 1999 letters and in 2001 none."],
        ["It is 5 kilometres long, 3 kilometres wide."],
        ["By 2030 output will be 5 gigawatts, and in 2020 it was 2 gigawatts."],
    ],
)
def test_amounts_of_other_kinds_or_of_the_future_make_none(sentences: list[str]) -> None:
    assert find_series(sentences, "en") is None


def test_a_change_is_compared_with_its_years() -> None:
    found = find_change(
        ["The network grew from about 700 kilometres in 2008 to about 45,000 kilometres in 2023."], "en"
    )
    assert found is not None
    assert [(year, amount.value, amount.about) for year, amount in found[1]] == [
        ("2008", "700", "about"),
        ("2023", "45,000", "about"),
    ]
    assert find_change(["The road leads from Rome to 3 kilometres of beach."], "en") is None


def test_the_end_of_a_range_is_no_number_by_itself() -> None:
    assert quantities("It takes 80 to 100 kilometres.", "en") == []


def test_dates_make_events_in_their_order() -> None:
    sentences = [
        "On August 25, 2012, it became the first human-made object in interstellar space.",
        "Voyager 1 left Cape Canaveral on September 5, 1977, to visit Jupiter and Saturn.",
    ]
    events = dated_events([sentences[1], sentences[0]], "en", "Voyager 1 was the first")
    assert [event.when for event in events] == ["September 5, 1977", "August 25, 2012"]
    assert events[1].what == "Became the first human-made object in interstellar space"
    # Nobody knows what "it" is where the title does not say so.
    assert len(dated_events(sentences, "en", "Rivers")) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "The line may open in 1990.",
        "It did not open in 1990.",
        "Between 1914 and 1918 nothing was built.",
        "The war of 1870 was short.",
        "In 1984 chapter 12 had 1999 pages.",
    ],
)
def test_what_did_not_happen_at_one_date_is_no_event(sentence: str) -> None:
    assert dated_events([sentence], "en", "") == []


@pytest.mark.parametrize(
    ("language", "sentence", "name"),
    [
        ("en", "Workers wait at the Baikonur Cosmodrome in Kazakhstan.", "Baikonur Cosmodrome"),
        ("en", "The capsule is at NASA's Kennedy Space Center in Florida.", "Kennedy Space Center"),
        ("en", "The treaty was signed in Paris.", "Paris"),
        ("ru", "Ракета стартовала с космодрома Байконур в Казахстане.", "космодром Байконур"),
        ("ru", "Он родился в Москве.", "Москва"),
        ("hi", "वह दिल्ली में रहता है।", "दिल्ली"),
    ],
)
def test_a_known_place_is_found(language: str, sentence: str, name: str) -> None:
    place = find_place("", [sentence], language)
    assert place is not None
    assert place.name == name


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The Paris Agreement was signed."),
        ("en", "He was born in Paris, Texas."),
        ("en", "She met Paris Hilton in London and Rome."),
        ("en", "Jack London wrote it."),
        ("en", "The bus stops in London Road."),
        ("en", "They ate turkey in china bowls."),
        ("ru", "Кровь течёт в вене."),
        ("ru", "Он жил в Лондоне и Москве."),
        ("hi", "उसने सोचा।"),
    ],
)
def test_a_name_that_is_none_or_two_gets_no_pin(language: str, sentence: str) -> None:
    assert find_place("", [sentence], language) is None


def test_every_place_of_the_gazetteer_is_on_the_globe_and_named_once() -> None:
    from renders.providers.extractive import places

    rows = places._rows()
    assert len(rows) > 350
    for latitude, longitude, _, country, names in rows:
        assert -90 <= latitude <= 90
        assert -180 <= longitude <= 180
        assert re.fullmatch("[A-Z]{2}", country)
        assert any(names.values())
    for language in ("en", "ru", "hi"):
        every = [name for *_, names in rows for name in names[language]]
        assert len(every) == len(set(every))


def test_a_number_that_is_not_exact_says_so_on_the_screen() -> None:
    text = "गंगा की लंबाई लगभग 2,525 किलोमीटर है।"
    item = {"title": "गंगा की लंबाई", "text": text, "source": "स्रोत", "url": "", "published": ""}
    script = script_of(job_type="daily_ca", items=[item], language="hi")
    (figure,) = [segment for segment in script.segments if segment.scene is SceneKind.FIGURE]
    assert "लगभग" in figure.data["label"]


def test_two_things_set_against_each_other_are_compared() -> None:
    found = find_contrast(["Soft rock gives way, whereas hard rock stands for ever."], "en")
    assert found is not None
    assert found[1].right == ("Hard rock", "Stands for ever")
    assert find_contrast(["Watt improved it, while his engines were large."], "en") is None


CLAUSES = st.sampled_from(
    [
        "The Nile is 6,650 kilometres long",
        "in 1850 it had 9,797 kilometres",
        "On May 10, 1869 the two lines met in Utah",
        "12.5 percent of 3 million people",
        "rose from 5 to 7 gigawatts in 1999",
        "at the Baikonur Cosmodrome, Kazakhstan",
        "Anna Berg said: “We saw 40 whales.”",
        "Обь — 3650 километров, Лена — 4294 километра",
        "3 декабря 1967 года в Кейптауне",
        "गंगा की लंबाई 2,525 किलोमीटर है",
        "16 अप्रैल 1853 को रेल चली",
        "-5 °C", "1/2", "10:30", "v2.0.1", "№ 7", "$5 million",
        "80 to 100 km", "A" * 90, "<b>&amp;</b>", "{0} %s", "👍",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(CLAUSES, st.text(max_size=40)), min_size=1, max_size=12).map(
    lambda parts: ". ".join(parts) + "."
)


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["en", "ru", "hi"]))
@example(".", "in 1850 it had 9,797 kilometres.", "en")
def test_whatever_comes_what_is_shown_is_honest_and_fits(title: str, text: str, language: str) -> None:
    item = {"title": title[:80], "text": text, "source": "F", "url": "", "published": ""}
    job = {"job_type": "daily_ca", "items": [item], "language": language, "length": 60, "input_text": "", "name": "x"}
    outcome = Extractive().submit(Request("script_gen", {"job": job}, Path(), 60.0), "key")
    if isinstance(outcome, Ok):
        source = f"{title} {text} {outcome.result['script']['segments'][0]['narration']}"
        for segment in Script.from_json(outcome.result["script"]).segments:
            assert_honest(segment, source)
            if segment.role is Role.ITEM:
                assert_fits(segment, language)
