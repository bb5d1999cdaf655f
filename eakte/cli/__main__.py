"""What does ``python -m eakte.cli`` do? The same as the command ``eakte``."""

from __future__ import annotations

import sys

from eakte.cli import main

if __name__ == "__main__":
    sys.exit(main())
