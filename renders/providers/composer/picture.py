"""Encodes the pieces of the picture: shots by themselves and windows between two of them (`plan.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from renders.look.card import draw_card
from renders.media import h264, probe, stretches
from renders.media.forms import PNG, Form, Kind
from renders.media.stretches import Stretch
from renders.providers.composer.job import BadAsset, Job, source
from renders.providers.composer.plan import Plan, Shot, Window

_BT709 = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
_UNSPECIFIED = 2


@dataclass(frozen=True)
class Piece:
    """A finished piece, and what in it is black or frozen by its nature, in seconds of the timeline."""

    units: list[bytes]
    black: tuple[Stretch, ...] = ()
    frozen: tuple[Stretch, ...] = ()


def encode_shot(job: Job, plan: Plan, shot: Shot) -> Piece:
    """The frames on which a shot stands alone (of a still: one group of pictures to be repeated), and beside them
    the raw frames that its windows need. Raises BadAsset, child.ChildError."""
    if shot.still:
        path, form = _still(job, shot)
        return _encode_still(job, plan, shot, path, form)
    path, form = job.asset(shot.clip.asset, Kind.VIDEO)
    return _encode_clip(job, plan, shot, path, form)


def encode_window(job: Job, plan: Plan, window: Window) -> Piece:
    """The frames of a crossfade. Both shots must have been encoded before."""
    frames, fps = window.frames, plan.fps
    raw = ("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{plan.width}x{plan.height}")
    tail, head = job.folder / _tail(window.before), job.folder / _head(window.after)
    log = job.ffmpeg(
        [
            *(*raw, "-framerate", str(fps), "-i", tail.name),
            *(*raw, "-framerate", str(fps), "-i", head.name),
            "-filter_complex",
            # One frame more at each end, so that no frame of the window is one of the shots unchanged.
            f"[0:v]{_lengthened(window.before, frames)},fps={fps},format=yuv420p[a];"
            f"[1:v]{_lengthened(window.after, frames)},fps={fps},format=yuv420p[b];"
            f"[a][b]xfade=transition=fade:duration={(frames + 1) / fps:.6f}:offset=0,format=yuv420p,"
            f"trim=start_frame=1:end_frame={frames + 1},setpts=PTS-STARTPTS,setsar=1,{_BT709},split[v][s];"
            f"[s]{stretches.generous(0.1)}[d]",
            *("-map", "[v]", *h264.encoder(fps), f"{window.piece}.h264"),
            *("-map", "[d]", "-f", "null", "-"),
        ]
    )
    for shot, path in ((window.before, tail), (window.after, head)):
        if not shot.still:
            path.unlink()
    found = stretches.logged(log)
    whole = Stretch((window.start - 1) / fps, (window.start + frames + 1) / fps)
    alike = any(one.start <= 1.5 / fps and one.end >= (frames - 1) / fps for one in found.frozen)
    return Piece(_units(job, window.piece, frames), frozen=(whole,) if alike else ())


def _still(job: Job, shot: Shot) -> tuple[Path, Form]:
    if shot.clip.asset is not None:
        return job.asset(shot.clip.asset, Kind.IMAGE)
    card = job.folder / f"card{shot.number}.png"
    draw_card(shot.clip.headline, job.theme, (job.timeline.width, job.timeline.height), card)
    return card, PNG


def _encode_still(job: Job, plan: Plan, shot: Shot, path: Path, form: Form) -> Piece:
    frames = min(shot.body, h264.GOP)
    outputs, maps = ["[s]"], ["-map", "[d]", "-f", "null", "-"]
    if frames:
        outputs.append("[h]")
        maps += ["-map", "[v]", *h264.encoder(plan.fps), f"{shot.piece}.h264"]
    if shot.lead or shot.trail:
        outputs.append("[r]")
        maps += ["-map", "[r]", "-f", "rawvideo", _head(shot)]
    graph = f"[0:v]{_fitted(job)},trim=end_frame=1,{_BT709},split={len(outputs)}{''.join(outputs)};"
    graph += f"[s]{_looped(6)},fps={plan.fps},{stretches.generous()}[d]"
    if frames:
        graph += f";[h]{_looped(frames)},fps={plan.fps}[v]"
    log = job.ffmpeg(
        [
            *(*form.arguments(), "-framerate", str(plan.fps), "-i", source(path)),
            *("-filter_complex", graph, *maps),
        ],
        reads=shot.clip.asset or "",
    )
    black = (_seen(shot, plan.fps),) if stretches.logged(log).black else ()
    return Piece(_units(job, shot.piece, frames), black=black, frozen=(_alone(shot, plan.fps),))


def _encode_clip(job: Job, plan: Plan, shot: Shot, path: Path, form: Form) -> Piece:
    """A clip starts with its slot: under the transition that brings it in its first frame is held. A shorter one is
    held on its last frame, a longer one cut."""
    matrix = _matrix(job, shot, path)
    head, body, fps = shot.lead + shot.entry, shot.body, plan.fps
    parts = {"s": (0, shot.total), "h": (0, head), "v": (head, head + body), "t": (head + body, shot.total)}
    parts = {name: (start, end) for name, (start, end) in parts.items() if end > start}
    maps = ["-map", "[S]", "-f", "null", "-"]
    maps += ["-map", "[V]", *h264.encoder(fps), f"{shot.piece}.h264"] if "v" in parts else []
    maps += ["-map", "[H]", "-f", "rawvideo", _head(shot)] if "h" in parts else []
    maps += ["-map", "[T]", "-f", "rawvideo", _tail(shot)] if "t" in parts else []
    graph = (
        f"[0:v:0]fps={fps},{_fitted(job, matrix)},settb=1/{fps},setpts=N,{_BT709},"
        f"tpad=start={shot.lead}:start_mode=clone:stop=-1:stop_mode=clone,trim=end_frame={shot.total},"
        f"split={len(parts)}{''.join(f'[{name}]' for name in parts)}"
    )
    for name, (start, end) in parts.items():
        more = f",{stretches.generous()}" if name == "s" else ""
        graph += f";[{name}]trim=start_frame={start}:end_frame={end},setpts=PTS-STARTPTS{more}[{name.upper()}]"
    log = job.ffmpeg(
        [*form.arguments(), "-t", f"{shot.total / fps + 1:.3f}", "-i", source(path), "-filter_complex", graph, *maps],
        reads=str(shot.clip.asset),
    )
    found, seen, alone = stretches.logged(log), _seen(shot, fps), _alone(shot, fps)
    return Piece(
        _units(job, shot.piece, body),
        black=tuple(one.moved(seen.start).cut(seen) for one in found.black),
        # What drifts slowly is frozen again and again: for the gate it is one stretch.
        frozen=tuple(one.moved(seen.start).cut(alone) for one in stretches.united(found.frozen, apart=0.2)),
    )


def _seen(shot: Shot, fps: int) -> Stretch:
    """All of the time in which a shot is seen, in seconds of the timeline."""
    return Stretch((shot.start - shot.lead) / fps, (shot.start + shot.frames + shot.trail) / fps)


def _alone(shot: Shot, fps: int) -> Stretch:
    """The time in which it stands alone; at a cut it reaches over the edge, for two shots may be alike."""
    start = shot.start + (shot.entry or -1)
    end = shot.start + shot.frames - (shot.exit or -1)
    return Stretch(start / fps, end / fps)


def _matrix(job: Job, shot: Shot, path: Path) -> str:
    """How a clip's colours are coded; where it does not say, by its size, as players do."""
    try:
        video = probe.probe(path, seconds=job.seconds, cancel=job.stop).video
    except probe.ProbeError as error:
        raise BadAsset(f"{shot.clip.asset}: {error}.") from error
    if video is None or not video.width:
        raise BadAsset(f"{shot.clip.asset}: there is no picture in it.")
    if video.colour["matrix"] != _UNSPECIFIED:
        return "auto"
    return "bt709" if video.height >= 720 else "bt601"


def _fitted(job: Job, matrix: str = "auto") -> str:
    """Filter chain that brings a picture whole into the frame, with BT.709 really computed, not only claimed.

    Beside a picture of another shape stands the background of the theme.
    """
    width, height = job.timeline.width, job.timeline.height
    margin = "0x{:02x}{:02x}{:02x}".format(*job.theme.background)
    return (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease:reset_sar=1:in_color_matrix={matrix}"
        ":out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,"
        f"pad={width}:{height}:-1:-1:color={margin},setsar=1"
    )


def _looped(frames: int) -> str:
    return f"loop=loop=-1:size=1,trim=end_frame={frames},setpts=N"


def _lengthened(shot: Shot, frames: int) -> str:
    """A still repeated, or a clip's frames with one more before and two after them."""
    if shot.still:
        return _looped(frames + 3)
    return "tpad=start=1:start_mode=clone:stop=2:stop_mode=clone"


def _head(shot: Shot) -> str:
    return f"{shot.piece}.yuv"


def _tail(shot: Shot) -> str:
    return f"{shot.piece}.yuv" if shot.still else f"{shot.piece}t.yuv"


def _units(job: Job, piece: str, frames: int) -> list[bytes]:
    if not frames:
        return []
    units = h264.access_units((job.folder / f"{piece}.h264").read_bytes())
    if len(units) != frames:
        raise h264.JoinError(f"{piece} has {len(units)} frames, not {frames}")
    return units
