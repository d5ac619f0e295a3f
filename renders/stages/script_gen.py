"""`script_gen`: from the input, a script (R11). Result: `{script: Script}`.

Payload: `{job, source: {kind, name, seconds} | null}`; a document that came with the job is the file `source` (R7).
"""

from __future__ import annotations

from renders.stages.base import Asked, Work


def ask(work: Work) -> Asked:
    job, source = work.job, work.job.source
    return Asked(
        {
            "job": {
                "job_type": job.job_type.value,
                "name": job.name,
                "input_text": job.input_text,
                "items": [item.to_json() for item in job.items],
                "style": job.style.value,
                "length": job.length,
                "voice": job.voice.value,
                "language": job.language,
                "aspect_ratio": job.aspect_ratio.value,
                "target_date": job.target_date,
                "theme": job.theme,
            },
            "source": {"kind": source.kind, "name": source.name, "seconds": source.seconds} if source else None,
        },
        {"source": source.key} if source and source.kind == "document" else {},
    )
