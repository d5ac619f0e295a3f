from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from renderhub.embedded.home import PROJECT
from tests.support.dockerfile import Image, images

DOCKER = PROJECT / "docker"
ROLES = ("web", "worker-io", "worker-cpu", "worker-control", "beat", "keeper")
_DEFAULTED = re.compile(r"\$\{(\w+):-([^}]*)\}")


@pytest.fixture(scope="session")
def built() -> dict[str, Image]:
    return images(DOCKER / "Dockerfile")


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """compose.yaml as it stands where nobody has set anything."""
    yaml = pytest.importorskip("ruamel.yaml", reason="check-jsonschema (and with it ruamel.yaml) is not installed")
    text = _DEFAULTED.sub(r"\2", (DOCKER / "compose.yaml").read_text())
    read: dict[str, Any] = yaml.YAML(typ="safe").load(text)
    return read


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What make-secrets.sh makes."""
    folder = tmp_path_factory.mktemp("docker") / "secrets"
    subprocess.run(["sh", DOCKER / "make-secrets.sh", folder], check=True, capture_output=True)
    return folder


def production(compose: dict[str, Any], secrets: Path, role: str) -> dict[str, str]:
    """The environment of one of our services, with its secrets where they lie here."""
    environment = compose["services"][role]["environment"]
    texts = {name: "" if value is None else str(value) for name, value in environment.items()}
    return {name: text.replace("/run/secrets", str(secrets)) for name, text in texts.items()}
