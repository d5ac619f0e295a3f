from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renders import sample
from renders.domain.errors import ErrorCode
from renders.domain.job import Style
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.script import Role, SceneKind, Script
from renders.feeds import read_source
from renders.feeds.parse import parse
from renders.providers.base import Request
from renders.providers.extractive import Extractive
from renders.providers.extractive.choosing import story_options
from renders.providers.extractive.figures import carrying_figure
from renders.providers.extractive.material import Story, lines_of
from renders.providers.extractive.phrases import day_heading, day_opening
from renders.providers.extractive.quotations import find_quotation
from renders.text import speech_rate
from renders.text.leaning import leans_on_previous
from renders.text.sentences import split
from renders.text.words import are_near_equal

LANGUAGES = ("en", "ru", "hi")
LENGTHS = (60, 120, 180)

TOPIC = """How bridges stand

A bridge is a machine for carrying loads across a gap, and every bridge sends its weight to the ground. The oldest
answer is the beam. Wood and steel bear being stretched, but stone and plain concrete crack. For this reason the stone
beams of ancient temples are short, and their columns stand close together.

The arch solves the problem of stone. In an arch every block presses on its neighbour, and nothing is stretched at all.
Roman builders used it on a grand scale. The Pont du Gard in southern France rises 49 metres above the river and still
stands without mortar in its large blocks. Its weakness lies at the feet: an arch pushes outwards.

Iron changed the rules in the eighteenth century. The first bridge of cast iron was opened in 1781 over the River
Severn in England, and it weighed about 380 tonnes. Cast iron is strong when pressed but brittle when pulled. Engineers
learned this in a hard way: in December 1879 the Tay Bridge in Scotland fell during a storm.

What will the next bridges be made of? Engineers try carbon fibre, which is as strong as steel at a fifth of the weight.
Sensors in the cables already report strain and rust. The task remains the same as for the log across the stream.
"""


def answer(**job: Any) -> Outcome:
    job = {"name": "x", "language": "en", "length": 60, "input_text": "", "items": [], **job}
    return Extractive().submit(Request("script_gen", {"job": job}, Path(), 60.0), "key")


def script_of(outcome: Outcome) -> Script:
    assert isinstance(outcome, Ok), outcome
    json.dumps(dict(outcome.result))
    return Script.from_json(outcome.result["script"])


def refusal(outcome: Outcome) -> tuple[ErrorCode, str]:
    assert isinstance(outcome, Err), outcome
    return outcome.error.code, outcome.error.what_to_do


def news(title: str, text: str, published: str = "2018-03-21T18:12:00+00:00") -> dict[str, str]:
    return {"title": title, "text": text, "source": "The Feed", "url": "", "published": published}


def day(*items: dict[str, str], **job: Any) -> Outcome:
    return answer(**{"job_type": "daily_ca", "items": list(items), "target_date": "2018-03-21", **job})


@cache
def sample_script(language: str, length: int) -> Script:
    items = [entry.to_news_item().to_json() for entry in parse(read_source(str(sample.path(language))))]
    return script_of(day(*items, language=language, length=length, target_date="2026-11-20"))


def told(script: Script) -> str:
    return " ".join(segment.narration for segment in script.segments)


def seconds(script: Script) -> float:
    return sum(
        speech_rate.seconds(segment.narration, script.language) + speech_rate.AIR_SECONDS for segment in script.segments
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_sample_day_is_as_long_as_was_asked(language: str, length: int) -> None:
    script = sample_script(language, length)
    assert seconds(script) == pytest.approx(length, rel=0.06)


@pytest.mark.parametrize("length", [30, 60, 90])
def test_a_topic_is_as_long_as_was_asked(length: int) -> None:
    script = script_of(answer(job_type="topic_short", input_text=TOPIC, length=length))
    assert seconds(script) == pytest.approx(length, rel=0.08)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_day_has_hook_items_and_closing_each_with_its_scene(language: str, length: int) -> None:
    script = sample_script(language, length)
    roles = [segment.role for segment in script.segments]
    assert roles == [Role.HOOK, *[Role.ITEM] * (len(roles) - 2), Role.CLOSING]
    assert len({segment.headline for segment in script.segments[1:-1]}) == 6
    assert [segment.id for segment in script.segments] == [f"s{number}" for number in range(1, len(roles) + 1)]
    opening = script.segments[0]
    assert opening.scene in (SceneKind.TITLE_CARD, SceneKind.BULLETS)
    assert script.segments[-1].scene is SceneKind.CLOSING
    assert len(script.segments[-1].data["points"]) == 3
    assert all(segment.narration and segment.headline and segment.image_prompt for segment in script.segments)


def test_an_opening_that_names_the_stories_shows_them_as_they_are_named() -> None:
    items = [news(f"{name} Is Ready to Fly", f"The {name} has been tested.") for name in ("Lander", "Probe", "Rover")]
    opening = script_of(day(*items)).segments[0]
    assert all(name in opening.narration for name in ("Lander", "Probe", "Rover"))
    assert opening.scene is SceneKind.BULLETS
    assert opening.data["points"] == ["Lander Is Ready to Fly", "Probe Is Ready to Fly", "Rover Is Ready to Fly"]
    assert opening.data["headline"] == "The day in three stories"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_what_stands_on_the_screen_is_short_and_not_said_twice(language: str, length: int) -> None:
    for segment in sample_script(language, length).segments:
        assert len(segment.headline.split()) <= 14
        points = segment.data.get("points", [])
        assert len(points) <= 3
        assert all(len(point) <= 96 and not point.endswith((".", "।", ",")) for point in points)
        shown = [segment.headline, *points]
        assert not any(are_near_equal(a, b, language) for n, a in enumerate(shown) for b in shown[n + 1 :])
        if segment.role is Role.ITEM:
            assert segment.data["source"]
            assert segment.data["kicker"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_nothing_is_heard_twice_in_a_row_of_items(language: str, length: int) -> None:
    items = [segment for segment in sample_script(language, length).segments if segment.role is Role.ITEM]
    sentences = [sentence for segment in items for sentence in split(segment.narration, language)]
    assert not any(are_near_equal(a, b, language) for n, a in enumerate(sentences) for b in sentences[n + 1 :])
    links = [split(segment.narration, language)[0] for segment in items]
    assert all(one != other for one, other in pairwise(links))


def test_the_day_opens_with_its_date_and_names_two_or_three_items() -> None:
    hook = sample_script("en", 120).hook
    assert hook.startswith("Good morning. It is Friday, November 20, 2026. Six stories today, among them: Voyager 1")
    assert hook.count(";") in (1, 2)
    assert sample_script("ru", 60).hook.startswith(
        "Доброе утро. Сегодня пятница, 20 ноября 2026 года. В выпуске шесть тем."
    )
    assert sample_script("hi", 60).hook.startswith("सुप्रभात। आज शुक्रवार, 20 नवंबर 2026 है। आज छह विषय हैं।")


@pytest.mark.parametrize("count", range(1, 13))
def test_numbers_agree_with_what_they_count(count: int) -> None:
    opening = day_opening(None, ["А", "Б"][:count], count, "ru")
    form = "Тема дня" if count == 1 else "темы" if count < 5 else "тем"
    assert re.search(rf"{form}[.:]", opening)
    assert day_heading(count, "ru").startswith("Тема дня" if count == 1 else "День в ")


def test_the_same_input_gives_the_same_script() -> None:
    first, second = (day(news("A title", "Rain fell in Rome. It was heavy.")) for _ in range(2))
    assert first == second


def test_little_material_is_not_padded_and_the_operator_is_told() -> None:
    outcome = day(news("Rain in Rome", "Rain fell in Rome on Monday."), length=180)
    assert isinstance(outcome, Ok)
    assert "180 s were asked for" in outcome.result["notes"][0]
    assert seconds(script_of(outcome)) < 30


def test_items_that_do_not_fit_are_left_out_the_last_first_and_not_named() -> None:
    texts = {
        "Riga": "Fishermen of Riga may catch twice as much cod in the gulf as they did before the stocks recovered.",
        "Oslo": "Engineers in Oslo have drilled the longest railway tunnel of the north through solid granite hills.",
        "Bonn": "Doctors at the clinic of Bonn report a vaccine that protects children from the winter virus.",
        "Graz": "Teachers from Graz have written a school book about honest statistics that four ministries now print.",
        "Lyon": "Weavers around Lyon make a silk so thin that surgeons sew the finest vessels of the eye with it.",
        "Bern": "Watchmakers near Bern sell more mechanical clocks than ever, most of them to buyers under thirty.",
    }
    items = [news(f"News from {name}", text) for name, text in texts.items()]
    outcome = day(*items, length=40)
    assert isinstance(outcome, Ok)
    assert "Left out" in outcome.result["notes"][0]
    narration = told(script_of(outcome))
    assert all(name in narration for name in ("Riga", "Oslo", "Bonn"))
    assert "Bern" not in narration
    assert "Six" not in narration


def test_no_segment_opens_with_a_word_that_points_back() -> None:
    text = "He signed the law on Monday. The new law bans lead in petrol. It takes effect in May."
    narration = script_of(day(news("President signs law on petrol", text), length=20)).segments[1].narration
    assert not narration.startswith("He ")


def test_a_story_of_which_every_sentence_points_back_is_told_after_its_title() -> None:
    script = script_of(day(news("President signs law", "He signed it on Monday. It takes effect in May.")))
    assert script.segments[1].narration.startswith("President signs law. He signed it")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_sentence_that_points_back_is_only_said_after_the_one_it_points_to(language: str, length: int) -> None:
    entries = parse(read_source(str(sample.path(language))))
    original = [sentence for entry in entries for sentence in split(entry.text, language)]
    for segment in sample_script(language, length).segments:
        said = split(segment.narration, language)
        assert not (segment.role is Role.ITEM and said[0] in original and leans_on_previous(said[0], language))
        for before, sentence in pairwise(said):
            if sentence in original and leans_on_previous(sentence, language):
                wanted = original[original.index(sentence) - 1]
                assert wanted.startswith(before.rstrip(".।"))


def told_in_any_way(*sentences: str, title: str = "") -> set[str]:
    """All ways in which a story of these sentences can be told, as the first words of what is said."""
    (lines,) = lines_of([sentences], [title], "en", Style.DETAILED)
    options = story_options(Story(title, title, lines, "en"), "", title and f"{title}.", len, may_skip=False)
    return {" ".join(re.findall(r"(?:^|(?<=[.?] ))[A-Z]\w*", option.text)) for option in options}


def test_a_line_is_told_only_with_what_it_needs_beside_it() -> None:
    ways = told_in_any_way("Ann built a bridge.", "Bob painted all of the towers.", "It stood.")
    assert {"Ann", "Bob It", "Ann Bob It"} <= ways
    assert not {"It", "Ann It"} & ways
    ways = told_in_any_way("Ann built a bridge.", "Why did rust spare the deck?", "Zinc covered all of the steel.")
    assert {"Ann", "Ann Zinc", "Ann Why Zinc"} <= ways
    assert not {"Why", "Ann Why"} & ways


def test_only_a_title_lets_a_story_open_with_a_line_that_points_back() -> None:
    assert told_in_any_way("He built a bridge.", "Ann admired the steel.") == {"Ann"}
    assert told_in_any_way("He built a bridge.", title="Engineer honoured") == {"Engineer He"}


def test_what_two_items_tell_alike_is_told_once() -> None:
    double = "The storm reached the coast of Portugal on Monday evening."
    narration = told(
        script_of(day(news("Storm", double + " Ports closed."), news("Ports", double + " Ships waited outside.")))
    )
    assert narration.count("reached the coast") == 1


def test_nobody_hears_credits_pictures_or_addresses() -> None:
    text = (
        "This image shows the harbour of Genoa at dawn. The new crane (left) lifts 900 tonnes. It was built in 2017. "
        "From left to right are Anna and Paolo. Image Credit: NASA/Bill Ingalls Read more at https://e.org/x"
    )
    narration = told(script_of(day(news("A crane for Genoa", text))))
    assert "An image shows the harbour" in narration
    assert not re.search(r"Credit|left|Read more|http|This image", narration)


def test_a_question_is_only_said_with_its_answer() -> None:
    for length in (30, 60, 90):
        narration = told(script_of(answer(job_type="topic_short", input_text=TOPIC, length=length)))
        if "made of?" in narration:
            assert "made of? Engineers try carbon fibre" in narration


def test_a_topic_takes_its_title_and_headings_from_the_text() -> None:
    text = TOPIC.replace("How bridges stand", "# How *bridges* stand").replace(
        "\n\nIron", "\n\n## The age of iron\n\nIron"
    )
    script = script_of(answer(job_type="topic_short", input_text=text, length=90))
    assert script.title == "How bridges stand"
    assert "The age of iron" in [segment.headline for segment in script.segments]
    assert "*" not in told(script)


def test_a_text_without_title_takes_the_jobs_name_unless_it_is_a_file() -> None:
    text = TOPIC.partition("\n\n")[2]
    assert script_of(answer(job_type="topic_short", input_text=text, name="On bridges")).title == "On bridges"
    title = script_of(answer(job_type="topic_short", input_text=text, name="notes.txt")).title
    assert title == "A bridge is a machine for carrying loads"


@pytest.mark.parametrize(
    "job",
    [
        {"job_type": "doubt", "input_text": "Why is the sky blue?"},
        {"job_type": "doubt", "input_text": TOPIC},
        {"job_type": "topic_short", "input_text": "Photosynthesis"},
        {"job_type": "topic_short", "input_text": "How do volcanoes work, and why do some of them sleep for so long?"},
    ],
)
def test_a_question_or_a_topic_of_one_line_needs_a_chat_provider(job: dict[str, Any]) -> None:
    code, remedy = refusal(answer(**job))
    assert code is ErrorCode.INVALID_INPUT
    assert "chat provider" in remedy


@pytest.mark.parametrize(
    "job",
    [
        {"job_type": "daily_ca"},
        {"job_type": "daily_ca", "items": [news("", "")]},
        {"job_type": "daily_ca", "items": "abc"},
        {"job_type": "daily_ca", "items": [news("Title", "Text.")], "language": "ru"},
        {"job_type": "topic_short", "input_text": TOPIC, "language": "hi"},
        {"job_type": "topic_short", "input_text": TOPIC, "language": "de"},
        {"job_type": "song"},
        {"job_type": "daily_ca", "length": "long"},
    ],
)
def test_what_cannot_be_told_is_refused_in_plain_words(job: dict[str, Any]) -> None:
    code, remedy = refusal(answer(**job))
    assert code is ErrorCode.INVALID_INPUT
    assert len(remedy.split()) > 2


@pytest.mark.parametrize(
    "job",
    [
        {"job_type": "doubt", "input_text": "Why is the sky blue?"},
        {"job_type": "topic_short", "input_text": "Photosynthesis"},
        {"job_type": "daily_ca", "items": [news("Title", "Text.")], "language": "ru"},
    ],
)
def test_behind_a_chat_provider_what_only_that_one_can_do_is_asked_again_later(job: dict[str, Any]) -> None:
    outcome = Extractive(stands_in=True).submit(Request("script_gen", {"job": job}, Path(), 60.0), "key")
    assert isinstance(outcome, Err)
    error = outcome.error
    assert (error.code, error.provider_code, error.max_attempts) == (ErrorCode.PROVIDER_FAILURE, "NEEDS_CHAT", 1)
    assert not error.user_action_required
    assert "SCRIPT_API_URL" in error.what_to_do


def test_a_payload_without_a_job_is_refused() -> None:
    assert refusal(Extractive().submit(Request("script_gen", {}, Path(), 60.0), "key"))[0] is ErrorCode.INVALID_INPUT


def test_items_in_another_language_are_passed_over() -> None:
    script = script_of(
        day(news("Дождь в Риме", "В Риме весь день шёл дождь."), news("Rain", "Rain fell in Oslo."), language="ru")
    )
    assert "Rain" not in told(script)


def test_an_item_without_text_is_told_by_its_title() -> None:
    assert script_of(day(news("Rain fell in Rome", ""))).segments[1].narration == "Rain fell in Rome."


@pytest.mark.parametrize(
    ("language", "title", "sentence", "expected"),
    [
        (
            "hi",
            "हिमालय की नदियाँ",
            "गंगा की लंबाई लगभग 2,525 किलोमीटर है।",
            ("2\u202f525", "किमी", "गंगा की लंबाई"),
        ),
        ("en", "Canal", "The canal is 193 kilometres long.", ("193", "km", "The canal")),
        (
            "en",
            "Cold",
            "The air cooled to minus 89.2 degrees Celsius there.",
            ("−89.2", "°C", "The air cooled to minus 89.2 degrees Celsius there"),
        ),
        ("ru", "Дорога", "Длина дороги составляет 9288 километров.", ("9288", "км", "Длина дороги")),
        (
            "ru",
            "Озеро",
            "Площадь озера составляет 31,7 тысячи квадратных километров.",
            ("31,7", "тыс. км²", "Площадь озера"),
        ),
        (
            "en",
            "Probe",
            "The probe moves at about 17 kilometres per second.",
            ("17", "km/s", "The probe moves at about 17 kilometres per second"),
        ),
    ],
)
def test_one_number_with_a_unit_makes_a_figure(
    language: str, title: str, sentence: str, expected: tuple[str, ...]
) -> None:
    figure = carrying_figure(title, [sentence], language)
    assert figure is not None
    label = figure.label
    assert (figure.value, figure.unit) == expected[:2]
    assert label == expected[2]


def test_numbers_of_one_kind_that_compete_make_none() -> None:
    sentences = ["Capacity was 2.6 gigawatts in 2014.", "Capacity was 82 gigawatts in 2024."]
    assert carrying_figure("Solar power", sentences, "en") is None
    assert carrying_figure("Chapter", ["In 1984 chapter 12 had 3.5 authors."], "en") is None


@pytest.mark.parametrize(
    ("language", "sentence", "quote", "speaker"),
    [
        (
            "en",
            "In a letter Isaac Newton wrote: “If I have seen further, it is luck.”",
            "If I have seen further, it is luck",
            "Isaac Newton",
        ),
        ("en", '"We came in peace," said Neil Armstrong.', "We came in peace", "Neil Armstrong"),
        ("ru", "«Мы летим домой», — сказал Юрий Гагарин.", "Мы летим домой", "Юрий Гагарин"),
        ("hi", "राकेश शर्मा ने कहा, “सारे जहाँ से अच्छा।”", "सारे जहाँ से अच्छा", "राकेश शर्मा"),
    ],
)
def test_a_quotation_is_found_with_its_speaker(language: str, sentence: str, quote: str, speaker: str) -> None:
    found = find_quotation([sentence], language)
    assert found is not None
    assert (found.quote, found.speaker) == (quote, speaker)


def test_a_pronoun_is_no_speaker() -> None:
    assert find_quotation(['He said: "We came in peace to the Moon."'], "en") is None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200)), max_size=4),
    st.sampled_from(LANGUAGES),
    st.sampled_from(["daily_ca", "topic_short"]),
)
def test_it_answers_whatever_comes(pairs: list[tuple[str, str]], language: str, job_type: str) -> None:
    items = [news(title, text) for title, text in pairs]
    text = "\n\n".join(text for _, text in pairs)
    outcome = answer(job_type=job_type, items=items, input_text=text, language=language)
    assert isinstance(outcome, Ok) or (isinstance(outcome, Err) and outcome.error.code is ErrorCode.INVALID_INPUT)
