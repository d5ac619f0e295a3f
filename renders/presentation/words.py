"""A sentence with moments in it: pages show them in the viewer's zone, mails and chats in the reader's."""

from __future__ import annotations

from datetime import datetime, tzinfo


class Command(str):
    """A piece that is typed into a terminal."""

    __slots__ = ()


Words = tuple[str | datetime, ...]
"""Pieces of one or more sentences, spaces included."""


def as_text(words: Words, zone: tzinfo) -> str:
    """The sentence as plain text, its moments as clock times of `zone`."""
    return "".join(f"{piece.astimezone(zone):%H:%M:%S %Z}" if isinstance(piece, datetime) else piece for piece in words)


def without(text: str, remedy: str) -> str:
    """`text` without the remedy that it ends with: where both are shown, it is said once."""
    text = " ".join(text.split())
    return text.removesuffix(" ".join(remedy.split())).strip() or text


def ended(text: str) -> str:
    """`text` as a sentence: with a full stop, if it has no end of its own."""
    text = " ".join(text.split())
    return text if not text or text[-1] in ".!?:…।" else f"{text}."
