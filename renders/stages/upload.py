"""`upload`: the finished files go where people can fetch them (R17).

Result: `{video_url, thumbnail_url, captions_url}`, and `{role}_url` for what else there is beside the video:
`subtitles` (SubRip), `chapters` and `karaoke` (WebVTT).
"""

from __future__ import annotations

from renders.domain.stages import Stage
from renders.stages.base import Asked, InputMissing, Work

ROLES = ("video", "captions", "thumbnail")
"""What every composed video has."""
MORE = ("subtitles", "chapters", "karaoke")
"""What it may have besides."""


def ask(work: Work) -> Asked:
    composed = next((made.result for made in work.made if made.stage is Stage.REVIDEO), None)
    if composed is None:
        raise InputMissing("There is no composed video to upload.")
    made = composed["files"]
    files = {role: str(made[role]) for role in (*ROLES, *(role for role in MORE if role in made))}
    return Asked({"render_id": work.render_id, "run": work.run, "keys": files}, files)
