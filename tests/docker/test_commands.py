"""Each image's command, run as far as it goes without an engine: with the image's environment, the compose file's
settings and secrets as files, beside servers on loopback; asked by its own HEALTHCHECK, stopped by its STOPSIGNAL."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from renderhub.embedded.home import PROJECT
from renderhub.supervisor.processes import Process
from tests.docker.conftest import ROLES, production
from tests.support import prepared_plant
from tests.support.dockerfile import Image
from tests.support.plant import Plant
from tests.support.running import Running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.processes
READY = 60.0
"""Seconds: other tests want the same cores."""
GRACE = 30.0
"""Seconds of the shortest `stop_grace_period` that the roles are given."""


SAYS = {"web": "Booting worker", "beat": "Starting...", "keeper": "keeper started"}
"""What is in the log of who is coming up; Celery's workers name their queues."""


@dataclass
class Containers:
    """What the images would run, without walls around it."""

    plant: Plant
    built: dict[str, Image]
    environments: dict[str, dict[str, str]]
    port: int

    def start(self, role: str) -> Running:
        words = (f"127.0.0.1:{self.port}" if word == "0.0.0.0:8000" else word for word in self.built[role].command)
        return self.plant.start(Process(role, self._argv(*words), env=self.environments[role]))

    def is_healthy(self, role: str) -> bool:
        environment = {**self.plant.environment(), **self.environments[role]}
        argv = self._argv(*self.built[role].health)
        return subprocess.run(argv, cwd=PROJECT, env=environment, capture_output=True).returncode == 0

    def build(self, role: str, word: str) -> None:
        """Run what the image's building runs of this kind."""
        [line] = [run for run in self.built[role].runs if word in run]
        line = line.replace("python ", f"{sys.executable} ")
        environment = {**self.environments[role], "PATH": self.plant.environment()["PATH"]}
        names = [name for name in environment if name.endswith("_FILE")]
        for name in names:  # nothing of it is there when an image is built
            del environment[name]
        subprocess.run(["sh", "-c", line], cwd=PROJECT, env=environment, check=True)

    def _argv(self, *words: str) -> tuple[str, ...]:
        assert words[0] == "python"
        return (sys.executable, *words[1:])


@pytest.fixture(scope="module")
def containers(
    built: dict[str, Image], compose: dict[str, Any], secrets: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Containers]:
    folder = tmp_path_factory.mktemp("containers")
    mounted = folder / "secrets"
    shutil.copytree(secrets, mounted)
    like = prepared_plant.of_this_run(tmp_path_factory)
    with Plant(folder / "plant", like=like, durable=False) as plant, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        for name, url in plant.servers.urls.environment().items():
            with suppress(FileNotFoundError):
                (mounted / name.lower()).unlink()
            (mounted / name.lower()).write_text(url)
        environments = {}
        for role in ROLES:
            own = {name: value for name, value in built[role].env.items() if name != "PATH"}
            here = {"RENDERHUB_HOME": str(folder / "home"), "MEDIA_ROOT": str(folder / "media")}
            nothing = dict.fromkeys(plant.servers.urls.environment(), "")
            port = {"PORT": str(free.getsockname()[1])}
            environments[role] = {**own, **production(compose, mounted, role), **here, **nothing, **port}
        free.close()
        yield Containers(plant, built, environments, int(port["PORT"]))


def test_each_image_works_and_stops_when_it_is_told_to(containers: Containers) -> None:
    containers.build("web", "collectstatic")
    running = {role: containers.start(role) for role in ROLES}
    for role in ROLES:
        wait_until(lambda role=role: _says(running[role], SAYS.get(role, "[queues]")), READY, f"{role} to be there")
    for role in ROLES:
        if role != "beat":
            wait_until(lambda role=role: containers.is_healthy(role), READY, f"{role} to be healthy")
    _look_at_the_console(containers)
    _look_at_beat_and_what_it_sends(containers)
    for role, process in running.items():
        process.popen.send_signal(getattr(signal, containers.built[role].stop_signal))
    for role, process in running.items():
        assert process.wait(GRACE) == 0, f"{role}: {process.log.read_text()[-3000:]}"
    assert not containers.plant.left_over(), "nothing of what they started is left"
    for role in ("web", "worker-io", "keeper"):
        assert not containers.is_healthy(role), role


def _says(process: Running, words: str) -> bool:
    said = process.log.read_text()
    assert process.popen.poll() is None, said[-3000:]
    return words in said


def _look_at_the_console(containers: Containers) -> None:
    """As the proxy in front asks."""
    site = f"http://127.0.0.1:{containers.port}"
    forwarded = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    page = requests.get(f"{site}/admin/login/", headers=forwarded, timeout=20)
    assert page.status_code == 200
    assert "Secure" in page.headers["Set-Cookie"]
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    for style in re.findall(r'href="(/static/[^"]+\.css)"', page.text):
        answer = requests.get(site + style, headers=forwarded, timeout=20)
        assert answer.status_code == 200, style
        assert "immutable" in answer.headers["Cache-Control"]
    plain = requests.get(f"{site}/admin/login/", headers={"Host": "localhost"}, allow_redirects=False, timeout=20)
    assert plain.headers["Location"] == "https://localhost/admin/login/"
    assert requests.get(f"{site}/healthz", timeout=20).json() == {"status": "ok"}
    assert requests.get(f"{site}/readyz", timeout=20).status_code == 200


def _look_at_beat_and_what_it_sends(containers: Containers) -> None:
    """It lives and sends nothing; then it looks at its schedule again and asks for a round, and a worker asks all the
    services: the bucket is nowhere to be found."""
    plant = containers.plant
    count = "SELECT count(*) FROM django_celery_beat_periodictask WHERE task = 'renders.check_services'"
    wait_until(lambda: plant.rows(count)[0][0], READY, "beat to have its schedule")
    plant.rows("UPDATE django_celery_beat_periodictask SET last_run_at = now() - interval '8 minutes' RETURNING 1")
    assert not containers.is_healthy("beat"), "it lives, and sends nothing"
    look = "UPDATE django_celery_beat_periodictasks SET last_update = now() RETURNING 1"
    told = "SELECT data->>'name' FROM renders_renderevent WHERE kind = 'service.down'"

    def is_told() -> bool:
        plant.rows(look)  # its very first look does not count
        return ("s3",) in plant.rows(told)

    wait_until(is_told, READY, "beat to have sent a round, and a worker to have asked the services")
    status = dict(plant.rows("SELECT name, status FROM renders_service"))
    assert status["s3"] == "down"
    assert {status[name] for name in ("database", "broker", "storage", "local_media")} == {"up"}
    plant.rows("UPDATE django_celery_beat_periodictask SET last_run_at = now() RETURNING 1")
    assert containers.is_healthy("beat")
