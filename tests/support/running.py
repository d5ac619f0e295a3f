"""One process of a plant, with all that it has started."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from renderhub.drills.looking import below, children, kill


@dataclass
class Running:
    """One process of the plant, with all that it has started."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.popen.pid

    def family(self) -> list[int]:
        return [self.pid, *below(self.pid)]

    def pool(self) -> list[int]:
        """The processes of a prefork pool."""
        return children(self.pid)

    def signal_all(self, number: int) -> list[int]:
        """Signal the process and its descendants at one moment; the pids are answered."""
        family = self.family()
        for pid in family:
            kill(pid, number)
        return family

    def wait(self, within: float = 30.0) -> int:
        return self.popen.wait(within)
