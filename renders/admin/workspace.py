"""Workspaces and who belongs to them (R80)."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from renders.admin.labelled import LabelledTabularInline
from renders.models import Membership, Workspace


class MembershipInline(LabelledTabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(Workspace)
class WorkspaceAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "slug", "people", "created_at"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        return Workspace.objects.annotate(people=Count("membership"))

    @admin.display(description="Members", ordering="people")
    def people(self, workspace: Workspace) -> int:
        return int(getattr(workspace, "people", 0))
