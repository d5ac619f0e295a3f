"""Publishing into the local media folder (R17)."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from renders.domain.outcomes import Ok
from renders.providers.base import Request
from renders.providers.local_media import LocalMedia

RENDER = str(uuid.uuid4())


def request(folder: Path, *roles: str) -> Request:
    files, keys = {}, {}
    for role in roles:
        files[role] = folder / role
        files[role].write_text(f"the {role}")
        keys[role] = hashlib.sha256(files[role].read_bytes()).hexdigest() + ".txt"
    return Request("upload", {"render_id": RENDER, "keys": keys}, folder, 10.0, files)


def test_each_role_has_a_url_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "media"
    outcome = LocalMedia(root, "/media/").submit(request(tmp_path, "video", "captions", "karaoke"), "key")
    assert isinstance(outcome, Ok)
    assert set(outcome.result) == {"video_url", "captions_url", "karaoke_url"}
    for url in outcome.result.values():
        assert (root / url.removeprefix("/media/")).read_text().startswith("the ")
    again = LocalMedia(root, "/media/").submit(request(tmp_path, "video", "captions", "karaoke"), "key")
    assert again == outcome
