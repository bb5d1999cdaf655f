"""How is the log proved from the command line: head, verify, export, key?"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from eakte.audit import LogState
from eakte.bootstrap import Office
from eakte.cli.opened import house, tell
from eakte.config import Settings
from eakte.errors import BadInput, NotFound, PartUnavailable
from eakte.evidence.heads import check_log, export_heads, record_check, write_head
from eakte.evidence.log_export import check_exported, export_log
from eakte.evidence.outside import open_outside
from eakte.evidence.signing import Head, Signer, read_head
from eakte.signed import read_public_key

Commands = argparse._SubParsersAction  # the only name argparse has for it

LARGEST_SMALL_FILE = 1 << 16


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add audit with its own commands."""
    family = commands.add_parser("audit", help="das Protokoll bezeugen, nachrechnen, herausgeben")
    acts = family.add_subparsers(dest="act", required=True, metavar="WAS")

    head = acts.add_parser("head", help="jetzt einen Prüfstand unterschreiben und nach außen geben")
    head.add_argument("--json", action="store_true")
    head.set_defaults(run=_head)

    check = acts.add_parser("verify", help="das Protokoll nachrechnen, auch ohne Datenbank")
    check.add_argument(
        "--head", nargs="+", type=Path, default=[], metavar="DATEI", help="alte Prüfstände"
    )
    check.add_argument("--log", type=Path, metavar="DATEI", help="ein herausgegebenes Protokoll")
    check.add_argument(
        "--key", nargs="+", type=Path, default=[], metavar="DATEI", help="öffentliche Schlüssel"
    )
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_verify)

    export = acts.add_parser("export", help="das Protokoll in eine Datei schreiben")
    export.add_argument("target", type=Path, metavar="ZIEL")
    export.add_argument("--purpose", default="Prüfung außer Haus", metavar="ZWECK")
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=_export)

    key = acts.add_parser("key", help="den öffentlichen Schlüssel der Prüfstände schreiben")
    key.add_argument("target", type=Path, metavar="ZIEL")
    key.add_argument("--json", action="store_true")
    key.set_defaults(run=_key)


def _head(given: argparse.Namespace, settings: Settings) -> int:
    signer = Signer(settings.audit_key)
    with house(settings) as office:
        with office.as_system() as work:
            head = write_head(work, signer)
        told = {"size": head.size, "root": head.root, "at": head.at.isoformat(), "key": head.key}
        tell(told, f"Prüfstand über {head.size} Einträge: {head.root}", as_json=given.json)
        export_heads(office.as_system, open_outside(settings, signer))
    return 0


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    heads = [read_head(_read(path)) for path in given.head]
    trusted = {read_public_key(_read(path)) for path in given.key}
    if given.log is not None:
        if heads and not trusted:
            raise BadInput(
                "Ohne Schlüssel ist die Unterschrift eines Prüfstands nichts wert.",
                next_step="Bitte den öffentlichen Schlüssel mit --key angeben.",
            )
        state = check_exported(given.log, heads=heads, trusted=trusted)
        return _tell_state(state, missing=None, as_json=given.json)
    signer = Signer(settings.audit_key)
    with house(settings) as office:
        outside, missing = _outside_heads(settings, signer)
        state = check_log(
            lambda: office.begin(writes=False),
            trusted=trusted | {signer.public},
            heads=[*heads, *outside],
        )
        _record(office, state)
    return _tell_state(state, missing=missing, as_json=given.json)


def _record(office: Office, state: LogState) -> None:
    with office.as_system() as work:
        record_check(work, state)


def _outside_heads(settings: Settings, signer: Signer) -> tuple[list[Head], str | None]:
    """Fetch the heads that lie outside; a place that is away keeps nobody from the rest."""
    try:
        return list(open_outside(settings, signer).heads()), None
    except (PartUnavailable, BadInput) as error:
        return [], error.message


def _tell_state(state: LogState, *, missing: str | None, as_json: bool) -> int:
    since = state.entries - state.holds_until
    lines = [
        f"{state.entries} Einträge, Wurzel {state.root}.",
        f"Bezeugt bis Eintrag {state.holds_until}; {since} danach hält nur die Kette."
        if state.holds_until
        else "Kein Prüfstand bezeugt dieses Protokoll; nur die Kette wurde nachgerechnet.",
        *([f"WARNUNG: {missing}"] if missing else []),
        *(f"FEHLER: {fault}" for fault in state.faults),
        "Das Protokoll ist unverändert." if not state.faults else f"{len(state.faults)} Fehler.",
    ]
    told = asdict(state) | {"warning": missing}
    tell(told, "\n".join(lines), as_json=as_json)
    return 1 if state.faults else 0


def _export(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        count = export_log(office.as_system, given.target, purpose=given.purpose)
    told = {"entries": count, "path": str(given.target)}
    tell(told, f"{count} Einträge in „{given.target}“ geschrieben.", as_json=given.json)
    return 0


def _key(given: argparse.Namespace, settings: Settings) -> int:
    signer = Signer(settings.audit_key)
    if given.target.exists():
        raise BadInput(
            "„%(path)s“ gibt es schon; es wurde nichts überschrieben.", path=given.target
        )
    if not given.target.parent.is_dir():
        raise NotFound("Den Ordner „%(path)s“ gibt es nicht.", path=given.target.parent)
    given.target.write_bytes(signer.public_pem())
    told = {"key": signer.public, "path": str(given.target)}
    tell(told, f"Öffentlicher Schlüssel {signer.public}", as_json=given.json)
    return 0


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_SMALL_FILE)
    except OSError as error:
        raise NotFound("„%(path)s“ ist nicht lesbar.", path=path) from error
