"""A Python for a user who is not root and not us: to try what such a user can do."""

from __future__ import annotations

import os
import pwd
import sys
from functools import cache
from pathlib import Path

import psycopg2

from renderhub.lib import child

PROJECT = Path(__file__).resolve().parents[2]


@cache
def python_of_another_user() -> tuple[tuple[int, int], str, dict[str, str]] | str:
    """((uid, gid), Python, environment), or why there is none."""
    if os.geteuid() != 0:
        return "only root can become another user"
    somebody = pwd.getpwnam("nobody")
    user = (somebody.pw_uid, somebody.pw_gid)
    env = {"PYTHONPATH": f"{PROJECT}:{Path(psycopg2.__file__).parents[1]}", "PYTHONDONTWRITEBYTECODE": "1"}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    told = ""
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        needs = [python, "-c", f"import sys, psycopg2, backoff, renderhub; assert {version!r} in sys.version"]
        try:
            child.run(needs, limits=child.Limits(seconds=30), user=user, env=env, cwd=Path("/"))
            return user, python, env
        except child.ChildError as exc:
            told = f"{told}; {python}: {exc}"
    return f"no Python {version} that user {user[0]} can run with our packages{told}"
