"""Encodes windows: the frames in which one shot goes over into the next (`plan.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from renders.domain.timeline_form import TransitionKind
from renders.media import h264, pieces, stretches
from renders.media.cache import key_of
from renders.media.pieces import Piece
from renders.media.prepare import Prepared
from renders.media.stretches import Stretch
from renders.providers.composer.captions import Drawn
from renders.providers.composer.job import Job
from renders.providers.composer.plan import Window

_XFADE = {TransitionKind.SLIDE: "slideleft", TransitionKind.WIPE: "wipeleft"}


@dataclass(frozen=True)
class Side:
    """One of the two shots under a window: `frames` of it from its frame `first` on (of the slot; it may lie before
    the first or after the last there is: these are held)."""

    shot: Prepared
    first: int
    frames: int

    @property
    def taken(self) -> tuple[int, int]:
        """Which of the frames there are it shows: from, up to."""
        if self.shot.still:
            return 0, 1
        begin = min(max(self.first, 0), self.shot.frames - 1)
        return begin, max(begin + 1, min(self.first + self.frames, self.shot.frames))

    @property
    def early(self) -> int:
        """How long its first frame is held."""
        return 0 if self.shot.still else max(0, -self.first)

    @property
    def key(self) -> str:
        begin, end = self.taken
        return key_of(self.shot.piece.digest(self.shot.piece.key_before(begin), end), begin, end, self.early)


def sides(window: Window, before: Prepared, after: Prepared) -> tuple[Side, Side]:
    old, new = window.before, window.after
    return (
        Side(before, old.frames - old.exit, window.frames),
        Side(after, -new.lead, window.frames),
    )


def window_piece(job: Job, window: Window, before: Prepared, after: Prepared, drawn: Drawn) -> Piece:
    """The frames of a transition, captions and all; kept. Raises child.ChildError."""
    old, new = sides(window, before, after)
    key = key_of("window", job.form().key, window.kind, window.frames, old.key, new.key, drawn.key)
    job.used.add(key)
    return pieces.kept(job.cache, key, job, lambda: _encoded(job, window, (old, new), drawn))


def _encoded(job: Job, window: Window, both: tuple[Side, Side], drawn: Drawn) -> Piece:
    frames, fps = window.frames, job.timeline.fps
    cut = window.kind is TransitionKind.CUT
    inputs: list[str] = []
    graph: list[str] = []
    for at, side in enumerate(both[:1] if cut else both):
        inputs += ["-threads", "1", "-f", "ivf", "-i", _written(job, side)]
        graph.append(f"[{at}:v]{_held(side, frames + 1, fps)}[{'ab'[at]}]")
    # One frame more at the start, cut off again: no frame of the window is one of the shots unchanged.
    graph.append(f"{_crossed(window.kind, frames, fps)},trim=start_frame=1,setpts=PTS-STARTPTS{drawn.graph(job)}")
    graph[-1] += f",format=yuv420p,{h264.MARKED},split[v][s];[s]{stretches.generous(0.1)}[d]"
    out = job.scratch(".h264")
    encoder = h264.encoder(fps, h264.Effort.INSTANT, gop=h264.gop_of(frames))
    log = job.ffmpeg(
        [
            *("-filter_complex_threads", "1", *inputs, "-filter_complex", ";".join(graph)),
            *("-map", "[v]", *encoder, out.name, "-map", "[d]", "-f", "null", "-"),
        ]
    )
    picture = h264.read(out.read_bytes())
    out.unlink()
    if len(picture.units) != frames:
        raise h264.JoinError(f"a transition has {len(picture.units)} frames, not {frames}")
    found = stretches.logged(log)
    alike = any(one.start <= 1.5 / fps and one.end >= (frames - 1) / fps for one in found.frozen)
    frozen = (Stretch(-1 / fps, (frames + 1) / fps),) if alike else ()
    return Piece(picture, frozen=frozen, moving=not found.frozen)


def _written(job: Job, side: Side) -> str:
    """A small file with the frames that are needed, from the key frame before them on."""
    begin, end = side.taken
    piece = side.shot.piece
    units = piece.units[piece.key_before(begin) : end]
    timeline = job.timeline
    size = {"width": timeline.width, "height": timeline.height, "fps": timeline.fps}
    out = job.scratch(".ivf")
    h264.write_ivf(units, piece.picture.parameters, out, **size)
    return out.name


def _held(side: Side, frames: int, fps: int) -> str:
    """Filters: so many frames of a side, its first one once more before them, held where there are no more."""
    begin, _ = side.taken
    skipped = begin - side.shot.piece.key_before(begin)
    return (
        f"trim=start_frame={skipped},settb=1/{fps},setpts=N,fps={fps},format=yuv420p,"
        f"tpad=start={1 + side.early}:start_mode=clone:stop=-1:stop_mode=clone,trim=end_frame={frames}"
    )


def _crossed(kind: TransitionKind, frames: int, fps: int) -> str:
    if kind is TransitionKind.CUT:
        return "[a]null"
    if kind is TransitionKind.FADE:  # half the time that `xfade` takes for it
        return (
            f"[b]format=yuva420p,fade=in:start_frame=0:nb_frames={frames + 1}:alpha=1[c];"
            "[a][c]overlay=format=yuv420:shortest=1"
        )
    return f"[a][b]xfade=transition={_XFADE[kind]}:duration={(frames + 1) / fps:.6f}:offset=0"
