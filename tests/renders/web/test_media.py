from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.test import Client

from renders.models import Asset, Render
from renders.web import files
from tests.support import people as three
from tests.support import renders_in_every_state as states

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def people():
    return three.people()


@pytest.fixture
def render(people, settings):
    settings.RENDERHUB_PROVIDERS, settings.RENDERHUB_CHAINS = states.PROVIDERS, states.QUICK_CHAINS
    return states.queued(people.workspace)


@pytest.fixture
def url(render, settings):
    return publish(render, settings, CONTENT, ".mp4")


def publish(render: Render, settings, content: bytes, suffix: str) -> str:
    name = hashlib.sha256(content).hexdigest() + suffix
    folder = Path(settings.MEDIA_ROOT) / "videos" / str(render.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return f"/media/{render.pk}/{name}"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(people):
    return signed_in(people.owner)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("who", ["owner", "teammate", "operator"])
def test_those_who_may_see_the_render_get_the_file(who, people, url):
    response = signed_in(getattr(people, who)).get(url)
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Content-Type"] == "video/mp4"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


def test_an_outsider_learns_nothing(people, url):
    assert signed_in(people.outsider).get(url).status_code == 404


def test_somebody_not_signed_in_is_sent_to_the_login(client, url):
    response = client.get(url, headers={"Accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/?next=/media/")


def test_a_player_that_is_not_signed_in_is_told_so(client, url):
    assert client.get(url, headers={"Accept": "*/*"}).status_code == 401


def test_somebody_not_signed_in_does_not_learn_what_exists(client, url):
    unknown = "/media/00000000-0000-7000-8000-000000000000/" + "0" * 64 + ".mp4"
    assert client.get(unknown).status_code == client.get(url).status_code == 401


def test_another_method_is_refused(owner, url):
    assert owner.post(url).status_code == 405


def test_a_response_that_nobody_reads_leaves_no_file_open(tmp_path, rf):
    path = tmp_path / "a.mp4"
    path.write_bytes(CONTENT)
    response = files.send(rf.get("/"), path, etag="a", max_age=0)
    response.close()
    with pytest.raises(ValueError, match="closed"):
        body(response)


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fobjects%2faa",
        "%2e%2e",
        "..",
        ".hidden",
        "a" * 64,
        "A" * 64 + ".mp4",
        "0" * 63 + ".mp4",
        "0" * 64 + ".mp4%00",
        "0" * 64 + ".mp4%0a",
    ],
)
def test_no_name_is_a_way_out(name, owner, render, url):
    assert owner.get(f"/media/{render.pk}/{name}").status_code == 404


def test_a_file_of_another_render_is_not_reached(owner, people, render, url):
    other = states.queued(people.workspace, "Another one")
    assert owner.get(f"/media/{other.pk}/{url.rpartition('/')[2]}").status_code == 404


def test_a_part_is_sent_as_a_part(owner, url):
    response = owner.get(url, headers={"Range": "bytes=1000-1999"})
    assert response.status_code == 206
    assert body(response) == CONTENT[1000:2000]
    assert response["Content-Range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert response["Content-Length"] == "1000"


def test_a_part_outside_the_file_is_refused_with_its_size(owner, url):
    response = owner.get(url, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_a_part_of_a_file_that_has_changed_is_not_glued_to_the_old(owner, url):
    etag = owner.head(url)["ETag"]
    same = owner.get(url, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert body(same) == CONTENT[:10]
    other = owner.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert body(other) == CONTENT


def test_head_tells_the_size_and_sends_nothing(owner, url):
    response = owner.head(url)
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(len(CONTENT)), b"")
    assert response["Accept-Ranges"] == "bytes"


def test_a_copy_that_is_still_good_is_not_sent_again(owner, url):
    etag = owner.head(url)["ETag"]
    assert owner.get(url, headers={"If-None-Match": f'W/"x", {etag}'}).status_code == 304


def test_pieces_are_of_bounded_size(owner, url):
    assert max(map(len, owner.get(url).streaming_content)) <= 256 * 1024


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".vtt", "text/vtt; charset=utf-8"),
        (".jpg", "image/jpeg"),
        (".html", "application/octet-stream"),
        (".svg", "application/octet-stream"),
    ],
)
def test_what_a_browser_would_run_is_only_saved(suffix, kind, owner, render, settings):
    response = owner.get(publish(render, settings, b"<script>", suffix))
    assert body(response) == b"<script>"
    assert response["Content-Type"] == kind
    assert ("attachment" in response.get("Content-Disposition", "")) == (kind == "application/octet-stream")


def test_an_asset_is_shown_to_those_who_may_see_its_render(owner, people, render, settings):
    asset = stored_asset(render, settings, b"a picture")
    response = owner.get(f"/media/{render.pk}/asset/{asset.pk}")
    assert (response.status_code, response["Content-Type"], body(response)) == (200, "image/png", b"a picture")
    assert response["Cache-Control"] == "private, no-cache"
    assert signed_in(people.outsider).get(f"/media/{render.pk}/asset/{asset.pk}").status_code == 404


def test_an_asset_of_another_render_is_not_reached(owner, people, render, settings):
    asset = stored_asset(render, settings, b"a picture")
    mine = states.queued(people.workspace, "Another one")
    assert owner.get(f"/media/{mine.pk}/asset/{asset.pk}").status_code == 404


def test_an_asset_without_a_file_is_not_there(owner, render):
    asset = Asset.objects.create(render=render, segment="s1", slot="manim", kind="image", run=1, status="failed")
    assert owner.get(f"/media/{render.pk}/asset/{asset.pk}").status_code == 404


def stored_asset(render: Render, settings, content: bytes) -> Asset:
    key = hashlib.sha256(content).hexdigest() + ".png"
    place = Path(settings.MEDIA_ROOT) / "objects" / key[:2] / key
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return Asset.objects.create(
        render=render, segment="s1", slot="manim", kind="image", run=1, status="generated", file=key
    )
