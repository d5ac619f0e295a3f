"""`manim`, `tts` and `music`: one asset each. What they need was handed to them with the step (pipeline/graph.py).

Results: `manim` `{kind: image | video, alt}`; `tts` `{duration, timings: [{start, end, text}],
words: the same by word where the voice tells them, spoken, voice}`;
`music` `{duration}`. Durations and times in seconds. A segment that shows what came with the job has that file as
`source` (R7).
"""

from __future__ import annotations

from renders.domain.job import FPS
from renders.domain.script import Visual
from renders.stages.base import Asked, Work


def ask(work: Work) -> Asked:
    source = work.job.source
    segment = work.payload.get("segment")
    shows_source = isinstance(segment, dict) and segment.get("visual") == Visual.SOURCE
    return Asked({"fps": FPS, **work.payload}, {"source": source.key} if source and shows_source else {})
