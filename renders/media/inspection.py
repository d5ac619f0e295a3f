"""Measures a finished video for the output gate (R16).

A video that nobody has seen before is decoded whole, in one pass. Of one that a composer put together from pieces, most
may have been seen before: then these things together say as much of the real file as decoding it again would.

- Its video packets are, byte by byte and in order, those of the pieces that the composer meant to join: `packets` is
  the hash of all of them, read back from the finished file. A piece that was damaged after it was seen, a piece in the
  wrong place or a fault in joining or packing makes another hash.
- Every piece was decoded before: by itself when it was made (`proof.py`), or as part of a finished file that passed,
  between the same neighbours; groups of pictures are closed and all pieces share their parameter sets (`h264.py`), so
  it decodes now as it did then.
- What is new, be it a piece or only the place where two pieces meet, is decoded from the real file (`regions`), from
  the key frame before it on, and searched for black and frozen stretches with a second of what is around it.
- The sound is decoded and measured whole; what was heard is kept by the hash of its packets as they stand in the file.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from renderhub.lib import child
from renders.captions import webvtt
from renders.media import ffmpeg, loudness, stretches
from renders.media.boxes import index_first
from renders.media.cache import Cache, key_of
from renders.media.forms import MP4
from renders.media.gate import Measured
from renders.media.probe import MediaInfo, ProbeError, probe
from renders.media.stretches import Stretch, Stretches

_MEMORY_MB = 3000
_FRAME = re.compile(rb"frame=\s*(\d+)")
_HASHES = re.compile(rb"\d+,([va]),SHA256=([0-9a-f]{64})")
_LISTENED = f"{stretches.SILENCE},ebur128@gate={loudness.METER}"


# All is parsed and decoded but for the smoothing of edges at the end, which cannot fail and takes a third of the time.
_UNSMOOTHED = ["-skip_loop_filter", "all"]


@dataclass(frozen=True)
class Known:
    """What the one that put a video together knows of it."""

    packets: str
    """SHA-256 of all its video packets, one after the other, as they stand in the file."""
    frames: int
    fps: int
    regions: tuple[tuple[int, int], ...] | None
    """Frames (from, up to) that are to be decoded, which may be none at all; None for all."""
    kept: Cache
    """Where it is kept what was heard of a sound."""


def measure(
    video: Path,
    captions: Path,
    *,
    seconds: float,
    cancel: threading.Event | None = None,
    known: Known | None = None,
    info: MediaInfo | None = None,
) -> Measured:
    """Decode what has to be decoded, and look at all that matters. `info`: what `probe` said of this file, where it
    was asked already.

    Raises child.ChildError on time-out, cancel or no FFmpeg.
    """
    look = _Look(video, seconds, cancel)
    with ThreadPoolExecutor(4) as pool:
        probing = pool.submit(look.probed, info)
        if known is None:
            frames, seen, log, fault = look.whole()
        else:
            wanted = _wanted(known)
            # Side by side each has a core; the only one, which an editor waits for, decodes on two.
            threads = 2 if len(wanted) == 1 else 1
            parts = [pool.submit(look.region, *region, known.fps, threads) for region in wanted]
            log, fault = look.heard(known)
            frames, seen = known.frames, _together([part.result()[0] for part in parts], log)
            fault = next((wrong for part in parts if (wrong := part.result()[1])), fault)
        info, refused = probing.result()
    lines, captions_fault = _captions(captions)
    return Measured(
        info=info,
        fault=refused or fault,
        frames=frames,
        stretches=seen,
        loudness=loudness.measured(log).get("gate", loudness.NOTHING),
        index_first=index_first(video),
        captions=lines,
        captions_fault=captions_fault,
    )


@dataclass(frozen=True)
class _Look:
    video: Path
    seconds: float
    cancel: threading.Event | None

    def probed(self, info: MediaInfo | None) -> tuple[MediaInfo | None, str]:
        try:
            return info or probe(self.video, seconds=self.seconds, cancel=self.cancel), ""
        except ProbeError as error:
            return None, str(error)

    def whole(self) -> tuple[int, Stretches, bytes, str]:
        """Frames, stretches, FFmpeg's log of decoding all of it, strictly, and its complaint where there is one."""
        log, fault = self._ffmpeg(
            [*("-map", "0:v?", "-vf", stretches.STRICT, "-map", "0:a?", "-af", _LISTENED), "-f", "null", "-"]
        )
        return _counted(log), stretches.logged(log), log, fault

    def heard(self, known: Known) -> tuple[bytes, str]:
        """FFmpeg's log of decoding all of the sound, and the complaint where it does not decode or where the packets
        of the picture are not those that they should be."""
        told: list[bytes] = []
        copied = ["-map", "0:v:0", "-map", "0:a?", "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-"]
        log, fault = self._ffmpeg(copied, told.append)
        hashes = {kind.decode(): value.decode() for kind, value in _HASHES.findall(b"".join(told))}
        if fault or hashes.get("v") != known.packets:
            return log, fault or "its pictures are not those that were joined"
        return self._sound(key_of("heard", ffmpeg.identity(), _LISTENED, hashes.get("a", "")), known.kept)

    def _sound(self, key: str, kept: Cache) -> tuple[bytes, str]:
        found = kept.get(key)
        if found is not None:
            return found.read_bytes(), ""
        log, fault = self._ffmpeg(["-map", "0:a?", "-af", _LISTENED, "-f", "null", "-"])
        if not fault:
            note = self.video.with_name(f"{key}.log")
            note.write_bytes(log)
            kept.put(key, note)
            note.unlink()
        return log, fault

    def region(self, begin: int, end: int, fps: int, threads: int) -> tuple[Stretches, str]:
        """The stretches of some frames, in seconds of the video, and the complaint where they do not decode."""
        start = max(0.0, (begin - 0.5) / fps)
        length = (end - begin) / fps
        log, fault = self._ffmpeg(
            ["-map", "0:v:0", "-vf", stretches.STRICT, "-frames:v", str(end - begin), "-f", "null", "-"],
            before=["-threads", str(threads), *_UNSMOOTHED, "-ss", f"{start:.6f}", "-t", f"{length + 1:.6f}"],
        )
        if not fault and _counted(log) != end - begin:
            fault = f"frames {begin} to {end} are not all there"
        found, all_of_it = stretches.logged(log), Stretch(0.0, length)
        return Stretches(
            black=tuple(one.cut(all_of_it).moved(begin / fps) for one in found.black),
            frozen=tuple(one.cut(all_of_it).moved(begin / fps) for one in found.frozen),
        ), fault

    def _ffmpeg(
        self, arguments: Sequence[str], on_stdout: Callable[[bytes], None] | None = None, before: Sequence[str] = ()
    ) -> tuple[bytes, str]:
        try:
            finished = ffmpeg.run(
                ["-stats", *before, *MP4.arguments(), "-i", f"file:{self.video.absolute()}", *arguments],
                seconds=self.seconds,
                memory_mb=_MEMORY_MB,
                cancel=self.cancel,
                on_stdout=on_stdout,
            )
        except child.ChildFailed as error:
            return error.finished.stderr, str(error)
        return finished.stderr, ""


def _wanted(known: Known) -> Sequence[tuple[int, int]]:
    """What to decode; all of it in two parts side by side, each long enough that what stands still over the middle is
    seen in one of them."""
    if known.regions is not None:
        return known.regions
    middle, around = known.frames // 2, round((stretches.FROZEN_SECONDS + 0.1) * known.fps)
    if middle < 4 * around:
        return [(0, known.frames)]
    return [(0, middle + around), (middle - around, known.frames)]


def _counted(log: bytes) -> int:
    counts = _FRAME.findall(log)
    return int(counts[-1]) if counts else 0


def _together(parts: Sequence[Stretches], sound: bytes) -> Stretches:
    return Stretches(
        black=tuple(one for part in parts for one in part.black),
        frozen=tuple(one for part in parts for one in part.frozen),
        silent=stretches.logged(sound).silent,
    )


def _captions(path: Path) -> tuple[tuple[webvtt.Line, ...], str]:
    try:
        return tuple(webvtt.read(path.read_text(encoding="utf-8"))), ""
    except (OSError, ValueError) as error:
        return (), str(error)
