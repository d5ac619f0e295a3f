from __future__ import annotations

from django.urls import path

from renders.providers.predictions import webhooks
from renders.web import hooks, media

app_name = "web"
urlpatterns = [
    path(webhooks.PATH, hooks.predictions, name="predictions_hook"),
    path("media/handed-out/<str:signed>", media.handed_out, name="handed_out"),
    path("media/<uuid:render_id>/<str:name>", media.published, name="published"),
    path("media/<uuid:render_id>/asset/<int:asset_id>", media.asset, name="asset"),
]
