"""Failures as their causes: the same rows, looked at another way (R64)."""

from __future__ import annotations

from renders.models import RenderFailure


class FailureCause(RenderFailure):
    class Meta:
        proxy = True
        default_permissions = ()
        """Who may see failures may see their causes."""
        verbose_name = "failure by cause"
        verbose_name_plural = "failures by cause"
