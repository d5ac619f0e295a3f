"""The sound of a composition: voice in its places, music 18 dB under it, mastered to the loudness wanted (R15, R16).

Levels are measured first and then set: each narration is brought to the same loudness whoever spoke it, the music to
its distance from that, and the mix by one constant gain before a limiter. Nothing pumps as dynamic normalising does.
What was measured is kept by the hash of the asset, the finished sound by the hashes and places of all that is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from renderhub.lib.durable import hash_of
from renders.domain.job import SAMPLE_RATE
from renders.domain.timeline_form import SoundClip
from renders.media import ffmpeg, loudness, mastering
from renders.media.cache import key_of
from renders.media.levels import FORMAT, Level, measured
from renders.media.loudness import Loudness
from renders.media.session import BadAsset, source
from renders.media.stretches import Stretch, united
from renders.providers.composer.job import Job

VERSION = "1"
"""Of how sound is made: part of the key of whatever is kept of it."""
DUCK = 18.0
"""dB that music stays under the voice while it speaks."""
RISE = 8.0
"""dB that it comes up where nobody speaks for a while."""
_PAUSE = 1.5
"""Shorter pauses (s) do not bring the music up: the air between two segments would make it swell."""
_RAMP = 0.5
_OFF = 0.25
"""Seconds by which a narration may be longer or shorter than the timeline says."""


def make_sound(job: Job) -> Path:
    """The whole sound as AAC, 48 kHz stereo, exactly as long as the timeline; kept.

    Raises BadAsset, child.ChildError.
    """
    voices = [clip for clip in job.timeline.tracks.narration if clip.asset is not None]
    music = [clip for clip in job.timeline.tracks.music if clip.asset is not None]
    hashes = _hashes(job, (*voices, *music))
    places = (
        [(hashes[str(clip.asset)], clip.start, clip.duration) for clip in voices],
        [(hashes[str(clip.asset)], clip.start, clip.duration) for clip in music],
    )
    key = key_of("sound", VERSION, ffmpeg.identity(), job.timeline.total_frames, job.timeline.fps, *places)
    job.used.add(key)
    out = job.folder / "sound.m4a"
    found = job.cache.get(key)
    if found is not None:
        return found
    levels = measured({name: job.sound(name)[0] for name in hashes}, job.cache, job)
    _refuse_wrong_lengths(voices, levels)
    if voices or music:
        mastering.master(job, *_mix(job, voices, music, levels), out)
    else:
        mastering.silence(job, _total(job), out)
    job.cache.put(key, out)
    return out


def _hashes(job: Job, clips: Iterable[SoundClip]) -> dict[str, str]:
    return {name: hash_of(job.sound(name)[0]) for name in dict.fromkeys(str(clip.asset) for clip in clips)}


def _total(job: Job) -> int:
    return job.timeline.total_frames * SAMPLE_RATE // job.timeline.fps


def _refuse_wrong_lengths(voices: Sequence[SoundClip], levels: Mapping[str, Level]) -> None:
    for clip in voices:
        seconds = levels[str(clip.asset)].seconds
        if abs(seconds - clip.duration) > _OFF:
            raise BadAsset(f"{clip.asset}: it lasts {seconds:.2f} s, the timeline says {clip.duration:.2f} s.")


def _mix(
    job: Job, voices: Sequence[SoundClip], music: Sequence[SoundClip], levels: Mapping[str, Level]
) -> tuple[Path, Loudness]:
    """Voice and music in their places and at their levels, not yet limited: 32 bit float, it may be over 0 dBFS; and
    what it would be like with the limiter alone."""
    total = _total(job)
    inputs: list[str] = []
    for clip in (*voices, *music):
        path, form = job.sound(clip.asset)
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
        graph.append("[voice][music]amix=inputs=2:normalize=0[mixed]")
    else:
        graph.append("[voice]anull[mixed]")
    graph.append(f"[mixed]asplit[out][meter];[meter]{mastering.limited()}[heard]")
    out = job.folder / "mix.wav"
    log = job.ffmpeg(
        [
            *(*inputs, "-filter_complex", ";".join(graph), "-map", "[out]", "-c:a", "pcm_f32le", out.name),
            *("-map", "[heard]", "-f", "null", "-"),
        ]
    )
    return out, loudness.measured(log)["master"]


def _voice_bus(voices: Sequence[SoundClip], levels: Mapping[str, Level], total: int) -> str:
    """Filters that lay the narrations after one another with the silence that belongs between them."""
    if not voices:
        return f"anullsrc=r={SAMPLE_RATE}:cl=stereo,{FORMAT},atrim=end_sample={total}[voice]"
    starts = [round(clip.start * SAMPLE_RATE) for clip in voices]
    ends = [*starts[1:], total]
    begin, graph = 0, []
    for at, clip in enumerate(voices):
        gain, length = levels[str(clip.asset)].gain, ends[at] - begin
        graph.append(
            f"[{at}:a:0]{FORMAT},volume={gain:.2f}dB,adelay={max(0, starts[at] - begin)}S:all=1,"
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
        f"{FORMAT},atrim=end_sample={round(clip.duration * SAMPLE_RATE)},volume={gain:.2f}dB,"
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
