from __future__ import annotations

from django.urls import path

from renders.web import media

app_name = "web"
urlpatterns = [
    path("media/<uuid:render_id>/<str:name>", media.published, name="published"),
    path("media/<uuid:render_id>/asset/<int:asset_id>", media.asset, name="asset"),
]
