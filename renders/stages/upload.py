"""`upload`: the finished files go where people can fetch them (R17).

Result: `{video_url, thumbnail_url, captions_url}`.
"""

from __future__ import annotations

from renders.domain.stages import Stage
from renders.stages.base import Asked, InputMissing, Work

ROLES = ("video", "captions", "thumbnail")


def ask(work: Work) -> Asked:
    composed = next((made.result for made in work.made if made.stage is Stage.REVIDEO), None)
    if composed is None:
        raise InputMissing("There is no composed video to upload.")
    files = {role: str(composed["files"][role]) for role in ROLES}
    return Asked({"render_id": work.render_id, "run": work.run, "keys": files}, files)
