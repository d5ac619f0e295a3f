"""What pages of monitoring show alike: how a promise stands, as word, shape and colour (LOOK)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from monitoring import terms
from monitoring.metrics.choice import Choice
from renders.presentation.status import LOOKS, Shown

register = template.Library()

_LINE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" stroke-width="2"'


@dataclass(frozen=True)
class Standing:
    word: str
    meaning: str
    colour: Shown
    """Whose colours it has."""
    shape: str


STANDINGS = {
    "on_time": Standing("On time", "Ready before it was due.", Shown.COMPLETED, LOOKS[Shown.COMPLETED].shape),
    "late": Standing(
        "Late",
        "Ready after it was due.",
        Shown.RETRYING,
        f'<circle cx="8" cy="8" r="6" {_LINE}/><path d="M8 4.8V8l2.2 1.6" {_LINE}/>',
    ),
    "missing": Standing("Missing", "Was due and is not there.", Shown.FAILED, LOOKS[Shown.FAILED].shape),
    "open": Standing("Not due yet", "Is still to come.", Shown.QUEUED, LOOKS[Shown.QUEUED].shape),
    "cancelled": Standing("Called off", "Cancelled before it was due.", Shown.CANCELLED, LOOKS[Shown.CANCELLED].shape),
}


@register.simple_tag
def standing(state: str) -> SafeString:
    """The badge of a state of `sla.causes.state_of`."""
    look = STANDINGS[state]
    return format_html(
        '<span class="rh-status rh-status-{}" title="{}">'
        '<svg class="rh-shape" viewBox="0 0 16 16" aria-hidden="true">{}</svg><span>{}</span></span>',
        look.colour.value,
        look.meaning,
        mark_safe(look.shape),  # ours, no input reaches it
        look.word,
    )


@register.filter
def site_clock(moment: datetime | str) -> SafeString:
    """`06:04` by the clocks of the site, whoever looks: due times are promised in that zone."""
    return _time(moment, "%H:%M")


@register.filter
def site_moment(moment: datetime | str) -> SafeString:
    """`10 Nov, 06:04`, likewise."""
    return _time(moment, "%-d %b, %H:%M")


def _time(moment: datetime | str, form: str) -> SafeString:
    then = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = then.astimezone(terms.zone())
    # Not of the class `rh-time`: its script would tell the viewer's own time in the tooltip.
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        f"{local:%a %-d %b %Y, %H:%M:%S %Z}",
        f"{local:{form}}",
    )


@register.simple_tag
def provider_link(choice: Choice, provider: str) -> str:
    """The same days with one provider chosen."""
    return choice.query(provider=provider)
