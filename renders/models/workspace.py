"""Workspaces, their members, and the one way to ask for what a person may see (R80)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models

from renderhub.lib.ids import uuid7
from renders.models.choices import choices, one_of

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """The queryset of everything that belongs to a workspace. `workspace_path` is how to get there."""

    workspace_path = "workspace"

    def visible_to(self, user: Any) -> Self:
        """Rows of the workspaces that `user` is a member of; staff see all; nobody else sees any."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(**{f"{self.workspace_path}__membership__user": user})


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Workspace(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    turns = models.JSONField(default=dict, blank=True)
    """Where its turn stands, in seconds of virtual time by priority (domain/rank.py)."""
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="workspaces")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=10, choices=choices(Role), default=Role.VIEWER.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_each"),
            models.CheckConstraint(condition=one_of("role", Role), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace} as {self.role}"
