"""A command of `manage.py`, or Celery's, in whose process the faults of the machine are played, as in the workers'.

`python -m renders.drills.disturbed keeper`, `python -m renders.drills.disturbed celery -A renderhub beat`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from celery.__main__ import main as celery
from django.core.management import execute_from_command_line

from renders.drills import disturbances

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    disturbances.install(Path(os.environ["DRILL_FOLDER"]))
    if sys.argv[1] == "celery":
        sys.argv = sys.argv[1:]
        celery()
    else:
        execute_from_command_line(["manage.py", *sys.argv[1:]])
