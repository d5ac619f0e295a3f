"""The child of `probe.py`: opens one file with PyAV and writes what it found to stdout, as JSON.

Run as `python -I probe_child.py PATH DEMUXER head|whole`. Imports nothing of the project.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import av
import av.logging

_QUIET = -8
"""AV_LOG_QUIET."""
_OPTIONS = {"protocol_whitelist": "file", "err_detect": "explode", "max_pixels": "64000000"}


def look(path: str, demuxer: str, whole: bool) -> dict[str, Any]:
    with av.open(path, format=demuxer, options=_OPTIONS) as container:
        video = next(iter(container.streams.video), None)
        audio = next(iter(container.streams.audio), None)
        if video is None and audio is None:
            return {"fault": "there is neither a picture nor sound in it"}
        frames, samples = counted(container, video, audio) if whole else (video.frames if video else 0, 0)
        if whole and ((video and not frames) or (audio and not samples)):
            return {"fault": "a stream of it is empty"}
        return {
            "duration": (container.duration or 0) / av.time_base,
            "bytes": Path(path).stat().st_size,
            "video": seen(video, frames) if video else None,
            "audio": heard(audio, samples) if audio else None,
            "title": str(container.metadata.get("title", ""))[:2000],
            "chapters": [
                [float(one["start"] * one["time_base"]), float(one["end"] * one["time_base"]), titled(one)]
                for one in container.chapters()
            ],
        }


def counted(container: Any, video: Any, audio: Any) -> tuple[int, int]:
    """Frames of the first video stream and samples of the first audio stream, all of them decoded."""
    frames = samples = 0
    for stream in (video, audio):
        if stream is not None:
            stream.codec_context.options = {"err_detect": "explode"}
            stream.thread_type = "AUTO"
    for packet in container.demux([stream for stream in (video, audio) if stream is not None]):
        if packet.is_corrupt:
            raise ValueError("a packet of it is damaged")
        for frame in packet.decode():
            if packet.stream is video:
                frames += 1
            else:
                samples += frame.samples
    return frames, samples


def seen(stream: Any, frames: int) -> dict[str, Any]:
    context = stream.codec_context
    return {
        "codec": context.name,
        "profile": str(stream.profile or ""),
        "pix_fmt": str(context.pix_fmt or ""),
        "width": context.width,
        "height": context.height,
        "fps": float(stream.average_rate or 0),
        "frames": frames,
        "colour": {
            "primaries": int(context.color_primaries),
            "trc": int(context.color_trc),
            "matrix": int(context.colorspace),
            "range": int(context.color_range),
        },
    }


def heard(stream: Any, samples: int) -> dict[str, Any]:
    context = stream.codec_context
    return {"codec": context.name, "rate": context.rate, "channels": context.channels, "samples": samples}


def titled(chapter: Any) -> str:
    return str(chapter["metadata"].get("title", ""))[:2000]


def main() -> None:
    path, demuxer, how = sys.argv[1:]
    # Nobody hears the decoder's threads. Through Python they could not be heard: they would wait for its lock while it
    # waits for them to end, for ever, over a file that is cut off.
    av.logging.restore_default_callback()
    av.logging.set_libav_level(_QUIET)
    try:
        told = look(path, demuxer, how == "whole")
    except (OSError, ValueError, EOFError, MemoryError) as error:
        told = {"fault": f"it cannot be decoded: {type(error).__name__}: {str(error)[:300]}"}
    json.dump(told, sys.stdout)


main()
