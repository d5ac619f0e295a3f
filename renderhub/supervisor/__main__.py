"""`python -m renderhub.supervisor`."""

import sys

from renderhub.supervisor.cli import main

if __name__ == "__main__":
    sys.exit(main())
