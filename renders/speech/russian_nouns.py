"""Russian nouns that follow numbers: units, currencies and large numbers, in every case."""

from __future__ import annotations

from dataclasses import dataclass

from renders.speech.figures import Figure
from renders.speech.rules import listed

CASES = "ngdaip"
"""Nominative, genitive, dative, accusative, instrumental, prepositional."""

_ENDINGS = {
    "m": (["", "а", "у", "", "ом", "е"], listed("ы ов ам ы ами ах")),
    "m0": (["", "а", "у", "", "ом", "е"], ["ы", "", "ам", "ы", "ами", "ах"]),
    "ь": (listed("ь я ю ь ем е"), listed("и ей ям и ями ях")),
    "f": (listed("а ы е у ой е"), ["ы", "", "ам", "ы", "ами", "ах"]),
    "ча": (listed("а и е у ей е"), ["и", "", "ам", "и", "ами", "ах"]),
    "ля": (listed("я и е ю ей е"), listed("и ь ям и ями ях")),
    "ия": (listed("я и и ю ей и"), listed("и й ям и ями ях")),
    "год": (listed("год года году год годом году"), listed("годы лет годам годы годами годах")),
    "-": ([""] * 6, [""] * 6),
}
"""Endings by declension, singular and plural, in the order of `CASES`."""

_ADJECTIVE = {
    "m": listed("ый ого ому ый ым ом"),
    "f": listed("ая ой ой ую ой ой"),
    "plural": listed("ые ых ым ые ыми ых"),
}


@dataclass(frozen=True)
class Noun:
    stem: str
    declension: str = "m"
    adjective: str = ""
    """Stem of an adjective before it: `квадратн`."""
    rest: str = ""
    """What follows unchanged: `в час`."""

    @property
    def gender(self) -> str:
        return "f" if self.declension in ("f", "ча", "ля", "ия") else "m"

    def singular(self, case: str) -> str:
        return self._form(0, case, self.gender, case)

    def plural(self, case: str) -> str:
        return self._form(1, case, "plural", case)

    def after(self, figure: Figure, case: str) -> str:
        """The form after a number in that case: два километра, пять километров, к пяти километрам."""
        if figure.fraction:
            return self.singular("g")
        if figure.integer % 10 == 1 and figure.integer % 100 != 11:
            return self.singular(case)
        if case not in "na":
            return self.plural(case)
        few = figure.integer % 10 in (2, 3, 4) and figure.integer % 100 not in (12, 13, 14)
        return self._form(0, "g", "plural", "g") if few else self.plural("g")

    def _form(self, number: int, case: str, adjective: str, adjective_case: str) -> str:
        words = [self.stem + _ENDINGS[self.declension][number][CASES.index(case)]]
        if self.adjective:
            words.insert(0, self.adjective + _ADJECTIVE[adjective][CASES.index(adjective_case)])
        return " ".join([*words, self.rest] if self.rest else words)


HOUR, MINUTE, PERCENT = Noun("час"), Noun("минут", "f"), Noun("процент")

_METRES = {"км": "километр", "м": "метр", "см": "сантиметр", "мм": "миллиметр", "km": "километр", "m": "метр"}

UNITS: dict[str, Noun] = {
    **{short: Noun(stem) for short, stem in _METRES.items()},
    **{f"{s}{p}2": Noun(stem, adjective="квадратн") for s, stem in _METRES.items() for p in ("^", "")},
    **{f"{s}{p}3": Noun(stem, adjective="кубическ") for s, stem in _METRES.items() for p in ("^", "")},
    **{f"кв.{g}{s}": Noun(stem, adjective="квадратн") for s, stem in _METRES.items() for g in ("", " ")},
    **{f"куб.{g}{s}": Noun(stem, adjective="кубическ") for s, stem in _METRES.items() for g in ("", " ")},
    **{"мкм": Noun("микрометр"), "нм": Noun("нанометр"), "га": Noun("гектар"), "миль": Noun("мил", "ля")},
    **{"км/ч": Noun("километр", rest="в час"), "км/с": Noun("километр", rest="в секунду")},
    **{"м/с": Noun("метр", rest="в секунду"), "km/h": Noun("километр", rest="в час")},
    **{"кг": Noun("килограмм"), "г": Noun("грамм"), "мг": Noun("миллиграмм"), "т": Noun("тонн", "f")},
    **{"kg": Noun("килограмм"), "л": Noun("литр"), "мл": Noun("миллилитр"), "ц": Noun("центнер")},
    **{"ч": HOUR, "ч.": HOUR, "мин": MINUTE, "мин.": MINUTE, "сек": Noun("секунд", "f"), "сек.": Noun("секунд", "f")},
    **{"Вт": Noun("ватт", "m0"), "кВт": Noun("киловатт", "m0"), "МВт": Noun("мегаватт", "m0")},
    **{"ГВт": Noun("гигаватт", "m0"), "ТВт": Noun("тераватт", "m0"), "GW": Noun("гигаватт", "m0")},
    **{"кВт·ч": Noun("киловатт-час"), "кВтч": Noun("киловатт-час"), "МВт·ч": Noun("мегаватт-час")},
    **{"ГВт·ч": Noun("гигаватт-час"), "ТВт·ч": Noun("тераватт-час"), "В": Noun("вольт", "m0")},
    **{"кВ": Noun("киловольт", "m0"), "А": Noun("ампер", "m0"), "Гц": Noun("герц", "m0")},
    **{"кГц": Noun("килогерц", "m0"), "МГц": Noun("мегагерц", "m0"), "ГГц": Noun("гигагерц", "m0")},
    **{"КБ": Noun("килобайт", "m0"), "МБ": Noun("мегабайт", "m0"), "ГБ": Noun("гигабайт", "m0")},
    **{"ТБ": Noun("терабайт", "m0"), "Мбит/с": Noun("мегабит", "m0", rest="в секунду")},
    **{"дБ": Noun("децибел", "m0"), "Н": Noun("ньютон"), "Дж": Noun("джоул", "ь"), "Па": Noun("паскал", "ь")},
    **{"гПа": Noun("гектопаскал", "ь"), "кПа": Noun("килопаскал", "ь"), "ккал": Noun("килокалори", "ия")},
    **{f"°{g}{c}": Noun("градус", rest="Цельсия") for c in "CС" for g in ("", " ")},
    **{f"°{g}F": Noun("градус", rest="Фаренгейта") for g in ("", " ")},
    **{"°": Noun("градус"), "%": PERCENT, "проц.": PERCENT, "‰": Noun("промилле", "-")},
    **{"а. е.": Noun("единиц", "f", "астрономическ"), "а.е.": Noun("единиц", "f", "астрономическ")},
    **{"св. лет": Noun("", "год", "светов"), "св. года": Noun("", "год", "светов"), "пк": Noun("парсек")},
    **{"экз.": Noun("экземпляр"), "чел.": Noun("человек", "m0"), "шт.": Noun("штук", "f")},
}

SCALES: dict[str, Noun] = {
    **{"тыс.": Noun("тысяч", "ча"), "тыс": Noun("тысяч", "ча"), "млн": Noun("миллион"), "млн.": Noun("миллион")},
    **{"млрд": Noun("миллиард"), "млрд.": Noun("миллиард"), "трлн": Noun("триллион"), "трлн.": Noun("триллион")},
}

_RUBLE, _DOLLAR, _RUPEE = Noun("рубл", "ь"), Noun("доллар"), Noun("рупи", "ия")
CURRENCIES: dict[str, Noun] = {
    **{"₽": _RUBLE, "руб.": _RUBLE, "руб": _RUBLE, "RUB": _RUBLE, "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR},
    **{"долл.": _DOLLAR, "€": Noun("евро", "-"), "EUR": Noun("евро", "-"), "£": Noun("фунт", rest="стерлингов")},
    **{"₹": _RUPEE, "INR": _RUPEE, "¥": Noun("иен", "f"), "коп.": Noun("копе", "-")},
}
