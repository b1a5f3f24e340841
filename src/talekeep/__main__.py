"""`python -m talekeep`."""

import sys

from talekeep.cli import main

if __name__ == "__main__":
    sys.exit(main())
