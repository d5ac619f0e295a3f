"""Who may see what, for views: strangers learn nothing, not even that it exists (R80)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from renders.models import Render

P = ParamSpec("P")


def render_visible(
    view: Callable[Concatenate[HttpRequest, Render, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view gets the render that the address names. Not signed in: to the login, or 401 where no page is wanted;
    not theirs: 404."""

    @wraps(view)
    def checked(request: HttpRequest, render_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        visible = Render.objects.visible_to(request.user).only("id", "workspace_id", "status")
        return view(request, get_object_or_404(visible, pk=render_id), *args, **kwargs)

    return checked


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.accepts("text/html") and request.headers.get("Accept", "*/*") != "*/*":
        return redirect_to_login(request.get_full_path())
    return HttpResponse("Sign in first.", status=401, content_type="text/plain")
