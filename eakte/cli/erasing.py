"""How is the end of dossiers seen to from the command line: written over, and done again?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from eakte import audit
from eakte.bootstrap import Office
from eakte.cli.opened import house, tell
from eakte.config import Settings
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.evidence.outside import open_outside
from eakte.evidence.signing import Signer
from eakte.model.audit_entry import AuditEntry
from eakte.model.erasure import ErasedDossier
from eakte.retention.absence.tables import GOES, LOSES
from eakte.retention.again import erase_again
from eakte.retrieval.rebuilding import rebuild
from eakte.signed import ERASURE_FORM, note_faults, read_note
from eakte.vacuuming import vacuum

Commands = argparse._SubParsersAction  # the only name argparse has for it

VACUUMED = "house.vacuumed"


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add vacuum and erase-again."""
    sweeping = commands.add_parser(
        "vacuum", help="Vernichtetes auch aus freien Seiten von Datenbank und Index entfernen"
    )
    sweeping.add_argument("--json", action="store_true")
    sweeping.set_defaults(run=_vacuum)

    again = commands.add_parser(
        "erase-again", help="nach einer Rücksicherung noch einmal vernichten, was belegt ist"
    )
    again.add_argument(
        "--proof", nargs="+", type=Path, default=[], metavar="DATEI", help="statt der von außen"
    )
    again.add_argument("--dry-run", action="store_true", help="nur sagen, was wiedergekommen ist")
    again.add_argument("--json", action="store_true")
    again.set_defaults(run=_again)


def write_anew(office: Office) -> int | None:
    """Write database and index anew; returns the entries of the index, None where it stayed.

    The index is written anew only when something was destroyed since the last time: of what is
    taken out of it, its parts keep the words until they are put together with others.
    """
    with office.as_system() as work:
        last = work.session.scalar(
            select(func.max(AuditEntry.at)).where(AuditEntry.act == VACUUMED)
        )
        newest = work.session.scalar(select(func.max(ErasedDossier.begun_at)))
    count = None
    if newest is not None and (last is None or newest >= last):
        count = rebuild(office.as_system, office.settings, office.index)
    vacuum(office.database, [*GOES, *LOSES])
    with office.as_system() as work:
        audit.note(work, VACUUMED, kind="house", subject=None, indexed=count)
    return count


def _vacuum(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        count = write_anew(office)
    lines = ["Die Datenbank ist neu geschrieben."]
    if count is not None:
        lines.append(f"Der Suchindex ist neu geschrieben: {count} Dokumente.")
    tell({"indexed": count}, " ".join(lines), as_json=given.json)
    return 0


def _again(given: argparse.Namespace, settings: Settings) -> int:
    signer = Signer(settings.audit_key)
    done, refused = [], []
    with house(settings) as office:
        for told in _genuine(given.proof, settings, signer):
            try:
                if destroyed_again(office, told, dry_run=given.dry_run):
                    done.append(told["dossier"]["reference"])
            except (RuleBroken, BadInput) as error:
                refused.append(f"{told['dossier']['reference']}: {error.message}")
    verb = "kam wieder" if given.dry_run else "ist noch einmal vernichtet"
    lines = [*(f"{one} {verb}." for one in done), *(f"FEHLER: {one}" for one in refused)]
    lines.append(f"{len(done)} Akten." if done else "Nichts davon ist wiedergekommen.")
    tell({"again": done, "refused": refused}, "\n".join(lines), as_json=given.json)
    return 1 if refused else 0


def destroyed_again(office: Office, told: dict[str, Any], *, dry_run: bool = False) -> bool:
    """Destroy once more what a proof speaks of; with ``dry_run`` only say whether it is back."""
    try:
        with office.as_system() as work:
            came_back = erase_again(work, told)
            if dry_run:
                raise _OnlyAsked(came_back)
    except _OnlyAsked as asked:
        return asked.came_back
    return came_back


class _OnlyAsked(Exception):
    def __init__(self, came_back: bool) -> None:
        self.came_back = came_back


def _genuine(paths: list[Path], settings: Settings, signer: Signer) -> list[dict[str, Any]]:
    """What genuine proofs say; one that is not stops everything, before anything is done."""
    if paths:
        try:
            written = [path.read_bytes() for path in paths]
        except OSError as error:
            raise NotFound(
                "Ein Nachweis ist nicht lesbar: %(path)s", path=error.filename
            ) from error
    else:
        written = list(open_outside(settings, signer).proofs())
    found = []
    for one in written:
        told = read_note(one)
        faults = note_faults(told, {signer.public})
        if faults or told["form"] != ERASURE_FORM:
            raise BadInput(
                "Ein Nachweis gilt nicht: %(fault)s",
                fault=faults[0] if faults else "Er gilt keiner Akte.",
            )
        found.append(told)
    return found
