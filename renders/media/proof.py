"""A piece that was decoded by itself when it was made: for the output gate only what is around its edges is new then.

It decodes whole and strictly, it has as many frames as it should, and nothing in it is black or frozen that was not so
in what it was made of. The proof is kept by the bytes of the piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from renderhub.lib import child
from renders.media import ffmpeg, h264, stretches
from renders.media.cache import Cache, key_of
from renders.media.gate import BLUR
from renders.media.pieces import Piece
from renders.media.session import Session
from renders.media.stretches import Stretch

_FRAME = re.compile(rb"frame=\s*(\d+)")


def is_proved(piece: Piece, cache: Cache) -> bool:
    return cache.get(_key(piece)) is not None


def prove(piece: Piece, size: tuple[int, int], fps: int, cache: Cache, session: Session) -> bool:
    """Decode a piece, and keep that it is sound; false where it is not: the gate will look at it then.

    Raises child.ChildError for time-outs and cancelling.
    """
    if is_proved(piece, cache):
        return True
    clip = session.scratch(".ivf")
    h264.write_ivf(piece.units, piece.picture.parameters, clip, width=size[0], height=size[1], fps=fps)
    try:
        log = session.ffmpeg(
            [
                *("-stats", "-threads", "1", "-xerror", "-err_detect", "explode", "-f", "ivf", "-i", clip.name),
                *("-map", "0:v:0", "-vf", stretches.STRICT, "-f", "null", "-"),
            ]
        )
    except child.ChildFailed:
        return False
    finally:
        clip.unlink()
    counted, found = _FRAME.findall(log), stretches.logged(log)
    sound = bool(counted) and int(counted[-1]) == len(piece.units)
    sound = sound and _within(found.black, piece.black, len(piece.units) / fps)
    if sound and _within(found.frozen, piece.frozen, len(piece.units) / fps):
        note(piece, cache, session)
        return True
    return False


def note(piece: Piece, cache: Cache, session: Session) -> None:
    """Keep that a piece was decoded."""
    scratch = session.scratch(".proof")
    scratch.write_bytes(b"decoded")
    cache.put(_key(piece), scratch)
    scratch.unlink()


def _key(piece: Piece) -> str:
    return key_of("proof", h264.VERSION, ffmpeg.identity(), piece.digest(0, len(piece.units)))


def _within(found: Sequence[Stretch], known: Sequence[Stretch], seconds: float) -> bool:
    whole = Stretch(0.0, seconds)
    return all(any(one.cut(whole).within(other, BLUR) for other in known) for one in found)
