"""`manim`, `tts` and `music`: one asset each. What they need was handed to them with the step (pipeline/graph.py).

Results: `manim` `{kind: image | video, alt}`; `tts` `{duration, timings: [{start, end, text}], spoken, voice}`;
`music` `{duration}`. Durations and times in seconds.
"""

from __future__ import annotations

from renders.domain.job import FPS
from renders.stages.base import Asked, Work


def ask(work: Work) -> Asked:
    return Asked({"fps": FPS, **work.payload})
