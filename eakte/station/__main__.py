"""What does ``python -m eakte.station`` do? The station's commands alone, without the house."""

from __future__ import annotations

import argparse
import sys

from eakte.errors import EakteError, PartUnavailable
from eakte.station.commands import add_commands


def main() -> int:
    """Run one command; 0 done, 1 refused with a sentence, 3 something is out of reach."""
    parser = argparse.ArgumentParser(prog="python -m eakte.station")
    add_commands(parser.add_subparsers(dest="command", required=True, metavar="BEFEHL"))
    given = parser.parse_args()
    try:
        code: int = given.run(given, None)
    except EakteError as error:
        print(f"{error.message} {error.next_step}".strip(), file=sys.stderr)
        return 3 if isinstance(error, PartUnavailable) else 1
    except KeyboardInterrupt:
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
