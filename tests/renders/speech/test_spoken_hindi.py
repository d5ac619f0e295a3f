from __future__ import annotations

import pytest

from renders.speech.aloud import spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("लगभग 2,525 किलोमीटर", "लगभग 2525 किलोमीटर"),
        ("२,५२५ कि.मी. और 1,00,000 लोग", "2525 किलोमीटर और 100000 लोग"),
        ("₹500 और रु. 1,200 करोड़", "500 रुपये और 1200 करोड़ रुपये"),
        ("5-10% और -5 °C", "5 से 10 प्रतिशत और माइनस 5 डिग्री सेल्सियस"),
        ("1947 में", "19 सौ 47 में"),
        ("23 अगस्त 2023 को", "23 अगस्त 2023 को"),
        ("2018-03-21", "21 मार्च 2018"),
        ("06:00, 14:12", "6 बजे, 14 बजकर 12 मिनट"),
        ("चंद्रयान-3 और टी-11", "चंद्रयान 3 और टी 11"),
        ("डॉ. सिंह, ई.पू. 300", "डॉक्टर सिंह, ईसा पूर्व 300"),
        ("ISS पर NASA", "आई-एस-एस पर Nasa"),
        ("यह “उद्धरण” है। 🚀", "यह उद्धरण है।"),
    ],
)
def test_it_reads_hindi_and_leaves_bare_numbers_to_the_voice(written: str, said: str) -> None:
    assert spoken(written, "hi") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1/2, ¾ और 2½", "आधा, तीन चौथाई और ढाई"),
        ("₹2.5 लाख करोड़", "2.5 लाख करोड़ रुपये"),
        ("1ला, 2री और 21वीं", "पहला, दूसरी और 21वीं"),
        ("जॉर्ज VI, विश्व युद्ध II", "जॉर्ज 6, विश्व युद्ध 2"),
        ("500 मि.ली. और H2O", "500 मिलीलीटर और H 2 O"),
    ],
)
def test_what_real_texts_read_wrong_before(written: str, said: str) -> None:
    assert spoken(written, "hi") == said
