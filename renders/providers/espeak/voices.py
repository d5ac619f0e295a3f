"""Which espeak-ng voice speaks for which language and voice name, and how."""

from __future__ import annotations

from dataclasses import dataclass

WORDS_A_MINUTE = 165
"""Set on the voice: brisk for English, natural for an explainer."""


@dataclass(frozen=True)
class Speaker:
    """A voice variant of espeak-ng, chosen by measuring: no clipping, and most of it where speech is understood."""

    variant: str
    pitch: int
    """0 to 99; 50 is the variant's own."""
    pitch_range: int
    """0 to 99; 50 is the variant's own, more is livelier."""
    trim: float
    """dB that make its loudness that of the others."""


_MALE = Speaker(variant="max", pitch=50, pitch_range=65, trim=0.45)
_FEMALE = Speaker(variant="Annie", pitch=42, pitch_range=50, trim=-0.8)

SPEAKERS: dict[str, Speaker] = {"default": _MALE, "male": _MALE, "female": _FEMALE}
"""By the voice names of a request (R1)."""

_ACCENTS = {"en": "en-us", "en-gb": "en-gb", "ru": "ru", "hi": "hi"}
"""The languages whose texts are also prepared for reading aloud (`renders.speech`)."""

LANGUAGES = ("en", "hi", "ru")


def accent(language: str) -> str | None:
    """espeak-ng's name of a language code (`en`, `en-GB`, `ru_RU`); None where no voice of ours speaks it."""
    code = language.strip().lower().replace("_", "-")
    return _ACCENTS.get(code) or _ACCENTS.get(code.partition("-")[0])
