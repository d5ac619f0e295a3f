"""English words for units, currencies, abbreviations and signs."""

from __future__ import annotations

from renders.speech.rules import listed

LETTERS = {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {"A": "eigh", "^A": "A"}
"""Names of letters. An A that is not the first would be taken for the article, so it is spelled as it sounds."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

MONTHS = listed("January February March April May June July August September October November December")
MONTH_SHORT = {month[:3]: month for month in MONTHS} | {"Sept": "September"}

_LENGTHS = {"km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "mi": "mile", "ft": "foot"}
_REGULAR = listed(
    "nm=nanometer μm=micrometer yd=yard ha=hectare ly=light-year pc=parsec kg=kilogram g=gram mg=milligram t=ton "
    "lb=pound lbs=pound oz=ounce L=liter l=liter ml=milliliter mL=milliliter s=second sec=second ms=millisecond "
    "min=minute h=hour hr=hour hrs=hour W=watt kW=kilowatt MW=megawatt GW=gigawatt TW=terawatt Wh=watt-hour "
    "kWh=kilowatt-hour MWh=megawatt-hour GWh=gigawatt-hour TWh=terawatt-hour V=volt kV=kilovolt mA=milliamp "
    "mAh=milliamp-hour KB=kilobyte kB=kilobyte MB=megabyte GB=gigabyte TB=terabyte dB=decibel N=newton kN=kilonewton "
    "J=joule Pa=pascal hPa=hectopascal kPa=kilopascal"
)
_RATES = listed(
    "km/h=kilometer/hour kmh=kilometer/hour kph=kilometer/hour km/s=kilometer/second m/s=meter/second mph=mile/hour "
    "Mbps=megabit/second Gbps=gigabit/second ppm=part/million ppb=part/billion"
)


def _powers(power: str, name: str) -> dict[str, tuple[str, str]]:
    """`km^2`, `km2`: square kilometers."""
    return {
        f"{short}{sign}{power}": (f"{name} {unit}", f"{name} {_plural(unit)}")
        for short, unit in _LENGTHS.items()
        for sign in ("^", "")
    }


def _plural(unit: str) -> str:
    return "feet" if unit == "foot" else unit + "s"


UNITS: dict[str, tuple[str, str]] = {
    **{short: (unit, _plural(unit)) for short, unit in _LENGTHS.items()},
    **_powers("2", "square"),
    **_powers("3", "cubic"),
    **{short: (unit, unit + "s") for short, _, unit in (pair.partition("=") for pair in _REGULAR)},
    **{
        short: (unit.replace("/", " per "), unit.replace("/", "s per "))
        for short, _, unit in (pair.partition("=") for pair in _RATES)
    },
    **{
        f"{k}Hz": (f"{name}hertz", f"{name}hertz")
        for k, name in {"": "", "k": "kilo", "M": "mega", "G": "giga"}.items()
    },
    **{f"°{gap}C": ("degree Celsius", "degrees Celsius") for gap in ("", " ")},
    **{f"°{gap}F": ("degree Fahrenheit", "degrees Fahrenheit") for gap in ("", " ")},
    **{f"sq{dot} km": ("square kilometer", "square kilometers") for dot in ("", ".")},
    **{f"sq{dot} mi": ("square mile", "square miles") for dot in ("", ".")},
    **dict.fromkeys(("AU", "au"), ("astronomical unit", "astronomical units")),
    "m/s^2": ("meter per second squared", "meters per second squared"),
    "g/cm^3": ("gram per cubic centimeter", "grams per cubic centimeter"),
    "kg/m^3": ("kilogram per cubic meter", "kilograms per cubic meter"),
    "°": ("degree", "degrees"),
}
"""Singular and plural by what is written."""

SCALES = {
    **{name: name for name in ("hundred", "thousand", "million", "billion", "trillion", "lakh", "crore")},
    **{"k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mln": "million"},
    **{"b": "billion", "B": "billion", "bn": "billion", "T": "trillion", "tn": "trillion", "cr": "crore"},
}

CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "¥": ("yen", "yen", "sen", "sen"),
}
CURRENCY_MARKS = {
    **{mark: mark for mark in CURRENCIES},
    **{"US$": "$", "USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "Rs.": "₹", "Rs": "₹", "RUB": "₽", "JPY": "¥"},
}

ABBREVIATIONS = {
    **{"Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor", "Gen.": "General"},
    **{"Gov.": "Governor", "Sen.": "Senator", "Lt.": "Lieutenant", "Col.": "Colonel", "Capt.": "Captain"},
    **{
        "Sgt.": "Sergeant",
        "Maj.": "Major",
        "Jr.": "Junior",
        "Sr.": "Senior",
        "Inc.": "Incorporated",
        "Corp.": "Corporation",
    },
    **{"Ltd.": "Limited", "Mt.": "Mount", "Ft.": "Fort", "Rev.": "Reverend", "Hon.": "Honorable", "Ave.": "Avenue"},
    **{"e.g.": "for example", "i.e.": "that is", "et al.": "and others", "approx.": "approximately", "ca.": "circa"},
    **{"vs.": "versus", "vs": "versus", "aka": "also known as", "w/": "with", "w/o": "without", "dept.": "department"},
    **{"govt.": "government", "incl.": "including", "Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor"},
    **{"Ph.D.": "P-H-D", "PhD": "P-H-D"},
    **{"Intl.": "International", "Assn.": "Association", "Dept.": "Department", "resp.": "respectively"},
}
"""Where one ends the text, its full stop stays."""

BEFORE_NUMBER = {
    **{"No.": "number", "no.": "number", "Nos.": "numbers", "#": "number", "§": "section", "Fig.": "figure"},
    **{"fig.": "figure", "Vol.": "volume", "vol.": "volume", "Ch.": "chapter", "p.": "page", "pp.": "pages"},
    **{"c.": "circa", "~": "about", "≈": "about", "±": "plus or minus", "<": "less than", ">": "more than"},
    **{"≤": "at most", "≥": "at least", "+": "plus", "×": "times", "x": "times"},
}

SIGNS = {
    **{"&": " and ", "%": " percent ", "=": " equals ", "+": " plus ", "≈": " about ", "~": " about "},
    **{"°": " degrees ", "±": " plus or minus ", "×": " times ", "÷": " divided by ", "@": " at "},
    **{
        "$": " dollars ",
        "€": " euros ",
        "£": " pounds ",
        "₹": " rupees ",
        "₽": " rubles ",
        "‰": " per mille ",
        "≤": " at most ",
        "≥": " at least ",
    },
}

IN_MILLIONS = listed(
    "people users viewers visitors women men children workers voters customers subscribers followers passengers "
    "students residents homes households jobs copies doses barrels tons tonnes vehicles cars euros dollars pounds"
)
"""What is counted, not measured: `1.5m people` are a million and a half."""

REGNAL = frozenset(
    listed(
        "Elizabeth Charles Louis Henry George Edward James William Richard Mary Paul Benedict Pius Francis "
        "Nicholas Alexander Peter Catherine Philip Napoleon Ramesses Ramses Rama Leo Gregory Frederick Ivan "
        "Leopold Albert Victoria Wilhelm Otto Gustav Christian Harald Haakon Juan Carlos Felipe Alfonso "
        "Umberto Mehmed Murad Selim Darius Cyrus Xerxes Thutmose Amenhotep Seti Ptolemy Akbar Shah Bahadur "
        "Pulakeshin Chandragupta"
    )
)
"""After these names a Roman numeral is an ordinal: Elizabeth the second."""

NUMBERED = frozenset(
    listed(
        "War Chapter Part Volume Act Phase Type Title Article Class Mark Bowl Book Stage Level Grade Group "
        "Section Apollo Rocky Saturn Atlas Soyuz Ariane Falcon Delta Titan Agni Prithvi GSLV LVM PSLV Article Annex "
        "Schedule Block"
    )
)
"""After these words even a single letter is a numeral: Part V, Saturn V."""
