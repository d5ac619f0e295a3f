"""One scene, from the payload to the clip."""

from __future__ import annotations

import gc
import resource
import shutil
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renders.look import NotEnough, read_order
from renders.look.order import Order
from renders.providers.manim.choreography import choreograph
from renders.providers.manim.engine.film import Film
from renders.providers.manim.engine.lettering import load_fonts
from renders.providers.manim.engine.scene import film_scene

_STACK = 1_500

load_fonts()


def work(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Make the clip that is asked for. Answers, whatever happens."""
    try:
        answer = _make(asked)
    except NotEnough as error:
        answer = {"refused": {"segment.headline": str(error)}}
    except Exception as error:  # the worker decides what follows; it needs to know what happened
        answer = {
            "failed": f"{type(error).__name__}: {error}"[:300],
            "stack": traceback.format_exc()[-_STACK:],
            "memory": isinstance(error, MemoryError),
        }
    finally:
        shutil.rmtree(str(asked.get("scratch", "")), ignore_errors=True)
    gc.collect()  # scenes are rings of references, and each holds several frames
    return {**answer, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _make(asked: Mapping[str, Any]) -> dict[str, Any]:
    order, problems = read_order(asked["payload"])
    if order is None:
        return {"refused": problems}
    return {"made": _film(order, int(asked["payload"]["fps"]), asked)}


def _film(order: Order, fps: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    layout = order.lay_out()
    plan = choreograph(layout, order.narration, order.language, fps)
    film = Film(str(asked["ffmpeg"]), Path(asked["video"]), plan, (order.frame.width, order.frame.height), fps)
    try:
        frames = film_scene(layout, plan, film, fps, Path(asked["scratch"]))
        film.finish()
    except BaseException:
        film.drop()
        raise
    if frames != plan.frames:
        raise RuntimeError(f"{frames} frames were drawn where the plan has {plan.frames}")
    return {"alt": layout.alt, "notes": list(layout.notes), "frames": frames, "duration": frames / fps}
