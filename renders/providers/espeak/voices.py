"""Which espeak-ng voice speaks for which language and voice name, and how."""

from __future__ import annotations

from dataclasses import dataclass

WORDS_A_MINUTE = 165
"""Set on the voice: brisk for English, natural for an explainer."""


@dataclass(frozen=True)
class Speaker:
    """A voice variant of espeak-ng, chosen by measuring: no clipping, and a spectrum near that of human speech."""

    variant: str
    pitch: int
    """0 to 99; 50 is the variant's own."""
    pitch_range: int
    """0 to 99; 50 is the variant's own, more is livelier."""
    trim: float
    """dB that make its loudness that of the others."""
    tone: str
    """FFmpeg filters that bring its long-term spectrum to that of human speech (Byrne et al., 1994): warmer below
    300 Hz, less shrill from 2 to 6 kHz. Over the three languages within 2.5 to 4.5 dB a third of an octave."""


_MALE = Speaker(
    variant="max",
    pitch=50,
    pitch_range=65,
    trim=1.2,
    tone="bass=f=230:g=3.5:t=q:w=0.6,equalizer=f=1900:t=o:w=1.3:g=-2,equalizer=f=5300:t=o:w=1.2:g=-2.5",
)
_FEMALE = Speaker(
    variant="Annie",
    pitch=34,
    pitch_range=50,
    trim=0.7,
    tone="bass=f=330:g=4:t=q:w=0.6,equalizer=f=2900:t=o:w=1.6:g=-6,equalizer=f=5200:t=o:w=1:g=-3",
)

SPEAKERS: dict[str, Speaker] = {"default": _MALE, "male": _MALE, "female": _FEMALE}
"""By the voice names of a request (R1)."""

_ACCENTS = {"en": "en-us", "en-gb": "en-gb", "ru": "ru", "hi": "hi"}
"""The languages whose texts are also prepared for reading aloud (`renders.speech`)."""

LANGUAGES = ("en", "hi", "ru")


def accent(language: str) -> str | None:
    """espeak-ng's name of a language code (`en`, `en-GB`, `ru_RU`); None where no voice of ours speaks it."""
    code = language.strip().lower().replace("_", "-")
    return _ACCENTS.get(code) or _ACCENTS.get(code.partition("-")[0])
