"""Reading Russian aloud."""

from __future__ import annotations

import re

from renders.speech import figures, letters
from renders.speech import russian_nouns as nouns
from renders.speech import russian_numbers as say
from renders.speech.figures import ALONE
from renders.speech.rules import Match, Rule, one_of, rewrite, rule
from renders.speech.russian_dates import DATES, before
from renders.speech.russian_letters import KNOWN, LATIN, read_acronyms
from renders.speech.russian_nouns import Noun
from renders.speech.russian_romans import ROMANS

_NUMBER = figures.RUSSIAN
_SCALE = one_of(nouns.SCALES)
_MARK = one_of(nouns.CURRENCIES)
_UNIT = one_of(nouns.UNITS)
_RANGE = rf"(?:({_NUMBER})\s?%?\s?-\s?)?({_NUMBER})"

_ABBREVIATIONS = {
    **{"т. е.": "то есть", "т.е.": "то есть", "т. к.": "так как", "т.к.": "так как", "т. н.": "так называемый"},
    **{"и т. д.": "и так далее", "и т.д.": "и так далее", "и т. п.": "и тому подобное", "и т.п.": "и тому подобное"},
    **{"и др.": "и другие", "и пр.": "и прочее", "до н. э.": "до нашей эры", "до н.э.": "до нашей эры"},
    **{"н. э.": "нашей эры", "н.э.": "нашей эры", "напр.": "например", "см.": "смотри", "им.": "имени"},
    **{"ок.": "около", "акад.": "академик", "проф.": "профессор", "д-р": "доктор", "г-н": "господин"},
    **{"г-жа": "госпожа", "ул.": "улица", "просп.": "проспект", "обл.": "область", "стр.": "страница"},
    **{"рис.": "рисунок", "табл.": "таблица", "гл.": "глава", "тел.": "телефон", "ср.": "сравни"},
    **{"в т. ч.": "в том числе", "в т.ч.": "в том числе", "т.н.": "так называемый", "о-в": "остров", "р-н": "район"},
}
_SIGNS = {
    **{"&": " и ", "=": " равно ", "+": " плюс ", "≈": " примерно ", "~": " примерно ", "±": " плюс-минус "},
    **{"×": " на ", "÷": " разделить на ", "@": " собака ", "%": " процентов ", "°": " градусов ", "§": " параграф "},
    **{"$": " долларов ", "€": " евро ", "£": " фунтов ", "₹": " рупий ", "₽": " рублей ", "#": " номер "},
    **{"≤": " не более ", "≥": " не менее ", "‰": " промилле "},
}
_ORDINALS = {
    **{"й": "nm", "ый": "nm", "ой": "nm", "ий": "nm", "я": "nf", "ая": "nf", "го": "gm", "ого": "gm", "му": "dm"},
    **{"ому": "dm", "м": "pm", "ом": "pm", "ым": "im", "ю": "af", "ую": "af", "е": "nn", "ое": "nn", "х": "gp"},
    **{"ых": "gp", "ми": "ip", "ыми": "ip"},
}
"""Case and gender (p: plural) of `5-й`, `1960-х`; `-е` may be a plural too."""


def read(text: str) -> str:
    """A clean text in spoken words; `aloud.spoken` cleans and tidies."""
    text = letters.calm(figures.western_digits(text), KNOWN)
    text = rewrite(text, (*_ABBREVIATED, *DATES, *_AMOUNTS, *_NAMES))
    text = letters.read_latin(read_acronyms(text), LATIN)
    text = rewrite(text, (*_FIGURES, *_REST))
    return figures.digits_in_words(text, say.DIGITS)


def _abbreviation(match: Match) -> str:
    ends_text = match[1].endswith(".") and match.end() == len(match.string)
    words = _ABBREVIATIONS[match[1].lower()]
    return (words.capitalize() if match[1][0].isupper() else words) + ("." if ends_text else "")


def _amount(match: Match, first: str, last: str, gender: str, case: str) -> str:
    """One number or a range of two, in their case."""
    if not first:
        return say.cardinal(last, case, gender)
    if say.takes_no_range(before(match)):
        return f"{say.cardinal(first, case, gender)}, {say.cardinal(last, case, gender)}"
    return f"от {say.cardinal(first, 'g', gender)} до {say.cardinal(last, 'g', gender)}"


def _counted(match: Match, first: str, last: str, scale: Noun | None, unit: Noun | None) -> str:
    """A number with its large-number word and its unit: пять миллионов километров."""
    case = say.case_before(before(match)) or "n"
    if case == "a" and unit and re.match(r"\s+(?:от|к)\b", match.string[match.end() : match.end() + 5]):
        case = "p"  # в 5 км от города
    counted = scale or unit
    assert counted is not None
    spoken = _amount(match, first, last, counted.gender, case)
    if spoken.startswith("от ") and first:
        case = "g"
    spoken += " " + counted.after(say.figure_of(last), case)
    if scale and unit:
        spoken += " " + unit.plural("g")
    return spoken


def _measure(match: Match) -> str:
    scale = nouns.SCALES[match[3]] if match[3] else None
    spoken = _counted(match, match[1] or "", match[2], scale, nouns.UNITS[match[4]])
    return spoken + _dot(match, match[4])


def _scaled(match: Match) -> str:
    return _counted(match, match[1] or "", match[2], nouns.SCALES[match[3]], None) + _dot(match, match[3])


def _money(match: Match) -> str:
    scale = nouns.SCALES[match["scale"]] if match["scale"] else None
    written = match["mark"]
    return _counted(match, match[2] or "", match[3], scale, nouns.CURRENCIES[written]) + _dot(match, written)


def _money_after(match: Match) -> str:
    scale = nouns.SCALES[match[3]] if match[3] else None
    return _counted(match, match[1] or "", match[2], scale, nouns.CURRENCIES[match[4]]) + _dot(match, match[4])


def _dot(match: Match, word: str) -> str:
    return "." if word.endswith(".") and match.end() == len(match.string) else ""


def _ordinal(match: Match) -> str:
    """`5-й`, `90-е годы`; `5-ти` is a cardinal."""
    number, suffix = match[1], match[2]
    if len(number) > figures.LONGEST_NUMBER - 9:
        return f"{number} {suffix}"
    if suffix in ("ти", "и"):
        return say.cardinal(number, "g")
    case, gender = _ORDINALS[suffix][0], _ORDINALS[suffix][1]
    if suffix in ("е", "ое") and re.match(r"\s[а-яё]+(?:ы|и|ые|ие)\b", match.string[match.end() : match.end() + 40]):
        gender = "p"
    return say.ordinal(int(number), case, gender.replace("p", "m"), plural=gender == "p")


def _plain(match: Match) -> str:
    """A number before a noun takes its gender and case from it, as far as the endings tell."""
    first, last = match[1] or "", match[2]
    after = match.string[match.end() : match.end() + 60].lower()
    words = re.findall(r"^\s([а-яё]+)(?:\s([а-яё]+))?", after)
    noun = words[0][0] if words else ""
    following = words[0][1] if words else ""
    case = say.case_before(before(match)) or "n"
    counted = following if case == "a" and re.search(r"[ыи]х$", noun) else noun
    if re.search(r"(?:ах|ях)$", counted):
        case = "p"
    elif re.search(r"(?:ами|ями|ыми|ими)$", noun):
        case = "i"
    return _amount(match, first, last, _gender(last, noun, following), case)


def _gender(number: str, noun: str, following: str) -> str:
    figure = say.figure_of(number)
    if figure.fraction or figure.integer % 100 in (11, 12):
        return "m"
    if figure.integer % 10 == 1:
        if re.search(r"(?:ость|ночь|часть|степень|область|жизнь|сеть|речь|цель|площадь|модель)$", noun):
            return "f"
        if re.search(r"(?:[^м]я|а|у|ю|ой|ей|ы|и)$", noun) and not re.search(r"(?:ий|ый)$", noun):
            return "f"
        return "n" if re.search(r"[ое]$", noun) else "m"
    if figure.integer % 10 == 2:
        counted = following if re.search(r"(?:ых|их)$", noun) else noun
        return "f" if re.search(r"[ыи]$|[ыи]е$", counted) else "m"
    return "m"


def _fraction(match: Match) -> str:
    top, bottom = int(match[2]), int(match[3])
    if match[1] and (top, bottom) == (1, 2):
        return f"{say.cardinal(match[1])} с половиной"
    whole = say.cardinal(f"{match[1]},0").removesuffix("ноль десятых") if match[1] else ""
    return f"{whole}{say.cardinal(match[2], gender='f')} {say.parts_of(bottom, top)}"


_ABBREVIATED: tuple[Rule, ...] = (
    # Cyrillic Х for the Roman ten, as many a keyboard writes it.
    rule(r"\b[ХXVI]*Х[ХXVI]*(?=\s(?:вв?\.|век|столети|тысячелети))", lambda m: m[0].replace("Х", "X")),
    rule(r"(?<=\dх )гг\.|(?<=\d-х )гг\.", lambda m: "годах" if re.search(r"\b[Вв] \d+-?х $", before(m)) else "годов"),
    rule(r"(?<=\d-е )гг\.", "годы"),
    rule(r"(?<=\b[Пп]о )(?:МСК|мск)\b", "московскому времени"),
    rule(rf"(?<![\w.])({one_of(_ABBREVIATIONS)})(?!\w)", _abbreviation, any_case=True),
    rule(r"(?<![\w.])(?<!\d )г\.(?=\s[А-ЯЁ])", "город"),
    rule(r"(?<![\w.])св\.(?=\s[А-ЯЁ])", "святой"),
    rule(r"(?<![\w.])([А-ЯЁ])\.\s?(?=[А-ЯЁ])", r"\1 "),
    rule(r"(?<![\w.])(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", "") + ("." if m.end() == len(m.string) else "")),
    rule(r"(?<![\w)])<\s?(?=\d)", "менее "),
    rule(r"(?<![\w)])>\s?(?=\d)", "более "),
)
_AMOUNTS: tuple[Rule, ...] = (
    rule(r"(?<![\w.,])[.,](?=\d)", "0,"),
    rule(r"(?<=\d):(?=\d)", " к "),
    rule(r"(?<![\w.,-])\d+(?:-\d+){2,}(?![\w-])", lambda m: m[0].replace("-", ", ")),
    rule(r"(?<![\w.,])\d+(?:\.\d+){3,}(?![\w.]\w)", lambda m: m[0].replace(".", " точка ")),
    rule(rf"(?<!\w)(?P<mark>{_MARK})\s?(?:({_NUMBER})\s?-\s?)?({_NUMBER})(?:\s?(?P<scale>{_SCALE})(?!\w))?", _money),
    rule(rf"{ALONE}{_RANGE}\s?(?:({_SCALE})\s?)?({_MARK})(?!\w)", _money_after),
    rule(rf"(?<![\w)])-\s?(?={_NUMBER})", "минус "),
    rule(rf"{ALONE}{_RANGE}(?:\s?({_SCALE}))?\s?({_UNIT})(?![\w^/])", _measure),
    rule(rf"{ALONE}{_RANGE}\s?({_SCALE})(?!\w)", _scaled),
    rule(rf"{ALONE}(\d+)-?({one_of([*_ORDINALS, 'ти', 'и'])})(?!\w)", _ordinal),
    rule(
        r"(?<![\w.,])(\d{1,4})-([а-яё]{4,})",
        lambda m: say.compound(int(m[1])) + m[2],
    ),
    rule(rf"{ALONE}(?:(\d{{1,3}})\s)?([1-9])/([2-9]|10)(?![\d/])", _fraction),
    rule(rf"{ALONE}({_NUMBER})\^(-?)(\d+)", lambda m: f"{m[1]} в степени {'минус ' if m[2] else ''}{m[3]}"),
)
_NAMES: tuple[Rule, ...] = (
    *ROMANS,
    # A name (Ту-154, CO2): whatever case its neighbours ask for, its number stays as it is.
    rule(r"(?<=[^\W\d_])-?(\d+)(?![\w-]|[.,]\d)", lambda m: " " + say.cardinal(m[1])),
    rule(r"(?<=[^\W\d_])-?(?=\d)", " "),
    rule(r"(?<=\d)-?(?=[^\W\d_])", " "),
)
_FIGURES: tuple[Rule, ...] = (rule(rf"{ALONE}{_RANGE}", _plain), rule(_NUMBER, lambda m: say.cardinal(m[0])))
_REST: tuple[Rule, ...] = (
    rule(r"(?<!\w)(млн|млрд|трлн)\b\.?", lambda m: nouns.SCALES[m[1]].plural("g")),
    rule(r"(?<!\w)тыс\.", "тысяч"),
    rule(r"(?<!\w)руб\.", "рублей"),
    rule(r"(?<=\w) < (?=\w)", " меньше "),
    rule(r"(?<=\w) > (?=\w)", " больше "),
    rule(rf"({one_of(_SIGNS)})", lambda m: _SIGNS[m[1]]),
)
