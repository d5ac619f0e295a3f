"""Reading English aloud."""

from __future__ import annotations

from renders.speech import english_numbers as say
from renders.speech import english_words as words
from renders.speech import figures, letters, roman
from renders.speech.english_dates import DATES
from renders.speech.figures import ALONE, Figure
from renders.speech.rules import Match, Rule, one_of, rewrite, rule

_NUMBER = figures.ENGLISH
_SCALE = one_of(words.SCALES)
_SCALE_WORD = "(?:hundred|thousand|million|billion|trillion|lakh|crore)"
_MARK = one_of(words.CURRENCY_MARKS)
_UNIT = one_of(words.UNITS)
_YEAR = r"((?:1[1-9]|20)\d\d)(?![\w,]*\d|\.\d)"
_IN_MILLIONS = one_of(words.IN_MILLIONS)
_COUNTED = r" (?!(?:plus|minus|across|versus|is|was|has|as|this|its|us|thus|perhaps)\b)[a-z]+s\b"
"""What follows an amount, not a year: 1500 members."""


def read(text: str) -> str:
    """A clean text in spoken words; `aloud.spoken` cleans and tidies."""
    text = letters.calm(figures.western_digits(text))
    text = rewrite(text, (*_ABBREVIATED, *DATES, *_AMOUNTS, *_NAMES))
    text = letters.read_latin(text, words.LETTERS)
    text = rewrite(text, (*_FIGURES, *_SIGNS))
    return figures.digits_in_words(text, words.DIGITS)


def _abbreviation(match: Match) -> str:
    ends_text = match[1].endswith(".") and match.end() == len(match.string)
    return words.ABBREVIATIONS[match[1]] + ("." if ends_text else "")


def _dotted(match: Match) -> str:
    """`U.S.` -> `US`; the full stop stays where it ends the text."""
    return match[0].replace(".", "") + ("." if match.end() == len(match.string) else "")


def _money(amount: str, scale: str, mark: str) -> str:
    one, many, small_one, small_many = words.CURRENCIES[words.CURRENCY_MARKS[mark]]
    figure = Figure.of(amount)
    if scale:
        return f"{say.cardinal(amount)} {words.SCALES[scale]} {many}"
    if len(figure.fraction) == 2 and not figure.is_code:
        cents = int(figure.fraction)
        whole = f"{say.cardinal(figure.whole)} {one if figure.integer == 1 else many}"
        small = f" and {say.cardinal(str(cents))} {small_one if cents == 1 else small_many}"
        return whole + (small if cents else "")
    return f"{say.cardinal(amount)} {one if amount == '1' else many}"


def _measure(match: Match) -> str:
    """`5 km`, `2.6 million km`; `10-km run` keeps the singular."""
    amount, scale, hyphen, unit = match[1], match[2], match[3], words.UNITS[match[4]]
    singular = hyphen == "-" or (amount == "1" and not scale)
    return f"{say.cardinal(amount)} {scale + ' ' if scale else ''}{unit[0] if singular else unit[1]}"


def _ordinal(match: Match) -> str:
    figure = Figure.of(match[1])
    return say.cardinal(match[1]) if figure.is_code else say.ordinal(figure.integer)


def _fraction(match: Match) -> str:
    """`3/4` -> three quarters; `2 1/2` -> two and a half."""
    top, bottom = int(match[2]), int(match[3])
    name = {2: "half", 4: "quarter"}.get(bottom) or say.ordinal(bottom)
    if top > 1:
        name = "halves" if bottom == 2 else name + "s"
    if match[1]:
        return f"{say.cardinal(match[1])} and {'a' if top == 1 else say.cardinal(str(top))} {name}"
    return f"{say.cardinal(str(top))} {name}"


def _after_name(match: Match) -> str:
    """`Elizabeth II` -> Elizabeth the second; `Chapter IV` -> Chapter four."""
    number = roman.value(match[2])
    return f"{match[1]} {'the ' + say.ordinal(number) if match[1] in words.REGNAL else say.cardinal(str(number))}"


_ABBREVIATED: tuple[Rule, ...] = (
    rule(rf"(?<![\w.])({one_of(words.ABBREVIATIONS)})(?!\w)", _abbreviation),
    rule(r"\bWW(II?)\b", lambda m: f"World War {'two' if m[1] == 'II' else 'one'}"),
    rule(r"(?<=\bSuper Bowl )([LXVI]+)\b", lambda m: say.cardinal(str(roman.value(m[1])))),
    rule(r"(?<=\bNGC )([1-9]\d{3})\b(?![.,]?\d)", lambda m: say.year(int(m[1]))),
    rule(r"(?<!\w)etc\.(?=$)", "et cetera."),
    rule(r"(?<!\w)etc\b\.?", "et cetera"),
    rule(r"(?<!\w)St\.(?=\s[A-Z])", "Saint"),
    rule(r"(?<=\w )St\.", "Street"),
    rule(r"(?<![\w.])(?:[A-Z]\.){2,}", _dotted),
    rule(r"(?<![\w.])A\.(?=\s?[A-Z])", "eigh "),
    rule(r"(?<![\w.])([B-Z])\.(?=\s?[A-Z])", r"\1 "),
    rule(rf"(?<![\w)])({one_of(words.BEFORE_NUMBER)})\s?(?=\d)", lambda m: words.BEFORE_NUMBER[m[1]] + " "),
)
_AMOUNTS: tuple[Rule, ...] = (
    rule(r"(?<![\w.,])\d+(?:\.\d+){2,}(?![\w.]\w)", lambda m: m[0].replace(".", " point ")),
    rule(r"(?<![\w.,])\.(?=\d)", "0."),
    rule(r"(?<=\d)'(?=\d)", " foot "),
    rule(r"(?<=\d):(?=\d)", " to "),
    rule(r"(?<![\w.,/-])50\s?[-/]\s?50(?![\w/-])", "fifty fifty"),
    rule(r"(?<=[A-Za-z])-(\d{1,3})s\b", lambda m: " " + say.plural(m[1])),
    rule(rf"{ALONE}({_NUMBER})(m|k)(?= {_IN_MILLIONS}\b)", lambda m: f"{m[1]} {words.SCALES[m[2]]}"),
    rule(r"(?<=\d)x(?!\w)", " times"),
    rule(r"(?<![\w.,])((?:1[1-9]|20)\d0)'?s\b", lambda m: say.decade(int(m[1]))),
    rule(r"(?<![\w.,])'?([2-9]0)'?s\b", lambda m: say.decade(int(m[1]))),
    rule(
        rf"(?<!\w)({_MARK})\s?({_NUMBER})\s?-\s?(?:{_MARK}\s?)?({_NUMBER})(?:[\s-]?({_SCALE})(?!\w))?",
        lambda m: f"{say.cardinal(m[2])} to {_money(m[3], m[4] or '', m[1])}",
    ),
    rule(rf"(?<!\w)({_MARK})\s?({_NUMBER})(?:[\s-]?({_SCALE})(?!\w))?", lambda m: _money(m[2], m[3] or "", m[1])),
    rule(rf"{ALONE}({_NUMBER})\s?(?:({_SCALE})\s?)?({_MARK})(?!\w)", lambda m: _money(m[1], m[2] or "", m[3])),
    rule(rf"{ALONE}({_NUMBER})\s?%\s?-\s?(?={_NUMBER}\s?%)", r"\1 to "),
    rule(r"(?<![\w.,-])\d+(?:-\d+){2,}(?![\w-])", lambda m: m[0].replace("-", ", ")),
    rule(rf"(?<![\w.,/-])({_NUMBER})\s?-\s?(?={_NUMBER})", r"\1 to "),
    rule(rf"(?<![\w)])-\s?(?={_NUMBER})", "minus "),
    rule(rf"{ALONE}({_NUMBER})\s?%", lambda m: say.cardinal(m[1]) + " percent"),
    rule(rf"{ALONE}({_NUMBER})(?:\s?({_SCALE_WORD}))?(\s|-|)({_UNIT})(?![\w^/'])", _measure),
    rule(rf"{ALONE}({_NUMBER})(?:st|nd|rd|th)(?!\w)", _ordinal),
    rule(rf"{ALONE}(?:(\d{{1,3}})\s)?([1-9])/([2-9]|10)(?![\d/])", _fraction),
    rule(rf"{ALONE}({_NUMBER})\^(-?)(\d+)", lambda m: f"{m[1]} to the power of {'minus ' if m[2] else ''}{m[3]}"),
)
_NAMES: tuple[Rule, ...] = (
    rule(rf"\b({roman.PATTERN})-({roman.PATTERN})(?=\s[Cc]entur)", r"\1 to \2"),
    rule(rf"\b({roman.PATTERN})(?=(?: to {roman.PATTERN})? [Cc]entur)", lambda m: say.ordinal(roman.value(m[1]))),
    rule(
        rf"\b({one_of(words.REGNAL | words.NUMBERED)}) ({roman.PATTERN})\b(?!-\w|'(?!s\b)\w|\.?\s[A-Z]\b)",
        _after_name,
    ),
    rule(
        rf"(?<=[a-z] )(?=[IVX]{{2}})({roman.PATTERN})\b(?!-\w|\s[A-Z]\b)",
        lambda m: say.cardinal(str(roman.value(m[1]))),
    ),
    rule(r"(?<![A-Za-z0-9])([a-z])(?=[A-Z]{2,})", r"\1 "),
    rule(r"(?<=[A-Za-z])-?(?=\d)", " "),
    rule(r"(?<=\d)-?(?=[^\W\d_])(?!s\b)", " "),
    rule(r"(?<=[ -])A(?=$|[.,;:!?-](?!\w)| (?:and|or|is|was|of|in|to|at|on|for)\b)", "eigh"),
)
_FIGURES: tuple[Rule, ...] = (
    rule(r"(?<=\b[Ii]n )(10[1-9]\d)(?![\w,]*\d|\.\d|\s[a-z]+s\b)", lambda m: say.year(int(m[1]))),
    rule(rf"(?<=\b[Ii]n ){_YEAR}", lambda m: say.year(int(m[1]))),
    rule(rf"{ALONE}{_YEAR}(?!{_COUNTED})", lambda m: say.year(int(m[1]))),
    rule(_NUMBER, lambda m: say.cardinal(m[0])),
)
_SIGNS: tuple[Rule, ...] = (
    rule(rf"({one_of(words.SIGNS)})", lambda m: words.SIGNS[m[1]]),
    rule(r"(?<=\w) < (?=\w)", " less than "),
    rule(r"(?<=\w) > (?=\w)", " more than "),
    rule(r"\b([Aa])nd/or\b", r"\1nd or"),
)
