from __future__ import annotations

import ipaddress
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from renders.serving.application import Application
from renders.serving.compose import ComposeEngine
from renders.serving.engine import Engine
from renders.serving.manim import ManimEngine
from renders.serving.places import Places
from renders.serving.server import Address, Server
from renders.serving.shelf import Shelf

_STAGES = {"manim": "manim", "compose": "revideo"}


class Command(BaseCommand):
    help = (
        "Serves an engine of this machine over HTTP, so that it is a render service for a RenderHub elsewhere "
        "(MANIM_SERVICE_URL, REVIDEO_SERVICE_URL there). Needs neither database nor broker."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("engine", choices=sorted(_STAGES))
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1", help="Anywhere but on loopback SERVE_KEY has to be set.")
        parser.add_argument("--jobs", type=int, default=0, help="How many at once (manim: one a core, compose: 1).")
        parser.add_argument("--queue", type=int, default=8, help="How many may wait; more are told to come again.")

    def handle(self, *args: Any, engine: str, host: str, port: int, jobs: int, queue: int, **options: Any) -> None:
        key = str(settings.RENDERHUB_SERVE_KEY)
        if not key and not _is_loopback(host):
            raise CommandError("Set SERVE_KEY: a service that others can reach asks for a key.")
        if not 1 <= port <= 65535 or jobs < 0 or queue < 0:
            raise CommandError("--port is from 1 to 65535; --jobs and --queue are not negative.")
        jobs = jobs or (len(os.sched_getaffinity(0)) if engine == "manim" else 1)

        def make() -> Application:
            shelf = Shelf(Path(settings.HOME) / "serving" / f"{engine}-{port}")
            shelf.keep_swept()
            seconds = float(settings.RENDERHUB_STAGE_SECONDS[_STAGES[engine]])
            return Application(_engine(engine, jobs), Places(jobs, queue), shelf, key=key, seconds=seconds)

        self.stdout.write(f"{engine} at http://{Address(host, port).bound}, {jobs} at once, {queue} may wait.")
        self.stdout.flush()
        Server(Address(host, port), jobs + queue, make).run()


def _engine(name: str, jobs: int) -> Engine:
    if name == "manim":
        return ManimEngine(jobs, settings.RENDERHUB_MANIM_PYTHON)
    return ComposeEngine(
        Path(settings.RENDERHUB_CACHE), settings.RENDERHUB_CACHE_MB * 1_000_000, settings.RENDERHUB_SERVE_ASSET_HOSTS
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
