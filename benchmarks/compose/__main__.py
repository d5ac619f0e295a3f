"""`make bench-compose`: the composer beside one FFmpeg graph and MoviePy, interleaved, in one run. See README.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.compose import measure
from benchmarks.compose.measure import Cost
from renders.media import ffmpeg

ROOT, HERE = Path(__file__).resolve().parents[2], Path(__file__).parent
ROUNDS = int(os.environ.get("ROUNDS", "3"))
MOVIEPY = os.environ.get("MOVIEPY", "1") != "0"
FRAMES, SECONDS, LOUDNESS = 1800, 60.0, -14.0
NEW = {
    "new.mp4": (
        *("-f", "lavfi", "-i", "gradients=s=1920x1080:seed=17:n=3:speed=0.002:r=30", "-vf"),
        "drawbox=x='200+180*t':y=420:w=420:h=160:color=yellow@0.9:t=fill,"
        "drawbox=x=160:y=820:w='280*t':h=60:color=white:t=fill",
        *("-t", "5.5", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"),
    ),
    "new.wav": (
        *("-f", "lavfi", "-i", "anoisesrc=color=pink:seed=8:r=48000:a=0.4", "-af"),
        "bandpass=f=700:w=900,volume='if(lt(mod(t,5),4.2),1,0)':eval=frame",
        *("-t", "60", "-ac", "1"),
    ),
}
"""The new clip and the new voice: made as `inputs.sh` makes the others, from other seeds."""


class Bench:
    def __init__(self, home: Path) -> None:
        self.home, self.inputs = home, home / "inputs"
        self.costs: dict[str, list[Cost]] = defaultdict(list)

    def make_inputs(self) -> None:
        program = str(ffmpeg.executable())
        subprocess.run(["bash", HERE / "inputs.sh", program, self.inputs], check=True)
        for name, arguments in NEW.items():
            subprocess.run([program, "-v", "error", "-y", *arguments, self.inputs / name], check=True)

    def one_graph(self, *burned: str) -> None:
        out = self.home / "one_graph.mp4"
        argv: list[str | Path] = ["bash", HERE / "one_graph.sh", ffmpeg.executable(), self.inputs, out, *burned]
        self._note("one graph burned" if burned else "one graph", measure.run(argv, ROOT), out)

    def ours(self, step: str, cache: str) -> None:
        folder = self.home / "work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        argv: list[str | Path] = [
            sys.executable,
            "-m",
            "benchmarks.compose.ours",
            step,
            self.inputs,
            self.home / cache,
            folder,
        ]
        cost = measure.run(argv, ROOT)
        # The clock of the step itself: a worker is already running and has loaded its modules.
        self._note(step, Cost(float(cost.output), cost.cpu, cost.peak_mb, ""), folder / "video.mp4")

    def moviepy(self) -> None:
        out = self.home / "moviepy.mp4"
        python = os.environ.get("BENCH_PYTHON", sys.executable)
        env = os.environ | {"IMAGEIO_FFMPEG_EXE": str(ffmpeg.executable())}
        argv: list[str | Path] = [python, HERE / "moviepy_compose.py", self.inputs, out]
        self._note("moviepy", measure.run(argv, self.home, env), out)

    def round(self) -> None:
        for cache in ("cache", "burned"):
            shutil.rmtree(self.home / cache, ignore_errors=True)
        self.one_graph()
        self.ours("prepare", "cache")
        shutil.copytree(self.home / "cache", self.home / "burned")
        self.ours("compose", "cache")
        self.ours("visual", "cache")
        self.ours("narration", "cache")
        self.ours("burned", "burned")

    def _note(self, name: str, cost: Cost, video: Path) -> None:
        print(f"{name:<18} {cost.wall:7.2f} s wall {cost.cpu:7.2f} s CPU {cost.peak_mb:6.0f} MB", file=sys.stderr)
        self.costs[name].append(cost)
        if name != "prepare":
            check(name, video)

    def median(self, name: str) -> float:
        return statistics.median(cost.wall for cost in self.costs[name]) if self.costs[name] else 0.0


def check(name: str, video: Path) -> None:
    """The outputs have to be the same video: as long, as many frames, about as loud, and without a fault."""
    strict = ["-xerror", "-err_detect", "explode", "-stats", "-i", str(video)]
    told = subprocess.run(
        [ffmpeg.executable(), "-nostdin", *strict, "-af", "ebur128=framelog=quiet", "-f", "null", "-"],
        capture_output=True,
        check=False,
    )
    log = told.stderr.decode("utf-8", "replace")
    hours, minutes, seconds = re.findall(r"Duration: (\d+):(\d+):([\d.]+)", log)[0]
    duration = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    frames = int(re.findall(r"frame=\s*(\d+)", log)[-1])
    loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", log)[-1])
    # MoviePy sets no loudness: what it makes is as loud as its inputs.
    loud = name == "moviepy" or abs(loudness - LOUDNESS) <= 1.5
    if told.returncode or abs(duration - SECONDS) > 0.1 or abs(frames - FRAMES) > 1 or not loud:
        raise SystemExit(f"{name}: not the same video: {duration} s, {frames} frames, {loudness} LUFS\n{log[-800:]}")


def report(bench: Bench) -> None:
    print(f"{'':<18}{'wall s (median, spread)':>30}{'CPU s':>10}{'peak MB':>10}")
    for name, costs in bench.costs.items():
        walls = [cost.wall for cost in costs]
        spread = f"{statistics.median(walls):.2f} ({min(walls):.2f} to {max(walls):.2f})"
        cpu = statistics.median(cost.cpu for cost in costs)
        print(f"{name:<18}{spread:>30}{cpu:>10.2f}{max(cost.peak_mb for cost in costs):>10.0f}")
    graph, prepare, ours = bench.median("one graph"), bench.median("prepare"), bench.median("compose")
    burned, moviepy = bench.median("burned"), bench.median("moviepy")
    steps = ("prepare", "compose", "visual", "narration", "burned")
    line = {
        "prepare_s": prepare,
        "ours_s": ours,
        "one_graph_s": graph,
        "moviepy_s": moviepy,
        "ratio": ours / graph,
        "all_ratio": (prepare + ours) / graph,
        "burned_ratio": burned / graph,
        "burned_all_ratio": (prepare + burned) / graph,
        "regenerate_ratio": bench.median("visual") / graph,
        "narration_ratio": bench.median("narration") / graph,
        "moviepy_ratio": ours / moviepy if moviepy else 0.0,
        "peak_mb": max(cost.peak_mb for step in steps for cost in bench.costs[step]),
    }
    print(json.dumps({key: round(value, 3) for key, value in line.items()}))


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="rh-bench-"))
    try:
        bench = Bench(home)
        bench.make_inputs()
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
            bench.round()
        if MOVIEPY:
            bench.moviepy()
        report(bench)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
