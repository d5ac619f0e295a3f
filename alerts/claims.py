"""Who sends a delivery: claimed with a lease, handed over, settled (I4). The database's clock decides.

All three are guarded by the claim's number. A sender that died before it handed the message over has sent nothing, and
the next one knows that; one that died after it may have, which is a doubt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts.models import Channel, Delivery
from alerts.policy import Settlement
from alerts.vocabulary import DeliveryState
from renders.pipeline.reconnect import through_a_reconnect
from renders.presentation import words

LEASE_SECONDS = 90
"""Longer than any channel takes, from the claim to the hand-over and from there to the answer."""


_SETTLE = """
UPDATE alerts_delivery
   SET state = %(state)s, answer = %(answer)s, remedy = %(remedy)s, doubts = %(doubts)s,
       attempts = attempts - CASE WHEN %(counts)s THEN 0 ELSE 1 END,
       handed_at = CASE WHEN %(pending)s THEN NULL ELSE handed_at END,
       next_at = clock_timestamp() + make_interval(secs => %(wait)s),
       settled_at = CASE WHEN %(pending)s THEN NULL ELSE clock_timestamp() END
 WHERE id = %(id)s
"""


class NotOurs(Exception):
    """The lease was over, and somebody else has the delivery: this sender must not go on."""


@dataclass(frozen=True)
class Claimed:
    id: UUID
    claim_no: int
    attempts: int
    doubts: int


# One message of a channel at a time: the claim locks the channel's row with it, and sets when the channel is free again
# at the earliest, so that its rate is kept over all senders. SKIP LOCKED: a channel that another one is claiming from
# keeps nobody waiting.
_CLAIM = """
WITH best AS (
    SELECT d.id, c.id AS channel, c.kind
      FROM alerts_delivery d JOIN alerts_channel c ON c.id = d.channel_id
     WHERE d.state IN ('pending', 'sending') AND d.next_at <= clock_timestamp()
       AND (c.free_at IS NULL OR c.free_at <= clock_timestamp())
       AND (d.by_hand OR c.enabled AND c.broken_at IS NULL)
       AND (%(only)s::uuid IS NULL OR d.id = %(only)s::uuid)
     ORDER BY d.next_at, d.id
     LIMIT 1
       FOR UPDATE OF d, c SKIP LOCKED
), paced AS (
    UPDATE alerts_channel c
       SET free_at = clock_timestamp() + make_interval(secs => (%(paces)s::jsonb ->> best.kind)::float)
      FROM best WHERE c.id = best.channel
)
UPDATE alerts_delivery d
   SET state = 'sending', claim_no = d.claim_no + 1, attempts = d.attempts + 1,
       doubts = d.doubts + CASE WHEN d.state = 'sending' AND d.handed_at IS NOT NULL THEN 1 ELSE 0 END,
       handed_at = NULL, next_at = clock_timestamp() + make_interval(secs => %(lease)s)
  FROM best WHERE d.id = best.id
RETURNING d.id, d.claim_no, d.attempts, d.doubts
"""


def claim(paces: str, only: UUID | None = None) -> Claimed | None:
    """The oldest delivery that is due, or `only` that one; None where there is none. `paces`: seconds by kind, JSON."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"only": only, "paces": paces, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
    return Claimed(*row) if row else None


def hand_over(claimed: Claimed) -> None:
    """Note that the message leaves our hands now; the lease begins anew. Raises `NotOurs`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerts_delivery SET handed_at = clock_timestamp(),"
            " next_at = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND claim_no = %s AND state = 'sending' AND next_at > clock_timestamp()",
            [LEASE_SECONDS, claimed.id, claimed.claim_no],
        )
        if not cursor.rowcount:
            raise NotOurs


@through_a_reconnect
def settle(claimed: Claimed, result: Settlement) -> bool:
    """Write down what came of it; False where the claim is not ours any more, and nothing was changed."""
    pending = result.state is DeliveryState.PENDING
    with transaction.atomic():
        row = _mine(claimed)
        if row is None:
            return False
        _settle_channel(row.channel_id, result)
        with connection.cursor() as cursor:
            cursor.execute(
                _SETTLE, asdict(result) | {"id": claimed.id, "state": result.state.value, "pending": pending}
            )
    return True


def _mine(claimed: Claimed) -> Delivery | None:
    rows = Delivery.objects.filter(pk=claimed.id, claim_no=claimed.claim_no, state=DeliveryState.SENDING)
    return rows.select_for_update().first()


def _settle_channel(channel_id: int, result: Settlement) -> None:
    channel = Channel.objects.filter(pk=channel_id)
    if result.breaks_channel:
        # The first reason stays: what comes after it are its consequences.
        channel.filter(broken_at__isnull=True).update(
            broken_at=Now(), broken_why=f"{words.ended(result.answer)} {result.remedy}"
        )
    elif result.mends_channel:
        channel.filter(broken_at__isnull=False).update(broken_at=None, broken_why="")
    if result.channel_wait:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE alerts_channel SET free_at = GREATEST(free_at, clock_timestamp() + make_interval(secs => %s))"
                " WHERE id = %s",
                [result.channel_wait, channel_id],
            )


def send_again(pk: UUID) -> bool:
    """By a person: what failed, or waits, is due now, whatever its channel's state. False where it is neither."""
    waiting = Delivery.objects.filter(pk=pk, state__in=[DeliveryState.PENDING, DeliveryState.FAILED])
    return bool(
        waiting.update(
            state=DeliveryState.PENDING,
            by_hand=True,
            attempts=0,
            doubts=0,
            handed_at=None,
            settled_at=None,
            next_at=Now(),
            claim_no=F("claim_no") + 1,
        )
    )
