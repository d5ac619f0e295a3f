from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renders.actions.act import perform
from renders.actions.services import TakeBack, TakeOut
from renders.models import Service


class Command(BaseCommand):
    help = "Takes a service out of use, or back (R10, R39): workers know of it within 2 s."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="As `check_services` names it.")
        parser.add_argument("verb", choices=["out", "back"])
        parser.add_argument("--reason", default="", help="Shown on the page of services, and beside what is skipped.")

    def handle(self, *args: Any, name: str, verb: str, reason: str, **options: Any) -> None:
        service = Service.objects.filter(name=name).first()
        if service is None:
            known = ", ".join(Service.objects.values_list("name", flat=True)) or "none has been asked yet"
            raise CommandError(f"There is no service {name!r}. There are: {known}.")
        [line] = perform(TakeOut(reason) if verb == "out" else TakeBack(), [(service, None)], by=None)
        if line.refused:
            raise CommandError(line.told)
        self.stdout.write(line.told)
