"""The daily run of one workspace, language and date (R3): unique, so that running it twice creates nothing twice; and
the orders for one out of turn."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renders.models.render import Render
from renders.models.workspace import Workspace


class DailyRun(models.Model):
    """Either its render was asked for, or it was missed for good; a missed one can be made up for by hand."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    language = models.CharField(max_length=12)
    date = models.DateField()
    render = models.OneToOneField(
        Render, on_delete=models.CASCADE, related_name="daily_run", null=True, blank=True, help_text="None: missed."
    )
    missed = models.TextField(blank=True, default="", help_text="Why there is none, in plain words.")
    source = models.CharField(max_length=500, help_text="The feed, or the feeds, that it was made from.")
    note = models.TextField(blank=True, default="", help_text="How far the window had to be widened, and why.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "language", "date"], name="one_daily_run_a_day"),
            models.CheckConstraint(
                condition=Q(render__isnull=False, missed="") | Q(render__isnull=True) & ~Q(missed=""),
                name="daily_run_made_or_missed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.language}"


class DailyOrder(models.Model):
    """Somebody wants the day's video of a feed out of turn: the next look of beat's daily task makes its run (R120)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    source = models.CharField(max_length=600, help_text="Address or path of the feed.")
    language = models.CharField(max_length=12, blank=True, default="", help_text="Empty: the feed's own.")
    date = models.DateField(null=True, blank=True, help_text="None: the feed's newest day.")
    length = models.PositiveSmallIntegerField(default=60, help_text="Seconds of narration.")
    run = models.ForeignKey(DailyRun, on_delete=models.CASCADE, null=True, blank=True, related_name="orders")
    refused = models.TextField(blank=True, default="", help_text="Why there is none, in plain words.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(run__isnull=True) | Q(refused=""), name="daily_order_made_or_refused"),
        ]
        indexes = [
            # daily_orders.fill: the open ones.
            models.Index(fields=["id"], name="daily_order_open", condition=Q(run__isnull=True, refused="")),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.date or 'its newest day'}"
