"""Brings an asset into the final form: once, whenever that is, kept by the hash of all that it is made of.

A still becomes one group of pictures, to be repeated. A clip is prepared in its whole length: what plays by itself in
a slot is copied from the key frame at `entry` on and cut anywhere, for P-frames need nothing that comes after them. A
clip that is in the final form already (`h264.prepared_encoder`) is only taken out of its file, after it was decoded
and compared with what it claims to be. Beside the pictures it is noted what in them is black or stands still, for the
output gate (R16).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from renderhub.lib.durable import hash_of
from renders.media import ffmpeg, h264, levels, pieces, proof, seen, stretches
from renders.media.cache import Cache, key_of
from renders.media.forms import Form, Kind
from renders.media.pieces import Piece
from renders.media.session import BadAsset, Session, checked_form, source
from renders.media.stretches import Stretch

_FRAME = re.compile(rb"frame=\s*(\d+)")
_ANNEX_B = "h264_mp4toannexb,h264_metadata=aud=remove,h264_metadata=aud=insert"
"""x264's letter to the reader stands before the first delimiter in an MP4: delimiters are set anew."""
_INDEX = 1 << 18
"""Where the comment of a file with its index at the front is looked for."""


def _efforts(fps: int) -> list[list[str]]:
    return [h264.encoder(fps, effort) for effort in h264.Effort]


@dataclass(frozen=True)
class FinalForm:
    """What all pieces of one video have in common."""

    width: int
    height: int
    fps: int
    margin: tuple[int, int, int]
    """Colour (RGB) beside a picture of another shape."""
    entry: int = h264.ENTRY

    @property
    def key(self) -> str:
        """Part of the key of whatever is made in this form."""
        return key_of(*vars(self).values(), h264.VERSION, _efforts(self.fps), ffmpeg.identity())


@dataclass(frozen=True)
class Prepared:
    """An asset in the final form."""

    key: str
    piece: Piece
    still: bool

    @property
    def frames(self) -> int:
        return len(self.piece.units)


def key_for(path: Path, form: FinalForm) -> str:
    """Under which key an asset is kept in a form. Raises OSError."""
    return key_of("asset", hash_of(path), form.key)


def prepare(
    name: str, path: Path, form: FinalForm, cache: Cache, session: Session, *, kind: Kind, threads: int = 1
) -> Prepared:
    """An asset in the final form: found, or made. `threads`: how many cores this one may take.

    Raises BadAsset where the file is of another kind or does not decode, child.ChildError.
    """
    container = checked_form(name, path, kind)
    key, still = key_for(path, form), kind is Kind.IMAGE

    def make() -> Piece:
        if still:
            return _still(name, path, container, form, session)
        return _copied(name, path, container, form, cache, session) or _clip(
            name, path, container, form, session, threads
        )

    return Prepared(key, pieces.kept(cache, key, session, make), still)


def prepare_early(files: Iterable[Path], form: FinalForm, cache: Cache, session: Session) -> None:
    """Prepare assets as soon as they are made, so that composing ends seconds after the last one: pictures are brought
    into the final form and decoded from it once, sounds are measured. It may be called again, or not at all; a file
    that cannot be prepared is left to be reported by the composition.

    Raises child.ChildError for time-outs and cancelling.
    """
    for path in files:
        with contextlib.suppress(BadAsset, OSError):
            kind = checked_form(path.name, path, *Kind).kind
            if kind is Kind.AUDIO:
                levels.measured({path.name: path}, cache, session)
            else:
                made = prepare(path.name, path, form, cache, session, kind=kind)
                proof.prove(made.piece, (form.width, form.height), form.fps, cache, session)


def held(last_of: Prepared, form: FinalForm, cache: Cache, session: Session) -> Prepared:
    """A still of a clip's last frame, for slots that are longer than it."""
    key = key_of("held", last_of.key)
    return Prepared(key, pieces.kept(cache, key, session, lambda: _last(last_of.piece, form, session)), True)


def reference(form: FinalForm, cache: Cache, session: Session) -> bytes:
    """The parameter sets that every piece of a form has."""

    def make() -> Piece:
        out = session.scratch(".h264")
        blank = f"color=s={form.width}x{form.height}:r={form.fps},trim=end_frame=2,{h264.MARKED}"
        session.ffmpeg(["-f", "lavfi", "-i", blank, *h264.encoder(form.fps), out.name])
        return Piece(_taken(out))

    return pieces.kept(cache, key_of("reference", form.key), session, make).picture.parameters


def _still(name: str, path: Path, container: Form, form: FinalForm, session: Session) -> Piece:
    """Raises BadAsset, child.ChildError."""
    out = session.scratch(".h264")
    graph = (
        f"[0:v]{_scaled(form, 'auto')},trim=end_frame=1,{h264.MARKED},split[a][b];"
        f"[a]{_looped(6, form.fps)},{stretches.generous()}[d];[b]{_looped(h264.GOP, form.fps)}[v]"
    )
    log = session.ffmpeg(
        [
            *(*container.arguments(), "-framerate", str(form.fps), "-i", source(path)),
            *("-filter_complex", graph, "-map", "[d]", "-f", "null", "-"),
            *("-map", "[v]", *h264.encoder(form.fps), out.name),
        ],
        reads=name,
    )
    whole = Stretch(0.0, h264.GOP / form.fps)
    return Piece(_taken(out), black=(whole,) if stretches.logged(log).black else (), frozen=(whole,))


def _clip(name: str, path: Path, container: Form, form: FinalForm, session: Session, threads: int) -> Piece:
    # The only one that is missing is waited for: an editor looks on while it is made anew.
    # x264's threads wait for each other's rows: with one more than there are cores, no core does.
    effort, threads = (h264.Effort.BRISK, threads + 1) if threads > 1 else (h264.Effort.KEPT, 1)
    about = seen.picture(session.ffmpeg(_opened(path, container), reads=name))
    if about is None:
        raise BadAsset(f"{name}: there is no picture in it.")
    out = session.scratch(".h264")
    graph = f"[0:v:0]fps={form.fps},{_fitted(form, about)},{h264.MARKED},split[a][v];[a]{stretches.generous()}[d]"
    log = session.ffmpeg(
        [
            *(*container.arguments(), "-threads", "1", "-i", source(path), "-filter_complex", graph),
            *("-map", "[d]", "-f", "null", "-"),
            *("-map", "[v]", "-force_key_frames", h264.key_at(form.entry)),
            *(*h264.encoder(form.fps, effort, threads=threads), out.name),
        ],
        reads=name,
    )
    return _noted(_taken(out), log)


def _copied(name: str, path: Path, container: Form, form: FinalForm, cache: Cache, session: Session) -> Piece | None:
    """The pictures of a file that claims to be in the final form; None where it does not, or is not."""
    with path.open("rb") as file:
        if h264.TAG.encode() not in file.read(_INDEX):
            return None
    out = session.scratch(".h264")
    log = session.ffmpeg(
        [
            *("-stats", *container.arguments(), "-i", source(path)),
            *("-map", "0:v:0", "-vf", f"fps={form.fps},{stretches.generous()}", "-f", "null", "-"),
            *("-map", "0:v:0", "-c", "copy", "-bsf:v", _ANNEX_B, "-f", "h264", out.name),
        ],
        reads=name,
    )
    try:
        picture = _taken(out)
    except h264.JoinError:
        return None
    about, counted = seen.picture(log), _FRAME.findall(log)
    piece = _noted(picture, log)
    keys = tuple(at for at in range(len(piece.units)) if h264.is_key(at, form.entry))
    fits = about is not None and (about.width, about.height) == (form.width, form.height)
    whole = bool(counted) and int(counted[-1]) == len(piece.units)
    same = picture.parameters == reference(form, cache, session)
    return piece if fits and whole and same and piece.keys == keys else None


def _last(piece: Piece, form: FinalForm, session: Session) -> Piece:
    clip, out = session.scratch(".ivf"), session.scratch(".h264")
    count, first = len(piece.units), piece.key_before(len(piece.units) - 1)
    size = {"width": form.width, "height": form.height, "fps": form.fps}
    h264.write_ivf(piece.units[first:], piece.picture.parameters, clip, **size)
    graph = f"trim=start_frame={count - 1 - first},{_looped(h264.GOP, form.fps)},{h264.MARKED}"
    session.ffmpeg(["-f", "ivf", "-i", clip.name, "-vf", graph, *h264.encoder(form.fps), out.name])
    clip.unlink()
    end = count / form.fps
    black = any(one.end > end - 1.5 / form.fps for one in piece.black)
    whole = Stretch(0.0, h264.GOP / form.fps)
    return Piece(_taken(out), black=(whole,) if black else (), frozen=(whole,))


def _opened(path: Path, container: Form) -> list[str | Path]:
    only = ["-map", "0:v:0?", "-c", "copy", "-frames:v", "0", "-f", "null", "-"]
    return [*container.arguments(), "-threads", "1", "-i", source(path), *only]


def _noted(picture: h264.Picture, log: bytes) -> Piece:
    marks = stretches.logged(log)
    # What drifts slowly is frozen again and again: for the gate it is one stretch.
    return Piece(picture, black=marks.black, frozen=tuple(stretches.united(marks.frozen, apart=0.2)))


def _fitted(form: FinalForm, about: seen.Seen) -> str:
    """As `_scaled`; a picture that is in the frame's size and colours already is left as it is."""
    same = (about.width, about.height) == (form.width, form.height) and about.pixels == "yuv420p"
    if same and about.matrix == "bt709" and not about.full_range:
        return "setsar=1"
    return _scaled(form, about.matrix)


def _scaled(form: FinalForm, matrix: str) -> str:
    """Filter chain that brings a picture whole into the frame, with BT.709 really computed, not only claimed."""
    width, height = form.width, form.height
    margin = "0x{:02x}{:02x}{:02x}".format(*form.margin)
    return (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:reset_sar=1:in_color_matrix={matrix}"
        ":out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
        f"pad={width}:{height}:-1:-1:color={margin},setsar=1"
    )


def _looped(frames: int, fps: int) -> str:
    return f"loop=loop=-1:size=1,trim=end_frame={frames},settb=1/{fps},setpts=N,fps={fps}"


def _taken(out: Path) -> h264.Picture:
    data = out.read_bytes()
    out.unlink()
    return h264.read(data)
