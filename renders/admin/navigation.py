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
            ],
        },
        {
            "title": "The day",
            "separator": True,
            "items": [
                _item("Daily runs", "today", "admin:renders_dailyrun_changelist", "renders.view_dailyrun"),
                _item(
                    "Subscriptions",
                    "event_repeat",
                    "admin:renders_dailysubscription_changelist",
                    "renders.view_dailysubscription",
                ),
                _item("Feeds", "rss_feed", "admin:renders_feed_changelist", "renders.view_feed"),
            ],
        },
        {
            "title": "Figures",
            "separator": True,
            "items": [
                _item("Metrics", "monitoring", "admin:monitoring_dailystat_changelist", "monitoring.view_dailystat"),
                _item(
                    "Failures by cause",
                    "troubleshoot",
                    "admin:monitoring_failurecause_changelist",
                    "renders.view_renderfailure",
                ),
                _item(
                    "SLA reports",
                    "fact_check",
                    "admin:monitoring_slareport_changelist",
                    "monitoring.view_slareport",
                ),
                _item("SLA records", "alarm_on", "admin:monitoring_slarecord_changelist", "monitoring.view_slarecord"),
            ],
        },
        {
            "title": "Alerts",
            "separator": True,
            "items": [
                _item("Alerts", "notifications", "admin:alerts_alert_changelist", "alerts.view_alert"),
                _item("Channels", "campaign", "admin:alerts_channel_changelist", "alerts.view_channel"),
                _item("Delivery log", "outgoing_mail", "admin:alerts_delivery_changelist", "alerts.view_delivery"),
            ],
        },
        {
            "title": "People",
            "separator": True,
            "items": [
                _item("Workspaces", "workspaces", "admin:renders_workspace_changelist", "renders.view_workspace"),
                _item("Users", "person", "admin:renders_user_changelist", "renders.view_user"),
                _item("Groups", "group", "admin:auth_group_changelist", "auth.view_group"),
                _item("Audit", "history", "admin:admin_logentry_changelist", "admin.view_logentry"),
            ],
        },
        {
            "title": "Machinery",
            "separator": True,
            "items": [
                _item("Services", "monitor_heart", "admin:renders_service_changelist", "renders.view_service"),
                _item("Spool", "cloud_upload", "admin:renders_spooledvideo_changelist", "renders.view_spooledvideo"),
                _item(
                    "Schedule",
                    "schedule",
                    "admin:django_celery_beat_periodictask_changelist",
                    "django_celery_beat.view_periodictask",
                ),
                _item(
                    "Crontabs",
                    "calendar_clock",
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
