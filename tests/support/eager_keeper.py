"""The keeper, looking ahead each second instead of every fifteen: `python -m tests.support.eager_keeper`."""

from __future__ import annotations

import os

import django
from django.core.management import call_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renderhub.settings")
    django.setup()

    from renders.pipeline import duties, outlook

    duties.register("looking ahead", 1.0, outlook.attend)
    call_command("keeper")
