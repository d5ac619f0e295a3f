"""The sound of a composition: voice in its places, music 18 dB under it, mastered to the loudness wanted (R15, R16).

Levels are measured first and then set: each narration is brought to the same loudness whoever spoke it, the music to
its distance from that, and the mix by one constant gain before a limiter. Nothing pumps as dynamic normalising does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from renders.domain.job import SAMPLE_RATE
from renders.domain.timeline_form import SoundClip
from renders.media import loudness
from renders.media.forms import Kind
from renders.media.loudness import METER, TARGET
from renders.media.stretches import Stretch, united
from renders.providers.composer.job import BadAsset, Job, source

DUCK = 18.0
"""dB that music stays under the voice while it speaks."""
RISE = 8.0
"""dB that it comes up where nobody speaks for a while."""
_PAUSE = 1.5
"""Shorter pauses (s) do not bring the music up: the air between two segments would make it swell."""
_RAMP = 0.5
_OFF = 0.25
"""Seconds by which a narration may be longer or shorter than the timeline says."""
_INAUDIBLE = -60.0
_PASSES = 5
_LIMIT = -2.0
"""dBFS of the limiter: true peaks between samples and the AAC encoder both go somewhat over it."""
_ROOM = 0.4
"""dB that true peaks stay under the ceiling before AAC adds its own."""

_FORMAT = f"aformat=sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
_SAMPLES = re.compile(rb"\[astats@n(\d+) @ [^\]]*\] Number of samples: (\d+)")
_PEAKS = re.compile(rb"\[astats@n(\d+) @ [^\]]*\] Peak level dB: (-?[\d.]+|-?inf|nan)")


@dataclass(frozen=True)
class _Level:
    seconds: float
    gain: float
    """dB to the target loudness."""


def make_sound(job: Job) -> Path:
    """The whole sound as AAC, 48 kHz stereo, exactly as long as the timeline. Raises BadAsset, child.ChildError."""
    voices = [clip for clip in job.timeline.tracks.narration if clip.asset is not None]
    music = [clip for clip in job.timeline.tracks.music if clip.asset is not None]
    levels = _measure(job, dict.fromkeys(str(clip.asset) for clip in (*voices, *music)))
    _refuse_wrong_lengths(voices, levels)
    mix = _mix(job, voices, music, levels)
    master = _mastered(job, mix) if voices or music else mix
    out = job.folder / "sound.m4a"
    job.ffmpeg(
        [
            *("-i", master.name, "-map", "0:a", "-c:a", "aac", "-aac_coder", "fast", "-b:a", "192k"),
            *("-ar", str(SAMPLE_RATE), "-ac", "2", "-f", "mp4", out.name),
        ]
    )
    return out


def _measure(job: Job, assets: Iterable[str]) -> dict[str, _Level]:
    """Decode each asset once, all in one run: its length and the gain to the target."""
    names = list(assets)
    if not names:
        return {}
    inputs: list[str] = []
    for name in names:
        path, form = job.asset(name, Kind.AUDIO, Kind.VIDEO)
        inputs += [*form.arguments(), "-i", source(path)]
    meter = "astats@n{0}=measure_perchannel=none:measure_overall=Peak_level+Number_of_samples,"
    meter += "ebur128@m{0}=framelog=quiet"
    graph = ";".join(f"[{at}:a:0]{_FORMAT},{meter.format(at)}[o{at}]" for at in range(len(names)))
    maps = [argument for at in range(len(names)) for argument in ("-map", f"[o{at}]")]
    log = job.ffmpeg([*inputs, "-filter_complex", graph, *maps, "-f", "null", "-"], reads=" or ".join(names))
    samples = {int(at): int(count) for at, count in _SAMPLES.findall(log)}
    peaks = {int(at): float(level) for at, level in _PEAKS.findall(log)}
    meters = loudness.measured(log)
    found: dict[str, _Level] = {}
    for at, name in enumerate(names):
        peak, heard = peaks.get(at, -100.0), meters.get(f"m{at}")
        if not peak > _INAUDIBLE:
            raise BadAsset(f"{name}: there is nothing to hear in it.")
        # Less than 0.4 s of sound, or almost none, has no loudness by EBU R 128; then its peak has to do.
        gain = TARGET - heard.integrated if heard and not heard.silent else -6.0 - peak
        found[name] = _Level(samples.get(at, 0) / SAMPLE_RATE, gain)
    return found


def _refuse_wrong_lengths(voices: Sequence[SoundClip], levels: dict[str, _Level]) -> None:
    for clip in voices:
        seconds = levels[str(clip.asset)].seconds
        if abs(seconds - clip.duration) > _OFF:
            raise BadAsset(f"{clip.asset}: it lasts {seconds:.2f} s, the timeline says {clip.duration:.2f} s.")


def _mix(job: Job, voices: Sequence[SoundClip], music: Sequence[SoundClip], levels: dict[str, _Level]) -> Path:
    """Voice and music in their places and at their levels, not yet limited: 32 bit float, it may be over 0 dBFS."""
    total = job.timeline.total_frames * SAMPLE_RATE // job.timeline.fps
    inputs: list[str] = []
    for clip in (*voices, *music):
        path, form = job.asset(clip.asset, Kind.AUDIO, Kind.VIDEO)
        inputs += [*form.arguments(), "-i", source(path)]
    graph = [_voice_bus(voices, levels, total)]
    duck = DUCK if voices else 0.0
    for at, clip in enumerate(music):
        gain = levels[str(clip.asset)].gain - duck
        graph.append(f"[{len(voices) + at}:a:0]{_placed_music(music, at, gain, total)}[m{at}]")
    if music:
        buses = "".join(f"[m{at}]" for at in range(len(music)))
        graph.append(
            f"{buses}amix=inputs={len(music)}:normalize=0,asetnsamples=n=480,"
            f"volume=volume='{_envelope(job, voices)}':eval=frame[music]"
        )
        graph.append("[voice][music]amix=inputs=2:normalize=0[out]")
    else:
        graph.append("[voice]anull[out]")
    out = job.folder / "mix.wav"
    job.ffmpeg([*inputs, "-filter_complex", ";".join(graph), "-map", "[out]", "-c:a", "pcm_f32le", out.name])
    return out


def _voice_bus(voices: Sequence[SoundClip], levels: dict[str, _Level], total: int) -> str:
    """Filters that lay the narrations after one another with the silence that belongs between them."""
    if not voices:
        return f"anullsrc=r={SAMPLE_RATE}:cl=stereo,{_FORMAT},atrim=end_sample={total}[voice]"
    starts = [round(clip.start * SAMPLE_RATE) for clip in voices]
    ends = [*starts[1:], total]
    begin, graph = 0, []
    for at, clip in enumerate(voices):
        gain, length = levels[str(clip.asset)].gain, ends[at] - begin
        graph.append(
            f"[{at}:a:0]{_FORMAT},volume={gain:.2f}dB,adelay={max(0, starts[at] - begin)}S:all=1,"
            f"apad=whole_len={length},atrim=end_sample={length},asetpts=N/SR/TB[v{at}]"
        )
        begin = ends[at]
    buses = "".join(f"[v{at}]" for at in range(len(voices)))
    return ";".join([*graph, f"{buses}concat=n={len(voices)}:v=0:a=1[voice]"])


def _placed_music(music: Sequence[SoundClip], at: int, gain: float, total: int) -> str:
    """Filters of one clip of music: faded in and out; over the ends of its neighbours with equal power."""
    clip = music[at]
    before = music[at - 1].start + music[at - 1].duration - clip.start if at else 1.0
    after = clip.start + clip.duration - music[at + 1].start if at + 1 < len(music) else 2.5
    fade_in, fade_out = (min(max(fade, 0.05), clip.duration / 2) for fade in (before, after))
    return (
        f"{_FORMAT},atrim=end_sample={round(clip.duration * SAMPLE_RATE)},volume={gain:.2f}dB,"
        f"afade=t=in:d={fade_in:.3f}:curve=qsin,"
        f"afade=t=out:st={clip.duration - fade_out:.3f}:d={fade_out:.3f}:curve=qsin,"
        f"adelay={round(clip.start * SAMPLE_RATE)}S:all=1,apad=whole_len={total},atrim=end_sample={total}"
    )


def _envelope(job: Job, voices: Sequence[SoundClip]) -> str:
    """The music's gain over time as an FFmpeg expression of numbers alone: 1 while somebody speaks."""
    speaking = united((Stretch(clip.start, clip.start + clip.duration) for clip in voices), apart=_PAUSE)
    if not speaking:
        return "1"
    end = job.timeline.duration
    edge = [one for one in speaking if one.start < end]
    spoken = "+".join(f"clip(min(t-{one.start - _RAMP:.3f},{one.end + _RAMP:.3f}-t)/{_RAMP},0,1)" for one in edge)
    return f"pow(10,{RISE / 20:.3f}*(1-min(1,{spoken})))"


def _mastered(job: Job, mix: Path) -> Path:
    """The mix at the target loudness under the ceiling, by gain and limiter: measured, corrected, measured again."""
    out = job.folder / "master.wav"
    gain, limit = 0.0, _LIMIT
    for _ in range(_PASSES):
        log = job.ffmpeg(
            [
                *("-i", mix.name, "-af"),
                f"volume={gain:.2f}dB,alimiter=limit={limit:.2f}dB:level=0:attack=5:release=80:latency=1,"
                f"ebur128@master={METER}",
                *("-c:a", "pcm_f32le", out.name),
            ]
        )
        heard = loudness.measured(log)["master"]
        off, over = TARGET - heard.integrated, heard.peak - (loudness.CEILING - _ROOM)
        if heard.silent or (abs(off) <= 0.3 and over <= 0):
            break
        gain += off
        limit -= max(0.0, over)
    return out
