"""Reading Hindi aloud. The voice itself reads whole numbers and decimals right, so bare digits stay."""

from __future__ import annotations

import re

from renders.speech import figures, letters, roman
from renders.speech.figures import ALONE
from renders.speech.rules import Match, Rule, listed, one_of, rewrite, rule

_NUMBER = figures.ENGLISH
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        listed("ए बी सी डी ई एफ़ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड"),
        strict=True,
    )
)
_METRES = {"km": "किलोमीटर", "m": "मीटर", "cm": "सेंटीमीटर", "mm": "मिलीमीटर"}
_METRES |= {"किमी": "किलोमीटर", "कि.मी.": "किलोमीटर", "कि. मी.": "किलोमीटर", "कि॰मी॰": "किलोमीटर", "मी.": "मीटर"}
_FRACTIONS = {(1, 2): "आधा", (1, 4): "एक चौथाई", (3, 4): "तीन चौथाई", (1, 3): "एक तिहाई", (2, 3): "दो तिहाई"}
_ORDINALS = {"1ल": "पहल", "2र": "दूसर", "3र": "तीसर", "4थ": "चौथ", "6ठ": "छठ"}
"""Ordinals that are not the number with an ending: `2री` -> दूसरी."""
_METRES |= {"से.मी.": "सेंटीमीटर", "सेमी": "सेंटीमीटर", "मि.मी.": "मिलीमीटर", "मिमी": "मिलीमीटर"}
_UNITS = {
    **_METRES,
    **{f"{short}{power}2": f"वर्ग {name}" for short, name in _METRES.items() for power in ("^", "")},
    **{f"{short}{power}3": f"घन {name}" for short, name in _METRES.items() for power in ("^", "")},
    **{f"वर्ग {short}": f"वर्ग {name}" for short, name in _METRES.items()},
    **{"km/h": "किलोमीटर प्रति घंटा", "किमी/घंटा": "किलोमीटर प्रति घंटा", "m/s": "मीटर प्रति सेकंड"},
    **{"kg": "किलोग्राम", "कि.ग्रा.": "किलोग्राम", "किग्रा": "किलोग्राम", "g": "ग्राम", "ग्रा.": "ग्राम", "t": "टन"},
    **{"मि.ली.": "मिलीलीटर", "मिली": "मिलीलीटर", "मि.ग्रा.": "मिलीग्राम"},
    **{"l": "लीटर", "L": "लीटर", "ml": "मिलीलीटर", "लि.": "लीटर", "ha": "हेक्टेयर", "GW": "गीगावाट"},
    **{"MW": "मेगावाट", "kW": "किलोवाट", "W": "वाट", "kWh": "किलोवाट घंटा", "Hz": "हर्ट्ज़", "GB": "गीगाबाइट"},
    **{"MB": "मेगाबाइट", "TB": "टेराबाइट", "°C": "डिग्री सेल्सियस", "° C": "डिग्री सेल्सियस", "°": "डिग्री"},
    **{"°से.": "डिग्री सेल्सियस", "%": "प्रतिशत", "ly": "प्रकाश वर्ष", "min": "मिनट", "s": "सेकंड", "h": "घंटे"},
}
_SCALES = ("हज़ार", "हजार", "लाख", "करोड़", "करोड़", "अरब", "खरब", "मिलियन", "बिलियन", "ट्रिलियन")
_CURRENCIES = {"₹": "रुपये", "रु.": "रुपये", "रु॰": "रुपये", "रू.": "रुपये", "Rs.": "रुपये", "Rs": "रुपये"}
_CURRENCIES |= {"INR": "रुपये", "$": "डॉलर", "US$": "डॉलर", "€": "यूरो", "£": "पाउंड", "₽": "रूबल", "¥": "येन"}
_ABBREVIATIONS = {
    **{"डॉ.": "डॉक्टर", "डॉ॰": "डॉक्टर", "डा.": "डॉक्टर", "प्रो.": "प्रोफ़ेसर", "श्री.": "श्री", "पं.": "पंडित"},
    **{"ई.पू.": "ईसा पूर्व", "ई. पू.": "ईसा पूर्व", "ई॰पू॰": "ईसा पूर्व", "ई.": "ईसवी", "सं.": "संख्या", "उदा.": "उदाहरण"},
    **{"नं.": "नंबर", "पृ.": "पृष्ठ", "वि.सं.": "विक्रम संवत", "Dr.": "डॉक्टर", "कि.मी.": "किलोमीटर", "रु.": "रुपये"},
    **{"कि.ग्रा.": "किलोग्राम", "से.मी.": "सेंटीमीटर", "मि.मी.": "मिलीमीटर", "मि.ली.": "मिलीलीटर"},
}
_SIGNS = {
    **{"&": " और ", "+": " प्लस ", "=": " बराबर ", "~": " लगभग ", "≈": " लगभग ", "×": " गुणा ", "@": " ऐट "},
    **{"#": " नंबर ", "%": " प्रतिशत ", "°": " डिग्री ", "$": " डॉलर ", "€": " यूरो ", "₹": " रुपये ", "£": " पाउंड "},
    **{"±": " प्लस माइनस ", "÷": " भाग "},
}
_SCALE, _UNIT, _MARK = rf"{one_of(_SCALES)}(?: {one_of(_SCALES)})?", one_of(_UNITS), one_of(_CURRENCIES)
_IN_A_YEAR = r"(?=\s(?:में|से|को|तक|के|की|का|ईसवी|ई\.|और)(?!\w)|\s?[,)।-]|$)"
_MONTH = r"जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर"
_MONTHS = listed("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")


def read(text: str) -> str:
    """A clean text in spoken words; `aloud.spoken` cleans and tidies."""
    text = rewrite(letters.calm(figures.western_digits(text)), _RULES)
    text = letters.read_latin(text, _LETTERS)
    return rewrite(text, _REST)


def _bare(written: str) -> str:
    """Without separators, which the voice would take for pauses: `1,00,000.5` -> `100000.5`."""
    return re.sub(r"[ ,]", "", written)


def _counted(amount: str, scale: str | None, what: str) -> str:
    return " ".join(filter(None, (_bare(amount), scale, what)))


def _date(match: Match) -> str:
    month = int(match[2])
    return f"{int(match[3])} {_MONTHS[month - 1]} {match[1]}" if 1 <= month <= 12 else match[0]


def _time(match: Match) -> str:
    """`06:00` -> 6 बजे; `14:12` -> 14 बजकर 12 मिनट."""
    if int(match[1]) > 23 or int(match[2]) > 59:
        return match[0]
    hour, minute = int(match[1]), int(match[2])
    return f"{hour} बजकर {minute} मिनट" if minute else f"{hour} बजे"


def _year(match: Match) -> str:
    """1947 -> 19 सौ 47: up to 1999 people count in hundreds."""
    hundreds, rest = match[1], int(match[2])
    return f"{hundreds} सौ {rest}" if rest else f"{hundreds} सौ"


def _fraction(match: Match) -> str:
    """`3/4` -> तीन चौथाई; `2 1/2` -> ढाई; `7/8` -> 7 बटा 8."""
    whole, part = int(match[1] or 0), (int(match[2]), int(match[3]))
    if whole and part == (1, 2):
        return {1: "डेढ़", 2: "ढाई"}.get(whole) or f"साढ़े {whole}"
    said = _FRACTIONS.get(part) or f"{part[0]} बटा {part[1]}"
    return f"{whole} और {said}" if whole else said


def _abbreviation(match: Match) -> str:
    return _ABBREVIATIONS[match[1]]


_RULES: tuple[Rule, ...] = (
    rule(r"(?<![\w./-])(\d{4})-(\d\d)-(\d\d)(?![\w/-])", _date),
    rule(r"(?<![\w:.,])(\d{1,2}):(\d\d)(?::\d\d)?(?:\s?बजे)?(?![\w:])", _time),
    rule(rf"(?<!\w)({_MARK})\s?({_NUMBER})(?:\s?({_SCALE}))?", lambda m: _counted(m[2], m[3], _CURRENCIES[m[1]])),
    rule(
        rf"{ALONE}({_NUMBER})\s?(?:({_SCALE})\s?)?({_MARK})(?!\w)",
        lambda m: _counted(m[1], m[2], _CURRENCIES[m[3]]),
    ),
    rule(rf"{ALONE}(?:(\d{{1,3}})\s)?([1-9])/([2-9]|10)(?![\d/])", _fraction),
    rule(rf"{ALONE}({one_of(_ORDINALS)})(?=[ािीे](?!\w))", lambda m: _ORDINALS[m[1]]),
    rule(
        rf"(?<=[\u0900-\u097f] )(?=[IVX]{{2}})({roman.PATTERN})(?![\w-])",
        lambda m: str(roman.value(m[1])),
    ),
    rule(r"(?<![\w.,-])\d+(?:-\d+){2,}(?![\w-])", lambda m: m[0].replace("-", ", ")),
    rule(rf"(?<![\w.,/-])({_NUMBER})\s?%?\s?-\s?(?={_NUMBER})", r"\1 से "),
    rule(rf"(?<![\w)\u0900-\u097f])-\s?(?={_NUMBER})", "माइनस "),
    rule(
        rf"{ALONE}({_NUMBER})(?:\s?({_SCALE}))?\s?({_UNIT})(?![\w^/])",
        lambda m: _counted(m[1], m[2], _UNITS[m[3]]),
    ),
    rule(rf"(?<![\w.])({one_of(_ABBREVIATIONS)})(?!\w)", _abbreviation),
    rule(rf"(?<![\w.,])(1[1-9])(\d\d){_IN_A_YEAR}", _year),
    rule(r"(?<![\w.])(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", "")),
    rule(rf"{ALONE}{_NUMBER}", lambda m: _bare(m[0])),
    rule(r"(?<=\d)(?=[A-Za-z])", " "),
    rule(r"(?<=[^\W\d_])-?(?=\d)|(?<=[\u0900-\u0963\u0970-\u097f])-(?=\d)", " "),
)
_REST: tuple[Rule, ...] = (rule(rf"({one_of(_SIGNS)})", lambda m: _SIGNS[m[1]]),)
