"""What predictions leave behind beside their steps: jobs that nobody waits for any more, messages that were heard."""

from __future__ import annotations

from django.db import models


class StrayJob(models.Model):
    """Work at a provider that nobody waits for any more: its render was cancelled or has failed, or its step went on to
    another provider. Written with the move that decided so; the keeper cancels it there, and it goes when that is
    over there. Without the id of a job it is what may have been asked for with the key: no answer was noted."""

    provider = models.CharField(max_length=40)
    job_id = models.CharField(max_length=200, blank=True, default="")
    key = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="It is looked for by it.")
    step_id = models.BigIntegerField(null=True, blank=True, help_text="It may have come back to the job meanwhile.")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="When it is tried again.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["next_at"]
        constraints = [models.UniqueConstraint(fields=["provider", "job_id", "key"], name="one_stray_per_job")]

    def __str__(self) -> str:
        return f"{self.provider} {self.job_id or self.key}"


class HeardMessage(models.Model):
    """A signed message of a provider that was heard; a second one with its id is refused. Kept for as long as its time
    would be believed."""

    message_id = models.CharField(max_length=100, primary_key=True)
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["heard_at"]

    def __str__(self) -> str:
        return self.message_id
