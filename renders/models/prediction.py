"""What predictions leave behind beside their steps: jobs that nobody waits for any more, messages that were heard."""

from __future__ import annotations

from django.db import models


class StrayJob(models.Model):
    """A job at a provider whose step is over: the render was cancelled, or has failed for good. The keeper cancels it
    there; the row is written with the move that ended the step, and goes when the provider has said that it is over."""

    provider = models.CharField(max_length=40)
    job_id = models.CharField(max_length=200)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="When it is tried again.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["next_at"]
        constraints = [models.UniqueConstraint(fields=["provider", "job_id"], name="one_stray_per_job")]

    def __str__(self) -> str:
        return f"{self.provider} {self.job_id}"


class HeardMessage(models.Model):
    """A signed message of a provider that was heard; a second one with its id is refused. Kept for as long as its time
    would be believed."""

    message_id = models.CharField(max_length=100, primary_key=True)
    heard_at = models.DateTimeField()

    class Meta:
        ordering = ["heard_at"]

    def __str__(self) -> str:
        return self.message_id
