"""The files of docker/, as far as they can be looked at without an engine (R110, R112, R121)."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands

from renderhub.embedded.home import PROJECT
from renderhub.supervisor import processes
from tests.docker.conftest import DOCKER, ROLES, production
from tests.support.dockerfile import Image

TELLING = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|DSN|_URL")
NO_SECRET = {"BASE_URL", "S3_PUBLIC_URL", "SENTRY_DSN"}


def tool(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (requirements-dev.in)")
    return found


def test_the_dockerfile_passes_hadolint():
    done = subprocess.run([tool("hadolint"), "--no-color", DOCKER / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_compose_file_keeps_to_the_specification():
    argv = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DOCKER / "compose.yaml"]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", ["make-secrets.sh", "make-bucket.sh"])
def test_the_scripts_are_scripts(script: str):
    assert subprocess.run(["sh", "-n", DOCKER / script]).returncode == 0


@pytest.mark.parametrize("role", ROLES)
def test_an_image_runs_as_nobody_and_says_how_it_is_and_how_it_is_stopped(built: dict[str, Image], role: str):
    image = built[role]
    assert image.user.isdecimal()
    assert image.user != "0"
    assert image.stop_signal == "SIGTERM"
    assert image.command[:1] == ("python",)
    assert image.health[:2] == ("python", "docker/healthcheck.py")


def test_every_base_is_pinned(built: dict[str, Image], compose: dict[str, Any]):
    text = (DOCKER / "Dockerfile").read_text()
    bases = set(re.findall(r"^FROM (\S+)", text, re.M)) - set(built)
    assert bases == {"python:${PYTHON}"}
    assert re.search(r"^ARG PYTHON=3\.1[123]-slim-\w+$", text, re.M)
    others = [service["image"] for service in compose["services"].values() if "build" not in service]
    assert others
    assert all(re.search(r":[\w.-]*\d[\w.-]*$", image) for image in others), others


def test_no_image_holds_a_secret(built: dict[str, Image]):
    for image in built.values():
        assert not [name for name in image.env if TELLING.search(name)]
    assert not re.findall(r"^ARG .*(?:KEY|SECRET|PASSWORD|TOKEN)", (DOCKER / "Dockerfile").read_text(), re.M)


def test_secrets_reach_the_containers_as_files_only(compose: dict[str, Any], secrets: Path):
    for name, service in compose["services"].items():
        mounted = set(service.get("secrets", []))
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                assert str(value).removeprefix("/run/secrets/") in mounted, f"{name}: {variable}"
            elif TELLING.search(variable):
                assert variable in NO_SECRET, f"{name}: {variable} is given in the open"
        assert mounted <= set(compose["secrets"])
    made = {path.name for path in secrets.iterdir()}
    assert {Path(secret["file"]).name for secret in compose["secrets"].values()} == made


def test_secrets_are_made_once_and_differ(secrets: Path):
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    assert len(set(before.values())) == len(before)
    assert all(len(text) >= 20 for text in before.values())
    subprocess.run(["sh", DOCKER / "make-secrets.sh", secrets], check=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert before["postgres_password"] in before["database_url"]
    assert before["redis_password"] in before["broker_url"]
    ignored = (DOCKER / "secrets" / ".gitignore").read_text().splitlines()
    assert ignored[0] == "*"


def test_every_setting_of_the_compose_file_is_one_of_ours(compose: dict[str, Any]):
    known = "".join((PROJECT / "renderhub" / name).read_text() for name in ("settings.py", "wsgi.py"))
    for name in compose["services"]["web"]["environment"]:
        assert f'"{name.removesuffix("_FILE")}"' in known, name


def test_every_setting_of_the_example_is_used(compose: dict[str, Any]):
    text = (DOCKER / "compose.yaml").read_text()
    for name in re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (DOCKER / "env.example").read_text(), re.M):
        assert f"${{{name}:-" in text, name


@pytest.mark.parametrize("role", ROLES)
def test_images_start_what_the_embedded_default_starts(built: dict[str, Image], role: str):
    """Word by word, but for addresses, and for how many of each there are."""
    numbers = {"-c", "--workers", "--threads", "--graceful-timeout", "--bind"}

    def words(argv: tuple[str, ...]) -> set[str]:
        kept = [word for word, before in zip(argv[1:], argv, strict=False) if before not in numbers]
        return {word for word in kept if word not in numbers}

    ours = {process.name: process.argv for process in processes.processes("127.0.0.1", 8000, 2)}
    assert words(built[role].command) == words(ours[role])


def test_every_command_exists(built: dict[str, Image], compose: dict[str, Any]):
    commands = [built[role].command for role in ROLES]
    ours = {name: service for name, service in compose["services"].items() if "build" in service}
    commands += [tuple(service["command"]) for service in ours.values() if "command" in service]
    for python, *rest in commands:
        assert python == "python"
        if rest[0] == "-m":
            assert importlib.util.find_spec(rest[1]), rest
        else:
            assert rest[0] == "manage.py"
            assert rest[1] in get_commands(), rest
    assert set(ROLES) | {"migrate"} == set(ours)
    for name, service in ours.items():
        assert service["build"]["target"] == (name if name in ROLES else "web")
        assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_a_scaled_worker_differs_from_its_image_by_its_size_only(built: dict[str, Image], compose: dict[str, Any]):
    mine = list(compose["services"]["worker-cpu"]["command"])
    at = mine.index("-c")
    assert tuple(mine[:at] + mine[at + 2 :]) == built["worker-cpu"].command


def test_ours_may_do_as_little_as_possible(compose: dict[str, Any]):
    for name in (*ROLES, "migrate"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["init"] is True
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_image_gets_what_runs_and_nothing_else():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in ignored
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert all((PROJECT / name).exists() for name in kept), kept
    ours = {app.partition(".")[0] for app in settings.INSTALLED_APPS if (PROJECT / app.partition(".")[0]).is_dir()}
    assert ours | {"manage.py", "static", "templates", "docker/healthcheck.py"} <= kept
    assert not kept & {"tests", "var", "docker", "docker/secrets", ".git", "docs"}


def test_the_production_settings_pass_djangos_own_check(compose: dict[str, Any], secrets: Path, tmp_path: Path):
    environment = {
        "PATH": os.environ["PATH"],
        **production(compose, secrets, "web"),
        "RENDERHUB_HOME": str(tmp_path / "home"),
        "MEDIA_ROOT": str(tmp_path / "media"),
    }
    argv = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(argv, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    assert not (tmp_path / "home").exists(), "a container's own folder is read-only"
    for path in secrets.iterdir():
        assert path.read_text() not in done.stdout + done.stderr
