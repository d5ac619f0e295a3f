"""The sidebar of the console: what operators look at most, first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def sidebar(_: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links; those to nouns that the user may not see are left out."""
    groups: list[dict[str, Any]] = [
        {
            "title": "",
            "items": [
                _item("Today", "space_dashboard", "admin:index", ""),
                _item("Renders", "movie", "admin:renders_render_changelist", "renders.view_render"),
                _item("Failures", "error", "admin:renders_renderfailure_changelist", "renders.view_renderfailure"),
                _item("Daily runs", "today", "admin:renders_dailyrun_changelist", "renders.view_dailyrun"),
            ],
        },
        {
            "title": "People",
            "separator": True,
            "items": [
                _item("Workspaces", "workspaces", "admin:renders_workspace_changelist", "renders.view_workspace"),
                _item("Users", "person", "admin:renders_user_changelist", "renders.view_user"),
                _item("Groups", "group", "admin:auth_group_changelist", "auth.view_group"),
            ],
        },
        {
            "title": "Machinery",
            "separator": True,
            "items": [
                _item(
                    "Schedule",
                    "schedule",
                    "admin:django_celery_beat_periodictask_changelist",
                    "django_celery_beat.view_periodictask",
                ),
                _item(
                    "Crontabs",
                    "event_repeat",
                    "admin:django_celery_beat_crontabschedule_changelist",
                    "django_celery_beat.view_crontabschedule",
                ),
                _item(
                    "Task results",
                    "checklist",
                    "admin:django_celery_results_taskresult_changelist",
                    "django_celery_results.view_taskresult",
                ),
            ],
        },
    ]
    return groups


def _item(title: str, icon: str, view: str, permission: str) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(view)}
    if permission:
        item["permission"] = lambda request: request.user.has_perm(permission)
    return item
