"""The files of docker/revideo/, as far as they can be looked at without an engine (R110, R121)."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from tests.docker.conftest import DOCKER
from tests.docker.test_files import tool

REVIDEO = DOCKER / "revideo"
PACKAGES = {"@revideo/2d", "@revideo/core", "@revideo/renderer", "@revideo/ui", "@revideo/vite-plugin"}


@pytest.fixture(scope="module")
def added() -> dict[str, Any]:
    yaml = pytest.importorskip("ruamel.yaml", reason="check-jsonschema (and with it ruamel.yaml) is not installed")
    text = re.sub(r"\$\{(\w+):-([^}]*)\}", r"\2", (REVIDEO / "compose.yaml").read_text())
    read: dict[str, Any] = yaml.YAML(typ="safe").load(text)
    return read


def test_the_dockerfile_passes_hadolint():
    done = subprocess.run([tool("hadolint"), "--no-color", REVIDEO / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_compose_file_keeps_to_the_specification():
    argv = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", REVIDEO / "compose.yaml"]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_is_pinned_runs_as_nobody_and_holds_no_secret():
    text = (REVIDEO / "Dockerfile").read_text()
    assert re.search(r"^ARG NODE=\d+-\w+-slim$", text, re.M)
    assert re.search(r"^USER 10001$", text, re.M)
    assert not re.findall(r"^(?:ARG|ENV) .*(?:KEY|SECRET|TOKEN)", text, re.M)
    kept = (REVIDEO / "Dockerfile.dockerignore").read_text().splitlines()
    assert kept[0] == "*"
    assert all((DOCKER.parent / line[1:]).exists() for line in kept[1:])


def test_it_may_do_as_little_as_possible(added: dict[str, Any]):
    service = added["services"]["revideo"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["init"] is True
    assert "ports" not in service
    assert service["environment"]["SERVE_KEY_FILE"].removeprefix("/run/secrets/") in service["secrets"]


def test_all_of_ours_ask_it_first(added: dict[str, Any], compose: dict[str, Any]):
    ours = {name for name, service in compose["services"].items() if "build" in service} - {"migrate"}
    assert set(added["services"]) == ours | {"revideo"}
    for name in ours:
        environment = added["services"][name]["environment"]
        assert environment["REVIDEO_CHAIN"].split(",") == ["revideo_service", "composer", "slideshow"]
        assert environment["REVIDEO_SERVICE_URL"] == "http://revideo:5001"
    assert "web" in added["services"]["web"]["environment"]["ALLOWED_HOSTS"].split(",")


def test_the_lock_names_no_index_and_all_that_is_asked_for():
    package = json.loads((REVIDEO / "package.json").read_text())
    lock = json.loads((REVIDEO / "package-lock.json").read_text())
    assert set(package["dependencies"]) == PACKAGES
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert not [name for name, about in lock["packages"].items() if "resolved" in about]
    assert all("integrity" in about for name, about in lock["packages"].items() if name)
    assert "omit-lockfile-registry-resolved=true" in (REVIDEO / ".npmrc").read_text().splitlines()


def test_nothing_of_the_packages_runs_when_they_are_installed():
    assert "ignore-scripts=true" in (REVIDEO / ".npmrc").read_text().splitlines()
