"""Published files and assets, for those who may see their render."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from renders.models import Asset, Render, SpooledVideo
from renders.pipeline import handed_out as handed_out_files
from renders.pipeline import storage
from renders.web.access import render_visible
from renders.web.files import send

_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,5}")
"""What `local_media` publishes: the content's hash and a suffix. Nothing else is looked for, so that no name is a way
out of the render's folder."""
_DAY = 86_400


@require_safe
@render_visible
def published(request: HttpRequest, render: Render, name: str) -> HttpResponseBase:
    """A published file. Its name is its content, so that a browser may keep it."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise Http404
    path = Path(settings.MEDIA_ROOT) / "videos" / str(render.pk) / name
    if not path.is_file() and (elsewhere := _moved_to(render, name)):
        return HttpResponseRedirect(elsewhere)
    return _send(request, path, etag=match.group(1), max_age=_DAY)


@require_safe
@render_visible
def asset(request: HttpRequest, render: Render, asset_id: int) -> HttpResponseBase:
    """What an asset shows or says now; the address stays when the asset is made anew."""
    key = Asset.objects.filter(pk=asset_id, render=render).values_list("file", flat=True).first()
    try:
        path = storage.path_of(key or "")
    except storage.KeyUnknown:
        raise Http404 from None
    return _send(request, path, etag=path.stem, max_age=0)


@require_safe
def handed_out(request: HttpRequest, signed: str) -> HttpResponseBase:
    """An asset, for the render service that was given its address; nobody signs in for it, the signature is leave."""
    try:
        path = storage.path_of(handed_out_files.key_of(signed) or "")
    except storage.KeyUnknown:
        raise Http404 from None
    return _send(request, path, etag=path.stem, max_age=0)


def _moved_to(render: Render, name: str) -> str:
    """Where a file is that was moved to the bucket since its address was given to somebody (R17)."""
    row = SpooledVideo.objects.filter(render=render, moved_at__isnull=False).only("files", "urls").first()
    roles = [role for role, file in row.files.items() if file == name] if row else []
    return str(row.urls.get(roles[0], "")) if row and roles else ""


def _send(request: HttpRequest, path: Path, *, etag: str, max_age: int) -> HttpResponseBase:
    try:
        return send(request, path, etag=etag, max_age=max_age)
    except OSError:
        raise Http404 from None
