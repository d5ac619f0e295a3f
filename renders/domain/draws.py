"""Draws that come out the same each time: chance that a run can be replayed with.

A draw is made from what it is for, never from when or by whom it is made. Work that is done again after its worker died
meets the same chance.
"""

from __future__ import annotations

from hashlib import blake2b

_BYTES = 7
"""Of the hash: 56 bits, of which a float keeps 53."""


def draw(*about: object) -> float:
    """A number from [0, 1): the same for the same words, evenly spread over different ones."""
    text = "\x1f".join(map(str, about)).encode()
    return (int.from_bytes(blake2b(text, digest_size=_BYTES).digest()) >> 3) / (1 << (8 * _BYTES - 3))
