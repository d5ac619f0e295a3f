"""How long and how loud a sound is: measured once, when it is made, and kept by the hash of its file (R15, R16)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renderhub.lib.durable import hash_of
from renders.domain.job import SAMPLE_RATE
from renders.media import ffmpeg, loudness
from renders.media.cache import Cache, key_of
from renders.media.forms import Kind
from renders.media.loudness import TARGET
from renders.media.session import BadAsset, Session, checked_form, source

VERSION = "1"
"""Of how it is measured: part of the key of whatever is kept of it."""

FORMAT = f"aformat=sample_fmts=flt:sample_rates={SAMPLE_RATE}:channel_layouts=stereo"
"""Filter that brings any sound into the form in which sounds are mixed."""

_INAUDIBLE = -60.0
_SAMPLES = re.compile(rb"\[astats@n(\d+) @ [^\]]*\] Number of samples: (\d+)")
_PEAKS = re.compile(rb"\[astats@n(\d+) @ [^\]]*\] Peak level dB: (-?[\d.]+|-?inf|nan)")


@dataclass(frozen=True)
class Level:
    seconds: float
    gain: float
    """dB to the target loudness."""


def measured(files: Mapping[str, Path], cache: Cache, session: Session) -> dict[str, Level]:
    """The levels of sounds, by name: found, or measured, all that are missing in one run.

    Raises BadAsset where one does not decode or has nothing to hear in it; child.ChildError.
    """
    keys = {name: key_of("level", VERSION, ffmpeg.identity(), hash_of(path)) for name, path in files.items()}
    found = {name: level for name, key in keys.items() if (level := _noted(cache.get(key)))}
    fresh = _measure(session, {name: path for name, path in files.items() if name not in found})
    for name, level in fresh.items():
        note = session.scratch(".json")
        note.write_text(json.dumps([level.seconds, level.gain]), encoding="utf-8")
        cache.put(keys[name], note)
        note.unlink()
    return found | fresh


def _noted(path: Path | None) -> Level | None:
    if path is None:
        return None
    try:
        seconds, gain = json.loads(path.read_text(encoding="utf-8"))
        return Level(float(seconds), float(gain))
    except (OSError, ValueError, TypeError):
        return None


def _measure(session: Session, files: Mapping[str, Path]) -> dict[str, Level]:
    """Decode each sound once, all in one run: its length and the gain to the target."""
    if not files:
        return {}
    inputs: list[str] = []
    for name, path in files.items():
        inputs += [*checked_form(name, path, Kind.AUDIO, Kind.VIDEO).arguments(), "-i", source(path)]
    meter = "astats@n{0}=measure_perchannel=none:measure_overall=Peak_level+Number_of_samples,"
    meter += "ebur128@m{0}=framelog=quiet"
    graph = ";".join(f"[{at}:a:0]{FORMAT},{meter.format(at)}[o{at}]" for at in range(len(files)))
    maps = [argument for at in range(len(files)) for argument in ("-map", f"[o{at}]")]
    log = session.ffmpeg([*inputs, "-filter_complex", graph, *maps, "-f", "null", "-"], reads=" or ".join(files))
    return _read(log, list(files))


def _read(log: bytes, names: Sequence[str]) -> dict[str, Level]:
    samples = {int(at): int(count) for at, count in _SAMPLES.findall(log)}
    peaks = {int(at): float(level) for at, level in _PEAKS.findall(log)}
    meters = loudness.measured(log)
    found: dict[str, Level] = {}
    for at, name in enumerate(names):
        peak, heard = peaks.get(at, -100.0), meters.get(f"m{at}")
        if not peak > _INAUDIBLE:
            raise BadAsset(f"{name}: there is nothing to hear in it.")
        # Less than 0.4 s of sound, or almost none, has no loudness by EBU R 128; then its peak has to do.
        gain = TARGET - heard.integrated if heard and not heard.silent else -6.0 - peak
        found[name] = Level(samples.get(at, 0) / SAMPLE_RATE, gain)
    return found
