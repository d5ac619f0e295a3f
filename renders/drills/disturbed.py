"""A command of `manage.py` in whose process the faults of the machine are played, as they are in the workers'.

`python -m renders.drills.disturbed keeper`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from renders.drills import disturbances

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    disturbances.install(Path(os.environ["DRILL_FOLDER"]))
    execute_from_command_line(["manage.py", *sys.argv[1:]])
