"""Which commands are there, and which exit code says how each ended?

0 done · 1 refused with a sentence · 2 wrong call · 3 a part is out of reach
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence

from eakte.cli import accounts, auditing, documents, erasing, house, order, redaction, serving
from eakte.config import load_settings
from eakte.errors import EakteError, PartUnavailable
from eakte.station import commands as station
from storage import StorageError

DONE, REFUSED, WRONG_CALL, OUT_OF_REACH = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        settings = load_settings()
        logging.basicConfig(
            level=settings.log_level.upper() if given.command in {"serve", "work"} else "WARNING",
            format="%(asctime)s %(levelname)s %(name)s %(message)s",
        )
        # How the rows came into their form is of no interest at every start, nor which letters of a
        # typeface each receipt takes along.
        for talkative in ("alembic", "fontTools"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
        code: int = given.run(given, settings)
    except EakteError as error:
        _say(error, as_json=getattr(given, "json", False))
        return OUT_OF_REACH if isinstance(error, PartUnavailable) else REFUSED
    except StorageError as error:
        print(f"Der Speicher ist nicht erreichbar: {error}", file=sys.stderr)
        return OUT_OF_REACH
    except KeyboardInterrupt:
        return REFUSED
    return code


def _say(error: EakteError, *, as_json: bool) -> None:
    if as_json:
        told = {"error": error.code, "message": error.message, "next_step": error.next_step}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"{error.message} {error.next_step}".strip(), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eakte",
        description="e-Akte: dieselben Handlungen wie im Browser, von der Befehlszeile.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="BEFEHL")
    families = (documents, house, auditing, accounts, order, redaction, erasing, serving, station)
    for family in families:
        family.add_commands(commands)
    return parser
