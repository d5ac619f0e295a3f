"""Written text made speakable: figures, dates, units, abbreviations and symbols in words. Pure; `aloud.spoken`."""
