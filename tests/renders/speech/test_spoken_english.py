from __future__ import annotations

import pytest

from renders.speech.aloud import spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("The Ganges is 2,525 km long.", "two thousand five hundred and twenty-five kilometers long"),
        ("It is 2 525 m deep.", "two thousand five hundred and twenty-five meters"),
        ("some 1,00,000 people", "some one lakh people"),
        ("about 3.14 or .5", "about three point one four or zero point five"),
        ("-40 °C and −5", "minus forty degrees Celsius and minus five"),
        ("agent 007", "agent zero zero seven"),
        ("1st, 22nd and 103rd", "first, twenty-second and one hundred and third"),
        ("12345678901234567", "one two three four five six seven eight nine zero one two three four five six seven"),
        ("1/2, 3/4 and 2½", "one half, three quarters and two and a half"),
    ],
)
def test_it_reads_numbers_in_words(written: str, said: str) -> None:
    assert said in spoken(written, "en")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It cost $3.50 or $1.", "three dollars and fifty cents or one dollar."),
        ("€2.6bn and £1", "two point six billion euros and one pound"),
        ("₹500, Rs. 1,200 crore", "five hundred rupees, one thousand two hundred crore rupees"),
        ("500 ₽", "five hundred rubles"),
        ("$5-10 million", "five to ten million dollars"),
        ("10–15% & 5%-10%", "ten to fifteen percent and five to ten percent"),
    ],
)
def test_it_reads_money_and_percents(written: str, said: str) -> None:
    assert spoken(written, "en").endswith(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("in 1969", "in nineteen sixty-nine"),
        ("In 2005", "In two thousand and five"),
        ("the war of 1914-1918", "the war of nineteen fourteen to nineteen eighteen"),
        ("1939–45", "nineteen thirty-nine to forty-five"),
        ("the 1990s and '60s", "the nineteen nineties and sixties"),
        ("1500 members", "one thousand five hundred members"),
        ("2,018 people", "two thousand and eighteen people"),
        ("21 March 2018", "March twenty-first, twenty eighteen"),
        ("March 21, 2018, to join", "March twenty-first, twenty eighteen, to join"),
        ("2018-03-21", "March twenty-first, twenty eighteen"),
        ("late Jan. 2018", "late January twenty eighteen"),
        ("44 BC", "forty-four B-C"),
        ("at 06:00", "at six A-M"),
        ("at 14:12 UTC", "at two twelve P-M U-T-C"),
        ("at 5:02 p.m. EST", "at five oh two P-M E-S-T"),
        ("in 16:9", "in sixteen to nine"),
    ],
)
def test_it_reads_years_dates_and_times(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("120 km/h", "one hundred and twenty kilometers per hour"),
        ("30 m²", "thirty square meters"),
        ("1 kg and 2 kg", "one kilogram and two kilograms"),
        ("a 10-km run", "a ten kilometer run"),
        ("2.6 million km", "two point six million kilometers"),
        ("82 GW", "eighty-two gigawatts"),
        ("4.2 ly", "four point two light-years"),
        ("6×10²³", "six times ten to the power of twenty-three"),
    ],
)
def test_it_reads_units(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Dr. Smith of St. Petersburg", "Doctor Smith of Saint Petersburg"),
        ("Main St.", "Main Street"),
        ("the U.S. Navy", "the U-S Navy"),
        ("made in the U.S.", "made in the U-S."),
        ("e.g. this, i.e. that, etc.", "for example this, that is that, et cetera."),
        ("No. 5 vs. approx. 6", "number five versus approximately six"),
        ("Elizabeth II in World War II", "Elizabeth the second in World War two"),
        ("the XX century", "the twentieth century"),
        ("an Atlas V rocket", "an Atlas five rocket"),
        ("NASA and the ISS", "Nasa and the I-S-S"),
        ("the USA won", "the U-S-eigh won"),
        ("the MS-08 and Chandrayaan-3", "the M-S zero eight and Chandrayaan three"),
        ("CO₂ and COVID-19", "C-O two and Covid nineteen"),
        ("John F. Kennedy", "John F Kennedy"),
        ("BREAKING NEWS: HUGE STORM HITS NASA CENTER", "Breaking news: huge storm hits Nasa center"),
    ],
)
def test_it_reads_abbreviations_numerals_and_acronyms(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("See https://www.nasa.gov/a/b?c=1.", "See nasa dot gov."),
        ("Write to info@nasa.gov", "Write to info at nasa dot gov"),
        ("Lift-off! 🚀🎉 Go 👍🏽", "Lift-off! Go"),
        ("* **Bold** point", "Bold point"),
        ("well — this (aside) is it…", "well, this, aside, is it..."),
        ("2+2=4, ~50, R&D", "two plus two equals four, about fifty, R and D"),
        ("a < b", "a less than b"),
    ],
)
def test_it_drops_what_no_voice_reads_and_names_signs(written: str, said: str) -> None:
    assert spoken(written, "en") == said


@pytest.mark.parametrize("nothing", ["", "   ", "***", "😀", "— … !", "\x00\x01", "()"])
def test_it_is_empty_where_nothing_can_be_said(nothing: str) -> None:
    assert spoken(nothing, "en") == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("F-16s and B-52s", "F sixteens and B fifty-twos"),
        ("1.5m people, 10k users, 5m high", "one point five million people, ten thousand users, five meters high"),
        ("WWII, NGC 6326, a 50-50 chance", "World War two, N-G-C sixty-three twenty-six, a fifty fifty chance"),
        ("Henry VIII's wives", "Henry the eighth's wives"),
        ("Super Bowl LVIII", "Super Bowl fifty-eight"),
        ("in 1066", "in ten sixty-six"),
        ("the 737 MAX", "the seven hundred and thirty-seven Max"),
    ],
)
def test_what_real_texts_read_wrong_before(written: str, said: str) -> None:
    assert spoken(written, "en") == said
