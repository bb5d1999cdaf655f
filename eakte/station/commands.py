"""Which commands does the scanning PC have? None of them needs a database or a store."""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eakte.errors import BadInput
from eakte.signed import read_public_key, read_receipt, receipt_faults
from eakte.station.journal import Journal, Line, State
from eakte.station.notes import add_note_commands
from eakte.station.office import Later, OfficeLine
from eakte.station.plan import Plan, read_plan
from eakte.station.program import Program, alone, folders_named
from eakte.station.scanning import scan

Commands = argparse._SubParsersAction  # the only name argparse has for it

LARGEST_RECEIPT = 16_000_000
HIGHEST_REQUEST = 999_999_999
WORDS = {
    State.TAKEN: "wartet",
    State.UNDERWAY: "unterwegs",
    State.RECEIPTED: "quittiert",
    State.REFUSING: "abgelehnt",
    State.DELIVERED: "geliefert",
    State.REFUSED: "nicht angenommen",
}


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add station and receipt with their own commands."""
    family = commands.add_parser("station", help="am Scan-Rechner: liefern, nachsehen, scannen")
    acts = family.add_subparsers(dest="act", required=True, metavar="WAS")

    run = acts.add_parser("run", help="überwacht den Ordner und liefert, bis es beendet wird")
    run.add_argument("plan", type=Path, metavar="PLAN", help="die Einstellungen als TOML")
    run.add_argument("--until-idle", action="store_true", help="endet, wenn nichts mehr wartet")
    run.set_defaults(run=_run)

    status = acts.add_parser("status", help="was wo liegt, mit dem letzten Grund")
    status.add_argument("plan", type=Path, metavar="PLAN")
    status.add_argument("--all", action="store_true", help="auch, was schon geliefert ist")
    status.add_argument("--json", action="store_true")
    status.add_argument(
        "--offline", action="store_true", help="fragt nicht, was noch einmal zu scannen ist"
    )
    status.set_defaults(run=_status)

    scanning = acts.add_parser("scan", help="scannt einen Stapel in den Ordner (SANE)")
    scanning.add_argument("plan", type=Path, metavar="PLAN")
    scanning.add_argument("--device", default="test", metavar="GERÄT", help="wie bei scanimage -d")
    scanning.add_argument("--pages", type=int, metavar="ZAHL", help="ohne Angabe: bis leer")
    scanning.add_argument(
        "--again", type=int, metavar="AUFTRAG", help="scannt noch einmal, was die Prüfung verlangt"
    )
    scanning.add_argument("--resolution", type=int, default=300, metavar="DPI")
    scanning.add_argument("options", nargs="*", metavar="ANGABE", help="weitere, nach „--“")
    scanning.set_defaults(run=_scan)

    receipts = commands.add_parser("receipt", help="Quittungen über Stapel, ohne die e-Akte")
    acts = receipts.add_subparsers(dest="act", required=True, metavar="WAS")
    verify = acts.add_parser("verify", help="prüft die Unterschrift einer Quittung")
    verify.add_argument("receipt", type=Path, metavar="DATEI")
    verify.add_argument("--key", type=Path, nargs="+", required=True, metavar="PEM")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=_verify)
    add_note_commands(commands)


def _run(given: argparse.Namespace, settings: object) -> int:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("eakte.station").setLevel(logging.INFO)
    plan = read_plan(given.plan)
    with (
        alone(plan),
        folders_named(),
        closing(Journal(plan.journal)) as journal,
        closing(OfficeLine(plan, journal)) as office,
    ):
        Program(plan, journal, office).run(until_idle=given.until_idle)
        refused = journal.in_state(State.REFUSED)
    return 1 if refused else 0


def _status(given: argparse.Namespace, settings: object) -> int:
    plan = read_plan(given.plan)
    lines = _journal_of(plan)
    shown = [line for line in lines if given.all or line.state is not State.DELIVERED]
    for line in shown:
        told = _told(plan, line)
        if given.json:
            print(json.dumps(told, ensure_ascii=False))
        else:
            number = line.number if line.number is not None else "–"
            print(f"{number}  {WORDS[line.state]}  {line.name}  {told['where']}  {line.said}")
    again = [] if given.offline else _wanted_again(plan)
    if not given.json:
        print("".join(f"{_said_again(one)}\n" for one in again), end="")
    counted = Counter(line.state for line in lines)
    running = _runs(plan)
    summary = {str(state): counted[state] for state in State}
    if given.json:
        told = {"running": running, "counted": summary, "again": again}
        print(json.dumps(told, ensure_ascii=False))
    else:
        said = ", ".join(f"{counted[state]} {WORDS[state]}" for state in State if counted[state])
        print(f"{said or 'Noch nichts geliefert'}. {'Läuft.' if running else 'Läuft nicht.'}")
    return 0


def _wanted_again(plan: Plan) -> list[dict[str, Any]]:
    """What the office wants scanned again; while it is out of reach, nothing is known of it."""
    journal = Journal(plan.journal) if plan.journal.exists() else None
    if journal is None:
        return []
    office = OfficeLine(plan, journal)
    try:
        found = office.scan_requests()
    finally:
        office.close()
        journal.close()
    return [{"unknown": found.reason}] if isinstance(found, Later) else found


def _said_again(told: Mapping[str, Any]) -> str:
    if "unknown" in told:
        return f"Ob etwas noch einmal zu scannen ist, weiß nur der Server: {told['unknown']}"
    numbers = ", ".join(map(str, told["pages"]))
    one = len(told["pages"]) == 1
    pages = f"{'Seite' if one else 'Seiten'} {numbers}" if numbers else "alle Seiten"
    return (
        f"NOCHMAL  Auftrag {told['number']}: Stapel {told['batch_number']} "
        f"(laufende Nummer {told['sender_number'] or '–'}), {pages}: {told['reason']}. "
        f"Der Dateiname beginnt mit „nochmal-{told['number']}“."
    )


def _scan(given: argparse.Namespace, settings: object) -> int:
    plan = read_plan(given.plan)
    if given.pages is not None and given.pages < 1:
        raise BadInput("Ein Stapel hat mindestens eine Seite.")
    if given.again is not None and not 1 <= given.again <= HIGHEST_REQUEST:
        raise BadInput("Ein Auftrag hat eine Nummer von 1 an.")
    path = scan(
        plan.folder,
        device=given.device,
        pages=given.pages,
        resolution=given.resolution,
        options=given.options,
        prefix="" if given.again is None else f"nochmal-{given.again}-",
    )
    print(f"Gescannt: {path}")
    return 0


def _verify(given: argparse.Namespace, settings: object) -> int:
    trusted = {read_public_key(_read(path)) for path in given.key}
    told = read_receipt(_read(given.receipt))
    faults = receipt_faults(told, trusted)
    if given.json:
        print(json.dumps({"faults": faults, "receipt": told}, ensure_ascii=False))
    elif faults:
        print("\n".join(f"FEHLER: {fault}" for fault in faults))
    else:
        print(_sentence(told))
    return 1 if faults else 0


def _sentence(told: Mapping[str, Any]) -> str:
    return (
        f"Die Unterschrift stimmt: Stapel {told.get('number')} mit {told.get('size')} Byte "
        f"(SHA-256 {told.get('sha256')}) ist eingegangen am {told.get('received_at')}."
    )


def _journal_of(plan: Plan) -> list[Line]:
    if not plan.journal.exists():
        return []
    journal = Journal(plan.journal)
    try:
        return journal.everything()
    finally:
        journal.close()


def _told(plan: Plan, line: Line) -> dict[str, Any]:
    """What there is to say of a document, and where it lies."""
    where = {
        State.DELIVERED: plan.receipts / line.receipt_name,
        State.RECEIPTED: plan.receipts / line.receipt_name,
        State.REFUSED: plan.refused / f"{line.key[:8]}-{line.name}",
    }.get(line.state, plan.folder / line.name)
    waits = max(0.0, line.next_try - time.time()) if line.state is State.UNDERWAY else 0.0
    return {
        "key": line.key,
        "name": line.name,
        "number": line.number,
        "state": str(line.state),
        "size": line.size,
        "sha256": line.sha256,
        "tries": line.tries,
        "said": line.said,
        "waits_seconds": round(waits),
        "taken_at": datetime.fromtimestamp(line.taken_at, UTC).isoformat(timespec="seconds"),
        "where": str(where),
    }


def _runs(plan: Plan) -> bool:
    try:
        with (plan.state / "lock").open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    except OSError:
        return False
    return False


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_RECEIPT)
    except OSError as error:
        raise BadInput("„%(path)s“ ist nicht lesbar.", path=path) from error
