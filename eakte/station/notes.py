"""Does a transfer note, or the record of destroyed paper, still say what was signed?

None of this needs the house: the file, the public key of the office and, if wanted, the scans.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eakte.errors import BadInput
from eakte.signed import DESTRUCTION_FORM, digests_in, note_faults, read_note, read_public_key

Commands = argparse._SubParsersAction  # the only name argparse has for it

LARGEST_NOTE = 64_000_000


def add_note_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add note with its own command."""
    family = commands.add_parser("note", help="Transfervermerke und Nachweise, ohne die e-Akte")
    acts = family.add_subparsers(dest="act", required=True, metavar="WAS")
    verify = acts.add_parser("verify", help="prüft die Unterschrift und wem der Vermerk gilt")
    verify.add_argument("note", type=Path, metavar="DATEI")
    verify.add_argument("--key", type=Path, nargs="+", required=True, metavar="PEM")
    verify.add_argument(
        "--content",
        type=Path,
        nargs="+",
        default=[],
        metavar="SCAN",
        help="Stapel, Original oder Lesefassung, die der Vermerk nennen muss",
    )
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify)


def _verify(given: argparse.Namespace, settings: object) -> int:
    trusted = {read_public_key(_read(path)) for path in given.key}
    told = read_note(_read(given.note))
    faults = note_faults(told, trusted)
    named = digests_in({name: one for name, one in told.items() if name != "key"})
    faults += [
        f"„{path}“ ist nicht, wovon der Vermerk spricht."
        for path in given.content
        if _digest_of(path) not in named
    ]
    if given.json:
        print(json.dumps({"faults": faults, "note": told}, ensure_ascii=False))
    elif faults:
        print("\n".join(f"FEHLER: {fault}" for fault in faults))
    else:
        print(_sentence(told))
    return 1 if faults else 0


def _sentence(told: Mapping[str, Any]) -> str:
    if told["form"] == DESTRUCTION_FORM:
        return (
            f"Die Unterschrift stimmt: Vernichtung {told.get('number')}, vorgeschlagen von "
            f"{told.get('proposed_by')}, bestätigt von {told.get('confirmed_by')} am "
            f"{told.get('confirmed_at')}."
        )
    stack, check = told.get("stack", {}), told.get("check", {})
    return (
        f"Die Unterschrift stimmt: Stapel {stack.get('number')} mit {stack.get('pages')} Seiten "
        f"(SHA-256 {stack.get('sha256')}) wurde freigegeben am {check.get('released_at')} von "
        f"{check.get('released_by')}."
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_NOTE)
    except OSError as error:
        raise BadInput("„%(path)s“ ist nicht lesbar.", path=path) from error


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput("„%(path)s“ ist nicht lesbar.", path=path) from error
