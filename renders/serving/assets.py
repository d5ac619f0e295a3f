"""The files that a timeline names, fetched from the RenderHub that sent it.

The timeline stays as it is; beside it the request says where each of its assets is: `assets: {name: address}`. The
addresses are signed and expire (`renders/web/handed_out.py`). Only hosts that the operator listed are fetched from, by
the guard of everything that is fetched (R111).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from renders.domain.errors import ErrorCode
from renders.domain.timeline_form import Timeline
from renders.providers.http import download
from renders.serving.engine import Task
from renders.serving.refused import Refused

LARGEST = 500_000_000
"""Bytes of one asset (SPEC section 19: a video)."""
_SIDE_BY_SIDE = 4
_LONGEST_ADDRESS = 2000


def addresses(timeline: Timeline, given: object, hosts: Collection[str], problems: dict[str, str]) -> dict[str, str]:
    """Where each asset of the timeline is; what is wrong with that is noted."""
    names = timeline.assets
    if not isinstance(given, Mapping):
        if names:
            problems["assets"] = "must be an object with the address of each asset of the timeline."
        return {}
    return {name: _address(name, given.get(name), hosts, problems) for name in names}


def fetch(wanted: Mapping[str, str], hosts: Collection[str], task: Task) -> dict[str, Path]:
    """The files, by their names in the timeline. Raises `Refused` where one cannot be had."""
    folder = task.folder / "assets"
    folder.mkdir()
    places = {name: folder / f"{number}" for number, name in enumerate(wanted)}
    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="asset") as pool:
        jobs = {name: pool.submit(_fetch, wanted[name], place, hosts, task) for name, place in places.items()}
        for name, job in jobs.items():
            problem = job.result()
            if problem:
                message = f"The asset {name} could not be fetched: {problem}"
                raise Refused(HTTPStatus.BAD_GATEWAY, ErrorCode.PROVIDER_FAILURE.value, message)
    return places


def _fetch(url: str, place: Path, hosts: Collection[str], task: Task) -> str:
    error = download(
        "assets",
        url,
        place,
        seconds=max(0.1, task.until - time.monotonic()),
        limit=LARGEST,
        allowed_hosts=hosts,
        cancelled=task.cancelled,
    )
    return error.message if error else ""


def _address(name: str, url: Any, hosts: Collection[str], problems: dict[str, str]) -> str:
    place = f"assets.{name}"
    if not isinstance(url, str) or not 0 < len(url) <= _LONGEST_ADDRESS:
        problems[place] = "must be an address."
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https"):
        problems[place] = "is not an http(s) address."
    elif host not in hosts:
        problems[place] = f"is on {host}, from which this service fetches nothing (SERVE_ASSET_HOSTS)."
    return url
