"""The page on which an operator asks for a video. It comes through the same door as everybody else (R4, R5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect

from renders.actions import audit
from renders.actions.audit import What
from renders.actions.request import Answer, RequestRefused, request
from renders.admin.render_form import RenderForm, too_many
from renders.admin.uploads import BoundedUpload
from renders.domain.states import RenderStatus
from renders.models import Render, User


def view(model_admin: ModelAdmin[Render], http: HttpRequest) -> HttpResponse:
    """GET: the form; POST: ask. The upload's limits are in place before anything of the body is read; the token is
    checked after that."""
    if not model_admin.has_add_permission(http):
        raise PermissionDenied
    if http.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    upload = BoundedUpload(http)
    http.upload_handlers = [upload]
    return _checked(http, model_admin, upload)


@csrf_protect
def _checked(http: HttpRequest, model_admin: ModelAdmin[Render], upload: BoundedUpload) -> HttpResponse:
    if http.method != "POST":
        return _page(http, model_admin, RenderForm())
    form = RenderForm(http.POST, http.FILES)
    if upload.dropped:
        most = upload.dropped.get("source", 0)
        form.errors["source"] = form.error_class([f"It is larger than {most // 1_000_000} MB; send a smaller one."])
    answer = _ask(http, form) if form.is_valid() else None
    if answer is None:
        return _page(http, model_admin, form)
    _say(http, answer)
    return redirect(reverse("admin:renders_render_change", args=[answer.render.pk]))


def _ask(http: HttpRequest, form: RenderForm) -> Answer | None:
    """Queue it, or join its twin; None where the form says now why not."""
    user: User = http.user  # type: ignore[assignment]
    file = http.FILES.get("source")
    wish = form.wish(file if isinstance(file, TemporaryUploadedFile) else None)
    if why := too_many(wish.items):
        form.refuse({"input": why})
        return None
    try:
        with transaction.atomic():
            answer = request(form.cleaned_data["workspace"], wish, by=user, fresh=form.cleaned_data["fresh"])
            told = "Asked for." if answer.created else "Asked for; there already, and joined."
            audit.record(user, What.REQUEST, [answer.render], told)
    except RequestRefused as refused:
        form.refuse(refused.fields)
        return None
    return answer


def _say(http: HttpRequest, answer: Answer) -> None:
    if answer.created:
        messages.success(http, f"{answer.render.name}: queued.")
        return
    if answer.render.status == RenderStatus.COMPLETED:
        told = "The same video is made already: here it is. Tick “Make a new one” to have it made again."
    else:
        told = (
            "The same video is on its way already: you wait for it with whoever asked before. Nothing new was queued."
        )
    messages.info(http, told)


def _page(http: HttpRequest, model_admin: ModelAdmin[Render], form: RenderForm) -> HttpResponse:
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(http),
        "title": "Ask for a video",
        "opts": model_admin.opts,
        "page": form,
        "form": form,
        "back": reverse("admin:renders_render_changelist"),
    }
    return TemplateResponse(http, "renders/render/add.html", context, status=200)
