"""`upload`: the finished files go where people can fetch them (R17).

Result: `{video_url, thumbnail_url, captions_url}`, and `{role}_url` for what else there is beside the video:
`subtitles` (SubRip), `chapters` and `karaoke` (WebVTT).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.stages import Stage
from renders.stages.base import Asked, InputMissing, Work

ROLES = ("video", "captions", "thumbnail")
"""What every composed video has."""
MORE = ("subtitles", "chapters", "karaoke")
"""What it may have besides."""


def ask(work: Work) -> Asked:
    made = video_of(work)["files"]
    files = {role: str(made[role]) for role in (*ROLES, *(role for role in MORE if role in made))}
    return Asked({"render_id": work.render_id, "run": work.run, "keys": files}, files)


def video_of(work: Work) -> Mapping[str, Any]:
    """The result that the video came with: composed here, or made elsewhere (R18). Raises `InputMissing`."""
    made = (one.result for one in work.made if one.stage in (Stage.REVIDEO, Stage.ORCHESTRATOR))
    found = next((result for result in made if "video" in result.get("files", {})), None)
    if found is None:
        raise InputMissing("There is no video to upload.")
    return found
