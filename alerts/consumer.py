"""From the outbox's events to rows: what the rules say, written in the reader's transaction (I4).

It sees every event of every render. A batch in which no run ended and nothing is wrong costs no query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.conf import settings

from alerts import book, rules
from alerts.acts import MOST_RENDERS, Event, Failure, Raise, Recover, Report, folded, newest
from alerts.models import StreakRow
from alerts.streak import Streak, joined
from renders.models import Render, RenderEvent, RenderFailure
from renders.presentation import words

QUIET = frozenset(
    {
        *("render.queued", "render.processing", "render.requeued", "render.let_go", "render.cancelled"),
        "render.out_of_risk",
    }
)
"""Events that the rules make nothing of."""


def take(rows: Sequence[RenderEvent]) -> None:
    """The outbox's consumer."""
    wanted = [row for row in rows if row.kind not in QUIET]
    if not wanted:
        return
    events = _with_what_they_are_about(wanted)
    acts = [act for event in events for act in rules.acts_of(event)]
    outcomes = [event for event in events if event.kind in rules.OUTCOMES]
    if not acts and not outcomes:
        return
    row = book.the_streak()
    if outcomes:
        acts += _count_in_a_row(row, outcomes)
    for act in folded(acts):
        match act:
            case Raise():
                book.open_or_count(act)
            case Recover():
                book.recover(act)
            case Report():
                book.report(act)


def _count_in_a_row(row: StreakRow, outcomes: Sequence[Event]) -> list[Raise | Recover]:
    before = Streak(row.last_success, tuple(row.failures))
    completed = [event for event in outcomes if rules.OUTCOMES[event.kind]]
    failed = _one_a_try([event for event in outcomes if not rules.OUTCOMES[event.kind]])
    after = joined(before, (event.id for event in completed), (event.id for event in failed))
    row.last_success, row.failures = after.last_success, list(after.failures)
    row.save()
    new = set(after.failures) - set(before.failures)
    acts = rules.streak_acts(
        max((event for event in failed if event.id in new), key=lambda event: event.id, default=None),
        failures=len(after.failures),
        new=len(new),
        ended_by=max(completed, key=lambda event: event.id, default=None),
        threshold=settings.RENDERHUB_ALERT_IN_A_ROW,
    )
    return [replace(act, renders=_renders_of(after)) if isinstance(act, Raise) else act for act in acts]


def _one_a_try(failed: Sequence[Event]) -> list[Event]:
    """Without those that fail for good while the render waits for its requeue, because of a step beside: that try has
    failed already."""
    final = [event for event in failed if event.data.get("final") is True and event.render_id]
    if not final:
        return list(failed)
    before: dict[str, list[tuple[int, str]]] = {}
    told = RenderEvent.objects.filter(render_id__in={event.render_id for event in final}).order_by("id")
    for render_id, pk, kind in told.values_list("render_id", "pk", "kind"):
        before.setdefault(str(render_id), []).append((pk, kind))
    again = {
        event.id
        for event in final
        if [kind for pk, kind in before.get(event.render_id, []) if pk < event.id][-1:] == ["render.failed"]
    }
    return [event for event in failed if event.id not in again]


def _renders_of(streak: Streak) -> tuple[tuple[str, str], ...]:
    """The newest renders of the streak, those of earlier batches with them."""
    events = RenderEvent.objects.filter(pk__in=streak.failures[-MOST_RENDERS:], render__isnull=False)
    return newest((str(pk), name) for pk, name in events.order_by("id").values_list("render_id", "render__name"))


def _with_what_they_are_about(rows: Sequence[RenderEvent]) -> list[Event]:
    """The events with their renders' names and their failures: two queries a batch, however long it is."""
    failed = [row for row in rows if row.kind == "render.failed" and row.render_id]
    names = dict(
        Render.objects.filter(pk__in={row.render_id for row in rows if row.render_id}).values_list("pk", "name")
    )
    failures = _failures(failed)
    return [
        Event(
            id=row.pk,
            kind=row.kind,
            at=row.created_at,
            data=row.data if isinstance(row.data, dict) else {},
            stage=row.stage,
            render_id=str(row.render_id) if row.render_id in names else "",
            render_name=names.get(row.render_id, "") if row.render_id else "",
            failure=failures.get(row.pk),
        )
        for row in rows
    ]


def _failures(events: Iterable[RenderEvent]) -> dict[int, Failure]:
    """The failure that was recorded with each event: by the same statement, a moment before it at the most."""
    wanted = {event.render_id for event in events if event.render_id is not None}
    if not wanted:
        return {}
    by_place: dict[tuple[object, ...], list[RenderFailure]] = {}
    for failure in RenderFailure.objects.filter(render_id__in=wanted):
        place = (failure.render_id, failure.run, failure.stage, failure.segment)
        by_place.setdefault(place, []).append(failure)
    found = {}
    for event in events:
        there = by_place.get((event.render_id, event.run, event.stage, event.segment), [])
        if there:
            nearest = min(there, key=lambda failure: abs(failure.created_at - event.created_at))
            found[event.pk] = _failure(nearest)
    return found


def _failure(row: RenderFailure) -> Failure:
    remedy = str(row.error_details.get("remedy", "")) if isinstance(row.error_details, dict) else ""
    return Failure(row.fingerprint, row.provider, row.code, words.without(row.failure_reason, remedy), remedy)
