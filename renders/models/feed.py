"""The feeds that the daily runs read, how they are, and what they gave (R3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from renders.models.daily import DailyRun
from renders.models.workspace import Workspace


class Feed(models.Model):
    title = models.CharField(max_length=200)
    source = models.CharField(
        max_length=600,
        unique=True,
        help_text="http(s) address of an RSS, Atom or JSON feed, or the path of a file that the workers can read.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    # How it is: written by actions/daily_feeds.py alone.
    read_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When it was last read well.")
    tried_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When reading it last ended.")
    reading_until = models.DateTimeField(null=True, blank=True, editable=False)
    """Somebody reads it now, and has it for so long: nobody asks a publisher twice at once. No lock is held meanwhile
    (I7), and a reader that dies keeps nobody from it for longer."""
    broken_since = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.TextField(blank=True, default="", editable=False, help_text="What the last reading met.")
    remedy = models.TextField(blank=True, default="", editable=False, help_text="What to do about it.")

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="feed_has_a_source"),
            models.CheckConstraint(
                condition=Q(broken_since__isnull=True, error="") | Q(broken_since__isnull=False) & ~Q(error=""),
                name="feed_broken_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FeedItem(models.Model):
    """One entry of a feed, cleaned: no markup is left in it."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items", db_index=False)  # the unique key
    guid = models.CharField(max_length=500, help_text="What the feed calls it; a digest of that where it is long.")
    title = models.CharField(max_length=300, blank=True, default="")
    text = models.TextField(blank=True, default="")
    url = models.CharField(max_length=2000, blank=True, default="")
    source = models.CharField(max_length=300, blank=True, default="", help_text="Who published it.")
    language = models.CharField(max_length=40, blank=True, default="")
    published = models.DateTimeField(null=True, blank=True, help_text="None where the feed does not say.")
    offset_minutes = models.SmallIntegerField(default=0, help_text="Of the publisher's time zone, east of UTC.")
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When the feed last had it.")

    class Meta:
        ordering = ["-published", "id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "guid"], name="one_item_per_guid"),
            models.CheckConstraint(condition=~Q(title="", text=""), name="feed_item_says_something"),
        ]
        indexes = [
            # periodic.prune: what no feed has had for a long time.
            models.Index(fields=["seen_at"], name="feed_item_by_age"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:80]


class FeedItemUse(models.Model):
    """Which daily run used an item: once per workspace and language (R3). A re-render takes its run's items again."""

    item = models.ForeignKey(FeedItem, on_delete=models.CASCADE, related_name="uses", db_index=False)  # the unique key
    run = models.ForeignKey(DailyRun, on_delete=models.CASCADE, related_name="uses")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, db_index=False)
    language = models.CharField(max_length=12)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "workspace", "language"], name="item_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.run_id}"
