"""What all workers know together of a provider that is called over a network (R39): its circuit, the calls of the last
while, what is left of its limits, and whether an operator has taken it out of use. Written by `pipeline/circuits.py`,
`pipeline/allowance.py` and `pipeline/out_of_use.py` alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CircuitRow(models.Model):
    """See `domain/circuit.py` for what the columns mean, `domain/limits.py` for the last two."""

    provider = models.CharField(max_length=40, primary_key=True)
    calls = models.JSONField(default=list, blank=True, help_text="The window: [grain, wanted, made, failed].")
    opened_at = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True, help_text="Nobody asks before then; afterwards one does.")
    cool_down = models.FloatField(default=0.0)
    code = models.CharField(max_length=40, blank=True, default="", help_text="What it was opened for.")
    message = models.TextField(blank=True, default="")
    remedy = models.TextField(blank=True, default="")
    probe_until = models.DateTimeField(null=True, blank=True)
    probe_step = models.BigIntegerField(null=True, blank=True, help_text="Whose call probes; over with its claim.")
    probe_claim = models.PositiveIntegerField(null=True, blank=True)
    probe_taken_at = models.DateTimeField(null=True, blank=True)
    limited_until = models.DateTimeField(null=True, blank=True, help_text="It asked for a pause (RATE_LIMITED).")
    full_at = models.DateTimeField(null=True, blank=True, help_text="When the whole burst of its rate is there again.")
    told_until = models.DateTimeField(null=True, blank=True, help_text="When the last of those who wait looks again.")

    out_since = models.DateTimeField(null=True, blank=True, help_text="An operator has taken it out of use.")
    # With defaults of the database's own: workers of the version before write rows while this one is rolled out.
    out_by = models.CharField(max_length=150, blank=True, default="", db_default="", help_text="Who took it out.")
    out_reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ["provider"]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_until__isnull=True, opened_at__isnull=True)
                | Q(open_until__isnull=False, opened_at__isnull=False),
                name="circuit_open_has_both_times",
            ),
            models.CheckConstraint(
                condition=Q(out_since__isnull=True, out_by="", out_reason="")
                | Q(Q(out_since__isnull=False), ~Q(out_by="")),
                name="circuit_out_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.provider


class Slot(models.Model):
    """One of the calls that a provider may have under way at once. It is taken for as long as its step is running under
    that claim, or its provider is at work on it: whoever dies, is cut off or is cancelled gives it back by that."""

    provider = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    step = models.BigIntegerField(null=True, blank=True)
    claim_no = models.PositiveIntegerField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["provider", "number"]
        constraints = [models.UniqueConstraint(fields=["provider", "number"], name="one_slot_a_number")]

    def __str__(self) -> str:
        return f"{self.provider} {self.number}"
