"""How is a redacted document checked from the command line, whoever redacted it?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from eakte.cli.opened import tell
from eakte.config import Settings
from eakte.errors import BadInput
from eakte.processing.blackening import FINDINGS, Checked, check_redacted
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox

Commands = argparse._SubParsersAction  # the only name argparse has for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add redaction with its own commands."""
    family = commands.add_parser("redaction", help="geschwärzte Dokumente prüfen")
    acts = family.add_subparsers(dest="act", required=True, metavar="WAS")
    check = acts.add_parser("check", help="sagen, ob etwas nur verdeckt ist")
    check.add_argument("documents", nargs="+", type=Path, metavar="DATEI")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_check)


def _check(given: argparse.Namespace, settings: Settings) -> int:
    missing = [str(path) for path in given.documents if not path.is_file()]
    if missing:
        raise BadInput("Diese Dateien gibt es nicht: %(names)s", names=", ".join(missing))
    bad = 0
    with Sandbox(Limits.of(settings), warm=len(given.documents) > 1) as sandbox:
        for path in given.documents:
            checked = check_redacted(sandbox, path)
            bad += not checked.good
            tell(_told(path, checked), _said(path, checked), as_json=given.json)
    return 1 if bad else 0


def _told(path: Path, checked: Checked) -> dict[str, Any]:
    return {
        "document": path.name,
        "good": checked.good,
        "findings": [{"code": one.code, "page": one.page} for one in checked.findings],
        "problem": checked.problem.message if checked.problem else None,
    }


def _said(path: Path, checked: Checked) -> str:
    if checked.problem is not None:
        return f"{path.name}: {checked.problem.message}"
    if checked.good:
        return f"{path.name}: Nichts ist nur verdeckt."
    lines = [f"{path.name}: schlecht geschwärzt."]
    for one in checked.findings:
        words = str(FINDINGS.get(one.code, one.code))
        lines.append(f"  Seite {one.page}: {words}" if one.page else f"  {words}")
    return "\n".join(lines)
