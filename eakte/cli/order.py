"""How do file plan and departments come in as files, and go out, from the command line?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eakte.cli.opened import acting, house, tell
from eakte.config import Settings
from eakte.errors import BadTable, NotFound
from eakte.filing.office_files import contents_of
from eakte.filing.office_loading import load_office
from eakte.filing.plan_csv import PlanPreview, export_plan, preview_plan
from eakte.filing.plan_importing import import_plan

Commands = argparse._SubParsersAction  # the only name argparse has for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add plan and office."""
    plan = commands.add_parser("plan", help="den Aktenplan einlesen oder ausgeben")
    acts = plan.add_subparsers(dest="act", required=True, metavar="WAS")
    taking = acts.add_parser("import", help="eine Tabelle als Aktenplan übernehmen")
    taking.add_argument("table", type=Path, metavar="DATEI")
    taking.set_defaults(run=_import)
    giving = acts.add_parser("export", help="den Aktenplan als Tabelle ausgeben")
    giving.add_argument("table", type=Path, nargs="?", metavar="DATEI", help="sonst zur Ausgabe")
    giving.set_defaults(run=_export)

    office = commands.add_parser("office", help="ein Sachgebiet aus Dateien laden")
    deeds = office.add_subparsers(dest="act", required=True, metavar="WAS")
    loading = deeds.add_parser("load", help="den Ordner eines Sachgebiets laden")
    loading.add_argument("folder", type=Path, metavar="ORDNER")
    loading.set_defaults(run=_load)
    for parser in (taking, loading):
        parser.add_argument("--dry-run", action="store_true", help="nur sagen, was sich ändert")
    for parser in (taking, giving, loading):
        parser.add_argument("--as", dest="login", metavar="ANMELDENAME", help="wer handelt")
        parser.add_argument("--json", action="store_true")


def _import(given: argparse.Namespace, settings: Settings) -> int:
    if not given.table.is_file():
        raise NotFound("Die Datei „%(name)s“ gibt es nicht.", name=str(given.table))
    content = given.table.read_bytes()
    with house(settings) as office, acting(office, given.login) as work:
        try:
            taken = preview_plan if given.dry_run else import_plan
            preview = taken(work, content, name=given.table.name)
        except BadTable as error:
            return _refused(error.reasons, as_json=given.json)
    if preview.faults:
        return _refused([str(fault) for fault in preview.faults], as_json=given.json)
    told = {
        "new": [fields.number for fields in preview.new],
        "changed": [line.fields.number for line in preview.changed],
        "ended": [fields.number for fields in preview.ended],
        "unchanged": preview.unchanged,
        "remarks": list(preview.remarks),
    }
    tell(told, "\n".join(_lines(preview, dry_run=given.dry_run)), as_json=given.json)
    return 0


def _lines(preview: PlanPreview, *, dry_run: bool) -> list[str]:
    lines = list(preview.remarks)
    lines += [f"neu: {fields.number} {fields.title}" for fields in preview.new]
    lines += [
        f"geändert: {line.fields.number} {line.fields.title} ({', '.join(line.differences)})"
        for line in preview.changed
    ]
    lines += [f"endet: {fields.number} {fields.title}" for fields in preview.ended]
    counts = f"{len(preview.new)} neu, {len(preview.changed)} geändert, "
    counts += f"{len(preview.ended)} beendet, {preview.unchanged} unverändert."
    return [*lines, f"{'Nur geprüft' if dry_run else 'Übernommen'}: {counts}"]


def _export(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office, acting(office, given.login) as work:
        content = export_plan(work)
    if given.table is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return 0
    given.table.write_bytes(content)
    tell({"bytes": len(content)}, f"Der Aktenplan steht in {given.table}.", as_json=given.json)
    return 0


def _load(given: argparse.Namespace, settings: Settings) -> int:
    contents = contents_of(given.folder)
    with house(settings) as office, acting(office, given.login) as work:
        try:
            report = load_office(work, contents, dry_run=given.dry_run)
        except BadTable as error:
            return _refused(error.reasons, as_json=given.json)
    lines = [*report.remarks, *(report.lines or ["Es gibt nichts zu ändern."])]
    if given.dry_run:
        lines.append("Das war nur eine Probe; geändert wurde nichts.")
    told = {"department": report.key, "lines": report.lines, "remarks": list(report.remarks)}
    tell(told, "\n".join([f"{report.name} ({report.key})", *lines]), as_json=given.json)
    return 0


def _refused(reasons: list[str] | tuple[str, ...], *, as_json: bool) -> int:
    told = f"{len(reasons)} Fehler; es wurde nichts geändert."
    tell({"faults": list(reasons)}, "\n".join([*reasons, told]), as_json=as_json)
    return 1
