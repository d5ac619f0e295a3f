"""What a picture and a clip have in common: what is asked for, and the frame that it goes into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import AspectRatio
from renders.domain.script import LONGEST_PROMPT
from renders.domain.wishes import PROMPT
from renders.look import read_order
from renders.look.order import Order
from renders.providers.base import Request
from renders.providers.predictions.api import Failed

LONGEST_ALT = 1_000
_UNKNOWN_LENGTH = 8
_SECONDS = 2, 30
_RATIOS = {ratio.value: ratio.size[0] / ratio.size[1] for ratio in AspectRatio}


def order_of(provider: str, request: Request) -> Order:
    """Raises `Failed` where the payload holds no segment to be shown."""
    order, problems = read_order(request.payload)
    if order is None:
        message = " ".join(f"{field}: {problem}" for field, problem in problems.items())
        raise Failed(GenerationError(ErrorCode.INVALID_INPUT, provider, message, context={"fields": problems}))
    return order


def values_of(provider: str, request: Request) -> Mapping[str, Any]:
    """What a model may be told of the segment. Raises `Failed`."""
    order = order_of(provider, request)
    prompt = _prompt(order)
    if not prompt:
        remedy = "Write what the picture is to show."
        message = "The segment has neither a prompt nor words to make one from."
        raise Failed(GenerationError(ErrorCode.INVALID_INPUT, provider, message, remedy=remedy))
    width, height = order.frame.width, order.frame.height
    ratio = min(_RATIOS, key=lambda name: abs(_RATIOS[name] - width / height))
    return {
        "prompt": prompt,
        "width": width,
        "height": height,
        "aspect_ratio": ratio,
        "seconds": seconds_of(order),
    }


def seconds_of(order: Order) -> int:
    """How long a clip is wanted: whole seconds."""
    wanted = order.segment.get("seconds")
    number = wanted if isinstance(wanted, int | float) and not isinstance(wanted, bool) and 0 < wanted < 1e6 else 0
    return min(max(round(number) or _UNKNOWN_LENGTH, _SECONDS[0]), _SECONDS[1])


def alt_of(order: Order) -> str:
    """The words for who does not see it: the headline, and what the picture is of."""
    headline, shows = _text(order.segment.get("headline")), _prompt(order).removeprefix(PROMPT)
    return (shows if shows.startswith(headline) else f"{headline}. {shows}")[:LONGEST_ALT]


def _prompt(order: Order) -> str:
    asked = _text(order.segment.get("image_prompt"))
    if asked:
        return asked[:LONGEST_PROMPT]
    words = (_text(order.segment.get("headline")), _text(order.segment.get("narration")))
    return ". ".join(part.rstrip(".") for part in words if part)[:LONGEST_PROMPT]


def _text(value: object) -> str:
    return " ".join(value[: 4 * LONGEST_PROMPT].split()) if isinstance(value, str) else ""
