"""One step of RenderHub's in a process of its own: `python -m benchmarks.compose.ours STEP INPUTS CACHE WORKDIR`.

Writes the seconds that the step took to stdout, as a worker would that is already running, and leaves `video.mp4`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.compose import scene
from renders.domain.outcomes import Ok
from renders.look.theme import INK
from renders.media import ffmpeg
from renders.media.cache import FolderCache
from renders.media.prepare import FinalForm, prepare_early
from renders.media.session import Session, Stop
from renders.providers.base import Request
from renders.providers.composer import Composer

LIMIT = 600.0


def prepare(inputs: Path, cache: Path, folder: Path) -> None:
    """All twelve visuals, and voice and music, as many side by side as there are cores."""
    session = Session(folder, time.monotonic() + LIMIT, Stop(threading.Event()))
    form = FinalForm(1920, 1080, scene.FPS, INK.background)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        assets = scene.files(inputs).values()
        list(pool.map(lambda path: prepare_early([path], form, FolderCache(cache), session), assets))


def compose(inputs: Path, cache: Path, folder: Path, *, burned: bool = False, anew: str = "") -> None:
    """`anew`: the asset in whose place another file (`new.*`) has come."""
    files = scene.files(inputs)
    if anew:
        files[anew] = inputs / f"new{files[anew].suffix}"
    payload = {"timeline": scene.timeline(inputs, burned=burned).to_json()}
    outcome = Composer(cache=cache).submit(Request("revideo", payload, folder, LIMIT, files), "benchmark")
    if not isinstance(outcome, Ok):
        raise SystemExit(f"composing failed: {outcome}")


def main() -> None:
    step, *folders = sys.argv[1:]
    inputs, cache, folder = map(Path, folders)
    # A worker has looked for its FFmpeg once, when it made its first asset.
    ffmpeg.identity()
    began = time.perf_counter()
    if step == "prepare":
        prepare(inputs, cache, folder)
    else:
        anew = {"visual": "clip2", "narration": "voice"}.get(step, "")
        compose(inputs, cache, folder, burned=step == "burned", anew=anew)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
