"""`renders/presentation` as HTML. Nothing here is inline script or style: pages stay ready for a strict CSP (R110)."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from renderhub.lib import clock
from renders.domain.states import RenderStatus
from renders.models import Render
from renders.presentation import stages, status, telling, times, words
from renders.presentation.status import LOOKS, Shown
from renders.presentation.telling import Evidence
from renders.presentation.words import Command, Words

register = template.Library()

NONE = mark_safe('<span class="rh-none">–</span>')
"""Where there is nothing to say; narrow pages leave it out."""


@register.simple_tag
def status_badge(render: Render) -> SafeString:
    """The status as word, shape and colour; with the time where it goes on by itself."""
    kind = status.shown(render)
    when = render.wake_at if kind is Shown.RETRYING else None
    return badge(kind, when)


@register.simple_tag
def badge(kind: Shown | str, when: datetime | None = None) -> SafeString:
    look = LOOKS[Shown(kind)]
    return format_html(
        '<span class="rh-status rh-status-{}" title="{}">{}<span>{}{}</span></span>',
        Shown(kind).value,
        look.meaning,
        shape(kind),
        look.word,
        format_html(" {}", clock_time(when, seconds=False)) if when else "",
    )


@register.simple_tag
def shape(kind: Shown | str) -> SafeString:
    look = LOOKS[Shown(kind)]
    # The shapes are ours (presentation/status.py), no input reaches them.
    return format_html('<svg class="rh-shape" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', mark_safe(look.shape))


@register.simple_tag
def due(render: Render) -> SafeString | str:
    """`in 25 m`, `on time`, `5 m late`, with the exact moment in the tooltip."""
    said = telling.punctuality(render, clock.now())
    if not said or render.due_at is None:
        return NONE
    kind = "late" if said.endswith("late") else "well"
    told = format_html('<span class="rh-due rh-due-{}">{}</span>', kind, _time(render.due_at, said, "relative"))
    return told if kind == "late" else format_html("{}{}", told, _at_risk(render))


def _at_risk(render: Render) -> SafeString | str:
    """A mark where it may come too late (R77), with what is expected in the tooltip; never a query."""
    outlook = render._state.fields_cache.get("outlook")
    if outlook is None or not outlook.at_risk or render.completed_at is not None:
        return ""
    expected = f"Expected {timezone.localtime(outlook.ready_at):%H:%M}, by {timezone.localtime(outlook.slow_at):%H:%M} "
    title = f"{expected}nine times of ten: {outlook.why}."
    return format_html(' <span class="rh-mark" title="{}">at risk</span>', title)


@register.simple_tag
def fallbacks(render: Render) -> SafeString | str:
    """What is degraded, with the reasons in the tooltip."""
    if not render.degraded:
        return NONE
    reasons = "\n".join(f"{what} {why}" for what, why in telling.reasons(render))
    return format_html('<span class="rh-mark" title="{}">{}</span>', reasons, telling.fallbacks_in_short(render))


@register.simple_tag
def sentence_of(render: Render) -> SafeString:
    """What is going on and what to do, from the render alone."""
    if render.status in (RenderStatus.QUEUED, RenderStatus.PROCESSING):
        outlook = render._state.fields_cache.get("outlook")
        return format_html("{}", telling.under_way_in_short(render, outlook.why if outlook else ""))
    said = telling.tell(render, Evidence(steps=(), now=clock.now()))
    return format_html("{} {}", told(said.going_on), told(said.to_do))


@register.filter
def relative(moment: datetime | None) -> SafeString | str:
    """`3 m ago`, the exact moment in the tooltip; the page's script tells it in the viewer's zone."""
    return _time(moment, times.relative(moment, clock.now()), "relative") if moment else NONE


@register.filter
def clock_time(moment: datetime | None, seconds: bool = True) -> SafeString | str:
    """`05:32:10`, in the site's zone until the page's script puts it in the viewer's."""
    if moment is None:
        return NONE
    form = "%H:%M:%S" if seconds else "%H:%M"
    return _time(moment, f"{timezone.localtime(moment):{form}}", "clock" if seconds else "short")


@register.filter
def exact(moment: datetime | None) -> SafeString | str:
    """`22 Nov, 05:32:10`; the year is in the tooltip."""
    return _time(moment, f"{timezone.localtime(moment):%-d %b, %H:%M:%S}", "exact") if moment else NONE


@register.filter
def duration(seconds: float | None) -> SafeString | str:
    return NONE if seconds is None else times.duration(seconds)


@register.filter
def milliseconds(count: int | None) -> SafeString | str:
    return duration(None if count is None else count / 1000)


@register.filter
def without(text: str, remedy: str | None) -> str:
    return words.without(text, remedy or "")


@register.filter
def stage_title(stage: str) -> str:
    return stages.title(stage)


@register.filter
def told(words: Words) -> SafeString:
    """A sentence with its moments as times."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in words))


def _piece(piece: str | datetime) -> SafeString | str:
    if isinstance(piece, datetime):
        return clock_time(piece)
    return format_html("<code>{}</code>", piece) if isinstance(piece, Command) else piece


@register.simple_tag
def short_id(value: object) -> SafeString:
    """The end of an id (its start is a time, and alike for neighbours); a click copies the whole."""
    text = str(value)
    return format_html(
        '<button type="button" class="rh-copy" data-copy="{}" title="Copy {}">'
        '<span aria-hidden="true">…{}</span><span class="rh-unseen">Copy the id {}</span></button>',
        text,
        text,
        text[-8:],
        text,
    )


def _time(moment: datetime, text: str, form: str) -> SafeString:
    local = timezone.localtime(moment)
    return format_html(
        '<time class="rh-time" datetime="{}" data-form="{}" title="{}">{}</time>',
        moment.isoformat(),
        form,
        f"{local:%a %-d %b %Y, %H:%M:%S %Z}",
        text,
    )


@register.filter
def still_at(seconds: float) -> str:
    """The moment of a scene at which it shows best as a picture: near its end, when everything has come in."""
    return f"{0.9 * seconds:.1f}"
