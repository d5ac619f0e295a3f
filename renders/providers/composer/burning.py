"""Strips with captions burned in: of a clip only the groups of pictures that show one are encoded anew, of a still one
group for each caption (R16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from renders.captions import ass
from renders.captions.webvtt import Line
from renders.media import h264, pieces, stretches
from renders.media.cache import key_of
from renders.media.pieces import Piece
from renders.providers.composer import captions
from renders.providers.composer.captions import Drawn, Span
from renders.providers.composer.job import Job
from renders.providers.composer.strips import Strip


@dataclass(frozen=True)
class Task:
    """A strip to be, and how its piece is made."""

    start: int
    frames: int
    first: int
    repeats: bool
    key: str
    """What its piece is kept under: tasks of one key are the same work. Empty where it is there already."""
    make: Callable[[], Piece]

    def done(self, piece: Piece) -> Strip:
        return Strip(piece, self.start, self.frames, self.first, self.repeats)


def tasks(job: Job, strip: Strip, spans: tuple[Span, ...]) -> Iterator[Task]:
    """The strip in parts, those that show captions with them. Its parts may be made side by side."""
    shown = captions.drawn(job.timeline, spans, strip.start, strip.frames).spans
    if not shown:
        yield _as_it_is(strip, 0, strip.frames)
    elif strip.repeats:
        for begin, end, text in captions.states(shown, strip.frames):
            yield _still(job, strip, begin, end, text) if text else _as_it_is(strip, begin, end)
    else:
        for begin, end, touched in _groups(strip, shown):
            if touched:
                yield _clip(job, strip, begin, end, captions.drawn(job.timeline, shown, begin, end - begin))
            else:
                yield _as_it_is(strip, begin, end)


def _as_it_is(strip: Strip, begin: int, end: int) -> Task:
    first = strip.first if strip.repeats else strip.first + begin
    return Task(strip.start + begin, end - begin, first, strip.repeats, "", lambda: strip.piece)


def _groups(strip: Strip, shown: tuple[Span, ...]) -> Iterator[tuple[int, int, bool]]:
    """The groups of pictures of a clip, those that follow each other and are treated alike as one."""
    keys = [key - strip.first for key in strip.piece.keys if strip.first < key < strip.first + strip.frames]
    begin, state = 0, None
    for start, end in zip([0, *keys], [*keys, strip.frames], strict=True):
        touched = any(span.start < end and start < span.end for span in shown)
        if state is not None and touched != state:
            yield begin, start, state
            begin = start
        state = touched
    yield begin, strip.frames, bool(state)


def _still(job: Job, strip: Strip, begin: int, end: int, text: str) -> Task:
    timeline = job.timeline
    theme = timeline.theme if timeline.theme in ass.COLOURS else "ink"
    forever = [Line(0.0, 3600.0, text)]
    drawn = Drawn((), ass.written(forever, timeline.width, timeline.height, theme))
    before = f"trim=end_frame=1{drawn.graph(job)},loop=loop=-1:size=1,trim=end_frame={h264.GOP}"
    key = key_of("burned still", job.form().key, strip.piece.digest(0, 1), drawn.key)

    def make() -> Piece:
        return _made(job, strip.piece.units[:1], strip.piece, before, h264.GOP)

    return Task(strip.start + begin, end - begin, 0, True, key, _kept(job, key, make))


def _clip(job: Job, strip: Strip, begin: int, end: int, drawn: Drawn) -> Task:
    first, frames = strip.first + begin, end - begin
    units = strip.piece.units[first : first + frames]
    key = key_of("burned clip", job.form().key, strip.piece.digest(first, frames), drawn.key)

    def make() -> Piece:
        return _made(job, units, strip.piece, f"null{drawn.graph(job)}", frames)

    return Task(strip.start + begin, frames, 0, False, key, _kept(job, key, make))


def _kept(job: Job, key: str, make: Callable[[], Piece]) -> Callable[[], Piece]:
    job.used.add(key)
    return lambda: pieces.kept(job.cache, key, job, make)


def _made(job: Job, units: tuple[bytes, ...], of: Piece, graph: str, frames: int) -> Piece:
    """Raises child.ChildError, h264.JoinError."""
    timeline, fps = job.timeline, job.timeline.fps
    source, out = job.scratch(".ivf"), job.scratch(".h264")
    size = {"width": timeline.width, "height": timeline.height, "fps": fps}
    h264.write_ivf(units, of.picture.parameters, source, **size)
    whole = f"settb=1/{fps},setpts=N,{graph},settb=1/{fps},setpts=N,fps={fps},format=yuv420p,{h264.MARKED}"
    encoder = h264.encoder(fps, h264.Effort.BRISK, gop=h264.gop_of(frames))
    log = job.ffmpeg(
        [
            *("-threads", "1", "-f", "ivf", "-i", source.name),
            *("-filter_complex", f"[0:v]{whole},split[v][s];[s]{stretches.generous()}[d]"),
            *("-map", "[v]", *encoder, out.name, "-map", "[d]", "-f", "null", "-"),
        ]
    )
    source.unlink()
    picture = h264.read(out.read_bytes())
    out.unlink()
    if len(picture.units) != frames:
        raise h264.JoinError(f"a captioned piece has {len(picture.units)} frames, not {frames}")
    return Piece(picture, stretches.logged(log).black, stretches.logged(log).frozen)
