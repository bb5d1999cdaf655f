"""Which commands are there, and which exit code says how each ended?

0 done · 1 refused with a sentence · 2 wrong call · 3 a part is out of reach
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from eakte.config import load_settings
from eakte.errors import EakteError, PartUnavailable
from storage import StorageError

DONE, REFUSED, WRONG_CALL, OUT_OF_REACH = 0, 1, 2, 3
# Which module adds which commands. Only that of the one given is loaded: all of them together take
# ten times as long as the program of a scanning PC, which is here too.
FAMILIES = {
    "eakte.cli.documents": ("receive", "search", "show"),
    "eakte.cli.house": ("work", "verify", "rebuild-index"),
    "eakte.cli.auditing": ("audit",),
    "eakte.cli.accounts": ("user",),
    "eakte.cli.order": ("plan", "office"),
    "eakte.cli.redaction": ("redaction",),
    "eakte.cli.erasing": ("vacuum", "erase-again"),
    "eakte.cli.serving": ("serve", "demo"),
    "eakte.station.commands": ("station", "receipt", "note"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser(words[0] if words else "")
    given = parser.parse_args(words)
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


def _parser(command: str) -> argparse.ArgumentParser:
    """Know the command that is given, or all where it is none that could be meant."""
    parser = argparse.ArgumentParser(
        prog="eakte",
        description="e-Akte: dieselben Handlungen wie im Browser, von der Befehlszeile.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="BEFEHL")
    meant = [family for family, names in FAMILIES.items() if command in names]
    for family in meant or FAMILIES:
        import_module(family).add_commands(commands)
    return parser
