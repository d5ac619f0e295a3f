"""`orchestrator`: the whole job made elsewhere (R18).

Payload: `{job_id, job_type, input, style, length (s), voice}`, what the Video Orchestrator's `POST /render` takes.
Result: `{duration (s), width, height, processing_time_ms}` with the files `video`, `thumbnail` and `captions`; or
`{in_house: true}` without files, where the pipeline of our own is to make it after all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.job import AspectRatio, Job
from renders.stages.base import Asked, Work

LANGUAGES = ("en",)
"""The contract says no language: only what speaks by itself is sent."""


def takes(job: Job) -> bool:
    """Whether the contract can say all that the job wants. It knows neither sizes, languages, source files nor captions
    in the picture; what it cannot say is made in-house."""
    plain = job.aspect_ratio is AspectRatio.WIDE and job.source is None and not job.burn_captions
    return plain and job.language in LANGUAGES


def is_in_house(result: Mapping[str, Any]) -> bool:
    """Whether the stage came to leaving the video to the pipeline of our own."""
    return bool(result.get("in_house"))


def ask(work: Work) -> Asked:
    job = work.job
    told = "\n\n".join(f"{item.title}\n{item.text}".strip() for item in job.items)
    return Asked(
        {
            # A run of its own is a job of its own there: an older one's video is not wanted again.
            "job_id": f"{work.render_id}-{work.run}",
            "job_type": job.job_type.value,
            "input": "\n\n".join(part for part in (job.input_text, told) if part),
            "style": job.style.value,
            "length": job.length,
            "voice": job.voice.value,
        }
    )
