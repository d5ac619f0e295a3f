from __future__ import annotations

import re
from pathlib import Path

import pytest

from renders.look.theme import contrast, from_hex
from renders.presentation.status import LOOKS, Shown

CSS = Path("static/console/console.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--rh-([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root[^{]*\{([^}]*)\}", CSS)[:2]
)


@pytest.mark.parametrize("kind", Shown)
def test_every_status_is_readable_in_light_and_dark(kind):
    for tone in (LOOKS[kind].light, LOOKS[kind].dark):
        assert contrast(from_hex(tone.text), from_hex(tone.background)) >= 4.5


@pytest.mark.parametrize("kind", Shown)
def test_the_stylesheet_has_the_tokens_of_the_registry(kind):
    for tokens, tone in ((LIGHT, LOOKS[kind].light), (DARK, LOOKS[kind].dark)):
        assert tokens[kind.value] == tone.text.lower()
        assert tokens[f"{kind.value}-background"] == tone.background.lower()


@pytest.mark.parametrize("kind", Shown)
def test_a_bare_shape_is_readable_on_every_surface(kind):
    for tokens, tone in ((LIGHT, LOOKS[kind].light), (DARK, LOOKS[kind].dark)):
        for surface in ("page", "card", "sunken"):
            assert contrast(from_hex(tone.text), from_hex(tokens[surface])) >= 4.5


@pytest.mark.parametrize("text", ["text", "dim", "accent", "second", "error"])
def test_text_is_readable_on_every_surface(text):
    for tokens in (LIGHT, DARK):
        for surface in ("page", "card", "sunken"):
            assert contrast(from_hex(tokens[text]), from_hex(tokens[surface])) >= 4.5


def test_no_two_statuses_share_a_word_a_symbol_or_a_shape():
    for part in ("word", "symbol", "shape"):
        assert len({getattr(look, part) for look in LOOKS.values()}) == len(Shown)
