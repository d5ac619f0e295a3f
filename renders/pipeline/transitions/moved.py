"""The move of a published video from the folder here to where it belongs (R17): every address at once, or none."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from renders.pipeline.transitions.stored import stored_json

# The render shows the video that was moved, or its addresses stay: a later run may have published another one.
_MOVE = """
WITH moved AS (
    UPDATE renders_spooledvideo s SET moved_at = clock_timestamp(), urls = %(urls)s, error = ''
     WHERE s.id = %(spooled)s AND s.run = %(run)s AND s.moved_at IS NULL
    RETURNING s.render_id, s.run
), shown AS (
    UPDATE renders_render r
       SET video_url = %(video)s, thumbnail_url = %(thumbnail)s, captions_url = %(captions)s
      FROM moved m WHERE r.id = m.render_id AND r.video_url = %(was)s
    RETURNING r.id, m.run
), noted AS (
    UPDATE renders_step p SET result = p.result || %(result)s
      FROM moved m WHERE p.render_id = m.render_id AND p.run = m.run AND p.stage = 'upload' AND p.result IS NOT NULL
)
INSERT INTO renders_renderevent (render_id, run, kind, stage, segment, data, created_at)
SELECT id, run, 'render.moved', 'upload', '', %(result)s, clock_timestamp() FROM shown
RETURNING id
"""


def moved(spooled: int, run: int, was: str, urls: Mapping[str, str]) -> bool:
    """Show a video where it is now; false where the render shows another one by now. `was`: its address here; `urls`:
    the new addresses by role."""
    values: dict[str, str | int] = {
        "spooled": spooled,
        "run": run,
        "was": was,
        "video": urls["video"],
        "thumbnail": urls.get("thumbnail", ""),
        "captions": urls.get("captions", ""),
        "urls": stored_json(urls),
        "result": stored_json({f"{role}_url": url for role, url in urls.items()}),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        return cursor.fetchone() is not None
