"""How is the house kept in order from the command line?"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import asdict
from datetime import timedelta

from eakte.cli.opened import house, tell
from eakte.config import Settings
from eakte.evidence.erasure.counting import check_created
from eakte.evidence.fixity import sweep, verify
from eakte.evidence.signing import Signer
from eakte.retention.checking import check_periods
from eakte.retrieval.rebuilding import rebuild
from eakte.worker import Worker

Commands = argparse._SubParsersAction  # the only name argparse has for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add work, verify and rebuild-index."""
    work = commands.add_parser("work", help="Aufträge im Hintergrund abarbeiten")
    work.add_argument("--until-idle", action="store_true", help="enden, wenn nichts mehr wartet")
    work.add_argument("--json", action="store_true")
    work.set_defaults(run=_work)

    check = commands.add_parser("verify", help="Bestand, Protokoll und Suchindex prüfen")
    check.add_argument("--sweep", action="store_true", help="danach Bytes ohne Akte entfernen")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_verify)

    again = commands.add_parser("rebuild-index", help="den Suchindex neu aufbauen")
    again.add_argument("--json", action="store_true")
    again.set_defaults(run=_rebuild)


def work_until_stopped(settings: Settings, *, until_idle: bool = False) -> None:
    """Run a worker in this process until it is told to end, or until nothing waits any more."""
    with house(settings) as office:
        worker = Worker(office)
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: worker.stop())
        worker.run(until_idle=until_idle)


def _work(given: argparse.Namespace, settings: Settings) -> int:
    work_until_stopped(settings, until_idle=given.until_idle)
    if given.until_idle:
        tell({"idle": True}, "Es wartet nichts mehr.", as_json=given.json)
    return 0


def _verify(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        findings = verify(office.as_system, report=_show)
        with office.as_system() as work:
            periods = check_periods(work)
        signer = Signer(settings.audit_key)
        created = check_created(office.as_system, trusted={signer.public})
        findings.faults.extend([*periods.faults, *created.faults])
        if given.sweep and not findings.faults:
            with office.as_system() as work:
                findings.swept = sweep(work, older_than=timedelta(days=settings.sweep_days))
    lines = [
        f"{findings.documents} Dokumente, {findings.contents} Inhalte mit "
        f"{findings.bytes_read} Bytes gelesen, {findings.indexed} im Suchindex.",
        f"Protokoll: {findings.log_entries} Einträge, letzter Stand {findings.log_head}.",
        f"{periods.dossiers} Aufbewahrungsfristen nachgerechnet.",
        f"{created.documents} Dokumente angelegt = {created.live_documents} vorhanden + "
        f"{created.destroyed_documents} vernichtet; {created.dossiers} Akten angelegt = "
        f"{created.live_dossiers} vorhanden + {created.destroyed_dossiers} belegt vernichtet"
        f" + {created.going}, deren Vernichtung läuft.",
        f"{findings.unnamed_objects} Inhalte ohne Akte, {findings.swept} davon entfernt.",
        *(f"FEHLER: {fault}" for fault in findings.faults),
        "Alles in Ordnung." if not findings.faults else f"{len(findings.faults)} Fehler.",
    ]
    tell(findings.as_dict() | {"created": asdict(created)}, "\n".join(lines), as_json=given.json)
    return 1 if findings.faults else 0


def _rebuild(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        count = rebuild(office.as_system, settings, office.index, report=_show)
    tell({"entries": count}, f"{count} Dokumente im Suchindex.", as_json=given.json)
    return 0


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % 50 == 0 or done == total):
        print(f"\r{done} von {total}", end="\n" if done == total else "", file=sys.stderr)
