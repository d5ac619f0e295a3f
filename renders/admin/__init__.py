"""The operator console (R60, R61): one file per noun. The pages' own parts are in `templates/renders`."""

from django.contrib import admin

from renders.admin import (
    audit,
    daily,
    failure,
    feeds,
    render,
    results,
    schedule,
    services,
    spool,
    subscriptions,
    user,
    workspace,
)

admin.site.index_title = "Today"

__all__ = [
    "audit",
    "daily",
    "failure",
    "feeds",
    "render",
    "results",
    "schedule",
    "services",
    "spool",
    "subscriptions",
    "user",
    "workspace",
]
