from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renders.text import dates, headlines, speech_rate
from renders.text.clauses import MOST_CHARACTERS, MOST_WORDS, short_forms
from renders.text.languages import base_language, is_written_in, with_full_stop
from renders.text.leaning import leans_on_previous, may_point_back
from renders.text.spoken import compacted, sayable
from renders.text.words import are_near_equal, words


@pytest.mark.parametrize(
    ("language", "sentence", "form"),
    [
        (
            "en",
            "The canal opened on November 17, 1869, after ten years of digging.",
            "The canal opened on November 17, 1869",
        ),
        (
            "en",
            "Voyager 1 left Cape Canaveral on September 5, 1977, to visit Jupiter and Saturn.",
            "Voyager 1 left Cape Canaveral on September 5, 1977",
        ),
        (
            "en",
            "Newton published his Principia in 1687 and explained with one law why apples fall.",
            "Newton published his Principia in 1687",
        ),
        (
            "en",
            "In March 2021 a container ship 400 metres long ran aground and blocked the canal for six days.",
            "A container ship 400 metres long ran aground",
        ),
        (
            "ru",
            "23 января 1960 года батискаф «Триест» опустился на дно Марианской впадины.",
            "Батискаф «Триест» опустился на дно Марианской впадины",
        ),
        (
            "ru",
            "Учёный заранее описал свойства трёх веществ, которых никто не видел.",
            "Учёный заранее описал свойства трёх веществ",
        ),
        ("hi", "23 अगस्त 2023 को विक्रम लैंडर चंद्रमा के दक्षिणी ध्रुव के निकट उतरा और वहाँ उसने अपना काम तुरंत शुरू किया।", None),
        (
            "hi",
            "गंगा की मुख्य धारा भागीरथी गोमुख से निकलती है, जो गंगोत्री हिमनद का सिरा है।",
            "गंगा की मुख्य धारा भागीरथी गोमुख से निकलती है",
        ),
    ],
)
def test_a_sentence_is_shortened_where_its_meaning_allows(language: str, sentence: str, form: str | None) -> None:
    assert next(iter(short_forms(sentence, language)), None) == form


@pytest.mark.parametrize(
    "sentence",
    [
        "The treaty will not enter into force in any country before all of the others have signed it.",
        "Sea levels fell nowhere in the world except in the far north of the Baltic and around Greenland.",
        "The measure only applies in cities with more than one million people and a port of their own.",
        "If the bill passes in the spring, the tax on every litre of fuel falls by a third in all states.",
        "He said that the bridge would be closed for most of the summer and perhaps for the whole year.",
        "Since the first games were held in 1924, the event has been hosted twice in all of Asia, in Japan.",
    ],
)
def test_no_cut_changes_the_sense(sentence: str) -> None:
    assert short_forms(sentence, "en") == []


def test_what_introduces_a_quotation_is_no_point() -> None:
    assert (
        short_forms(
            "В 1911 году Константин Циолковский писал: «Планета есть колыбель разума всего человечества».", "ru"
        )
        == []
    )


@given(
    st.text(alphabet='abc ,.;:—()«»“”"?!0123456789ABCиand whichто', max_size=160), st.sampled_from(["en", "ru", "hi"])
)
def test_every_short_form_is_short_and_made_of_the_sentence(text: str, language: str) -> None:
    for form in short_forms(text, language):
        assert len(form) <= MOST_CHARACTERS
        assert len(form.split()) <= MOST_WORDS[language]
        assert set(words(form)) <= set(words(text))


def test_titles_are_cut_at_a_clause_and_never_after_a_linking_word() -> None:
    long = "Scientists find water on a distant planet: what the discovery means for the search for life in the universe"
    assert headlines.headline(long, "en") == "Scientists find water on a distant planet"
    assert headlines.headline("Short title!", "en") == "Short title"
    cut = headlines.headline(
        "A very long title of many words about the opening of the new railway line between the cities", "en"
    )
    assert cut == "A very long title of many words about the opening"


@given(st.text(max_size=300))
def test_headlines_are_never_too_long(title: str) -> None:
    assert len(headlines.headline(title, "en").split()) <= headlines.MOST_WORDS["en"]
    assert len(headlines.headline(title, "en")) <= headlines.MOST_CHARACTERS


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("This image captures a storm.", "An image captures a storm."),
        ("These images show a hill.", "Images show a hill."),
        (
            "In this image taken on Nov. 27, 1972, she was at work.",
            "In an image taken on Nov. 27, 1972, she was at work.",
        ),
        ("Roman is shown here at the observatory.", "Roman is shown at the observatory."),
        ("Astronauts Joan (foreground) and Suni work.", "Astronauts Joan and Suni work."),
        ("The city, visible in this natural-color image acquired on Jan. 26, 2018.", "The city."),
        ("It orbits Earth--our planet, said @Anton_Astrey.", "It orbits Earth — our planet, said Anton Astrey."),
        ("From left to right are Buzz and Neil.", ""),
        ("The ship pictured above sank.", ""),
    ],
)
def test_a_listener_needs_no_picture(sentence: str, said: str) -> None:
    assert sayable(sentence, "en") == said


@pytest.mark.parametrize(
    ("language", "sentence", "shorter"),
    [
        ("en", "The instrument (a large one) still works, which pleased the team.", "The instrument still works."),
        (
            "en",
            "The Observation of the Limb and Disk (GOLD) was launched.",
            "The Observation of the Limb and Disk (GOLD) was launched.",
        ),
        ("en", "Only those crews came home, who had fuel.", "Only those crews came home, who had fuel."),
        ("ru", "В озере живёт нерпа, которая питается рыбой.", "В озере живёт нерпа."),
        ("ru", "Это была та река, которая впадает в море.", "Это была та река, которая впадает в море."),
    ],
)
def test_asides_are_dropped_only_where_that_is_safe(language: str, sentence: str, shorter: str) -> None:
    assert compacted(sentence, language) == shorter


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "He left."),
        ("en", "However, it rained."),
        ("en", "Ten years later a bridge opened."),
        ("ru", "Он ушёл."),
        ("ru", "Между тем шёл дождь."),
        ("hi", "वह चला गया।"),
        ("hi", "इसके बाद वर्षा हुई।"),
    ],
)
def test_a_sentence_that_points_back_is_recognised(language: str, sentence: str) -> None:
    assert leans_on_previous(sentence, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "It is the first time that a probe came home."),
        ("en", "This year the games are in Korea."),
        ("en", "Those"),
        ("ru", "Онежское озеро глубоко."),
        ("ru", "Алмаз твёрд."),
        ("hi", "इसरो ने यान छोड़ा।"),
    ],
)
def test_a_sentence_that_only_begins_alike_is_not(language: str, sentence: str) -> None:
    assert leans_on_previous(sentence, language) == (sentence == "Those")


def test_an_early_pronoun_may_point_back() -> None:
    assert may_point_back("On August 25, 2012, it became famous.", "en")
    assert may_point_back("По дороге он минует Волгу.", "ru")
    assert not may_point_back("По дороге поезд минует Волгу.", "ru")


def test_dates_are_said_as_each_language_says_them() -> None:
    day = date(2018, 3, 21)
    assert dates.date_in_words(day, "en") == "March 21, 2018"
    assert dates.date_in_words(day, "ru") == "21 марта 2018 года"
    assert dates.date_in_words(day, "hi") == "21 मार्च 2018"
    assert [dates.weekday(day, language) for language in ("en", "ru", "hi")] == ["Wednesday", "среда", "बुधवार"]
    assert dates.parse_date("2018-03-21T18:12:00+00:00") == day
    assert dates.parse_date("soon") is None


def test_language_codes_and_scripts() -> None:
    assert [base_language(code) for code in ("en-US", "RU", "hi_IN", "??", "english")] == ["en", "ru", "hi", "", ""]
    assert is_written_in("Привет, NASA и мир", "ru")
    assert not is_written_in("Hello world", "hi")
    assert with_full_stop("नमस्ते", "hi") == "नमस्ते।"
    assert with_full_stop("Why?", "en") == "Why?"


def test_the_full_stop_of_hindi_belongs_to_no_word() -> None:
    assert words("यह है।") == ["यह", "है"]


def test_near_equal_tells_wording_from_content() -> None:
    assert are_near_equal("Parliament passes the budget for 2026", "The Parliament passes budget for 2026!")
    assert not are_near_equal("Day 1 of the strike in Paris", "Day 2 of the strike in Paris")
    assert not are_near_equal("", "")


@pytest.mark.parametrize(
    ("language", "text", "measured"),
    [
        (
            "en",
            "Voyager 1 left Cape Canaveral on September 5, 1977, to visit Jupiter and Saturn. The probe moves at about "
            "17 kilometres per second, fast enough to fly from London to New York in under six minutes.",
            14.0,
        ),
        (
            "ru",
            "Первый искусственный спутник Земли стартовал 4 октября 1957 года. Алюминиевый шар диаметром 58 "
            "сантиметров весил 83,6 килограмма.",
            11.8,
        ),
        ("hi", "23 अगस्त 2023 को विक्रम लैंडर चंद्रमा के दक्षिणी ध्रुव के निकट उतरा। भारत ऐसा करने वाला पहला देश बना।", 7.6),
    ],
)
def test_estimates_are_near_what_the_voice_takes(language: str, text: str, measured: float) -> None:
    assert speech_rate.seconds(text, language) == pytest.approx(measured, rel=0.12)


def test_numbers_count_as_the_words_that_they_are_said_in() -> None:
    assert speech_rate.load("1869", "en").syllables >= 6
    assert speech_rate.load("9 192 631 770", "ru").syllables > speech_rate.load("семьсот семьдесят", "ru").syllables
    assert speech_rate.seconds("", "en") == 0.0


@given(st.text(max_size=120), st.sampled_from(["en", "ru", "hi"]))
def test_estimates_exist_for_any_text(text: str, language: str) -> None:
    assert 0.0 <= speech_rate.seconds(text, language) < 3.0 * len(text) + 1
