"""How are documents received, found and shown from the command line?"""

from __future__ import annotations

import argparse
import shutil
import sys
from datetime import date
from pathlib import Path
from uuid import UUID

from eakte.bootstrap import Office
from eakte.cli.opened import acting, actor, house, tell
from eakte.config import Settings
from eakte.errors import BadInput, EakteError, NotFound
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.filing.saying import UNSAID
from eakte.filing.targets import target_of
from eakte.intake.court_folders import packed_up, seen_in
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import Receipt, receipt_of
from eakte.interchange.xjustiz.folder import holds_message
from eakte.model.document import Document, Source
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.retrieval.listing import document_by_id, versions_of
from eakte.retrieval.reading import Reading, read_original, read_reading_copy, renditions_of
from eakte.retrieval.searching import FoundDocument, search
from eakte.retrieval.text import text_of
from eakte.unit_of_work import UnitOfWork
from storage import Digest

Commands = argparse._SubParsersAction  # the only name argparse has for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add receive, search and show."""
    receive = commands.add_parser("receive", help="Dokumente einliefern")
    receive.add_argument("paths", nargs="+", type=Path, metavar="PFAD")
    receive.add_argument("--dossier", metavar="AKTENZEICHEN", help="gleich in diese Akte ablegen")
    receive.add_argument("--type", default="", metavar="ART", help="Dokumentart beim Ablegen")
    receive.add_argument("--department", metavar="KÜRZEL", help="Posteingang dieses Sachgebiets")
    receive.add_argument("--received-on", type=date.fromisoformat, metavar="JJJJ-MM-TT")
    receive.add_argument(
        "--key", metavar="SCHLÜSSEL", help="gegen doppelte Lieferung; nur ein PFAD"
    )
    receive.add_argument("--as", dest="login", metavar="KONTO")
    receive.add_argument("--json", action="store_true")
    receive.set_defaults(run=_receive)

    find = commands.add_parser("search", help="in Dokumenten suchen")
    find.add_argument("words", nargs="+", metavar="WORT")
    find.add_argument("--as", dest="login", required=True, metavar="KONTO")
    find.add_argument("--page", type=int, default=1)
    find.add_argument("--json", action="store_true")
    find.set_defaults(run=_search)

    show = commands.add_parser("show", help="ein Dokument mit Quittung und Fassungen zeigen")
    show.add_argument("document", type=UUID, metavar="DOKUMENT")
    show.add_argument("--text", action="store_true", help="den Text jeder Seite ausgeben")
    show.add_argument("--original", type=Path, metavar="ZIEL", help="Original hierhin schreiben")
    show.add_argument("--reading-copy", type=Path, metavar="ZIEL", help="PDF/A hierhin schreiben")
    show.add_argument("--as", dest="login", metavar="KONTO")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_show)


def _receive(given: argparse.Namespace, settings: Settings) -> int:
    if given.key is not None and len(given.paths) > 1:
        raise BadInput("Ein Schlüssel gilt für genau ein Dokument.")
    refused = 0
    with house(settings) as office, Sandbox(Limits.of(settings), warm=False) as sandbox:
        actor(office, given.login)
        for path in given.paths:
            try:
                receipt = _receive_one(given, office, path, sandbox=sandbox, who=given.login)
            except EakteError as error:
                if len(given.paths) == 1:
                    raise
                refused += 1
                print(f"{path}: {error.message} {error.next_step}", file=sys.stderr)
                continue
            pages = f"{receipt.pages} Seiten" if receipt.pages else "Seitenzahl noch unbekannt"
            again = " (schon angenommen)" if receipt.repeated else ""
            twin = " (Dublette)" if receipt.duplicate_of else ""
            tell(
                receipt.as_dict(),
                f"Nr. {receipt.number}{again}{twin} · {receipt.name} · {receipt.size} Bytes · "
                f"{pages} · SHA-256 {receipt.sha256} · {receipt.document_id} · "
                f"{receipt.received_at.isoformat(timespec='seconds')}",
                as_json=given.json,
            )
    return 1 if refused else 0


def _receive_one(
    given: argparse.Namespace, office: Office, path: Path, *, sandbox: Sandbox, who: str | None
) -> Receipt:
    if path.is_dir() and holds_message(path):
        with packed_up(seen_in(path)) as packed:
            name = f"{path.resolve().name}.zip"
            return _deliver_one(given, office, packed, name=name, sandbox=sandbox, who=who)
    if not path.is_file():
        raise BadInput(
            "„%(path)s“ ist kein lesbares Dokument.",
            path=path,
            next_step="Bitte prüfen Sie den Pfad; Ordner werden nicht angenommen.",
        )
    return _deliver_one(given, office, path, name=path.name, sandbox=sandbox, who=who)


def _deliver_one(
    given: argparse.Namespace,
    office: Office,
    path: Path,
    *,
    name: str,
    sandbox: Sandbox,
    who: str | None,
) -> Receipt:
    department = given.department
    if given.dossier and not department:
        with acting(office, who) as work:
            department = str(target_of(work, given.dossier).dossier.department_id)
    declared = Declared(
        name=name,
        source=Source.COMMAND,
        department=department,
        key=given.key,
        received_on=given.received_on,
    )

    def file_it(work: UnitOfWork, receipt: Receipt) -> None:
        if given.dossier and not receipt.repeated:
            place_document(
                work,
                document_by_id(work, receipt.document_id),
                case=target_of(work, given.dossier),
                description=Description(document_type=given.type or UNSAID),
            )

    return deliver(
        lambda: acting(office, who),
        path,
        declared=declared,
        look=lambda at, name: sandbox.look(at, name=name),
        then=file_it,
    )


def _search(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        with acting(office, given.login) as work:
            results = search(work, " ".join(given.words), page=given.page)
        # The log entry is committed; only now the snippets leave.
        if not given.json and not results.found:
            print("Nichts gefunden.")
        for found in results.found:
            _tell_found(found, as_json=given.json)
    return 0


def _tell_found(found: FoundDocument, *, as_json: bool) -> None:
    document = found.document
    case = document.case
    for passage in found.passages or (None,):
        page = passage.page if passage else 0
        snippet = (
            "".join(f"»{part.text}«" if part.marked else part.text for part in passage.fragments)
            if passage
            else document.title
        )
        told = {
            "document": str(document.id),
            "number": document.receipt_number,
            "title": document.title,
            "dossier": case.dossier.reference if case else None,
            "page": page,
            "snippet": snippet,
            "words": list(passage.words) if passage else [],
        }
        where = f"Seite {page}" if page else "Angaben"
        tell(
            told,
            f"{document.id} · {document.title} · {where} · {' '.join(snippet.split())}",
            as_json=as_json,
        )


def _show(given: argparse.Namespace, settings: Settings) -> int:
    with house(settings) as office:
        with acting(office, given.login) as work:
            document = document_by_id(work, given.document)
            told = _described(work, document)
            pages = text_of(work, document) if given.text else ()
            wanted = []
            if given.original:
                wanted.append((read_original(work, document), given.original))
            if given.reading_copy:
                wanted.append((read_reading_copy(work, document), given.reading_copy))
        # The log entries are committed; only now the bytes leave.
        for reading, target in wanted:
            _write_out(office, reading, target)
    if given.text:
        told["text"] = [{"page": page.number, "text": page.text} for page in pages]
    lines = [f"{name}: {value}" for name, value in told.items() if name != "text"]
    lines += [f"--- Seite {page.number} ---\n{page.text}" for page in pages]
    tell(told, "\n".join(lines), as_json=given.json)
    return 0


def _described(work: UnitOfWork, document: Document) -> dict[str, object]:
    case = document.case
    return {
        "document": str(document.id),
        "receipt": receipt_of(work, document).as_dict(),
        "title": document.title,
        "type": document.document_type,
        "state": document.state.value,
        "department": document.department.key,
        "dossier": case.dossier.reference if case else None,
        "case": case.number if case else None,
        "position": document.position,
        "letter_date": document.letter_date.isoformat() if document.letter_date else None,
        "received_on": document.received_on.isoformat(),
        "processing": document.processing.value,
        "pages": document.page_count,
        "problem_code": document.problem_code,
        "problem": document.problem,
        "flags": list(document.flags),
        "versions": [
            {
                "number": version.number,
                "sha256": version.sha256,
                "size": version.content.size,
                "media_type": version.media_type,
                "name": version.name,
            }
            for version in versions_of(work, document)
        ],
        "renditions": [
            {
                "kind": rendition.kind.value,
                "page": rendition.page,
                "sha256": rendition.sha256,
                "media_type": rendition.media_type,
                "tools": rendition.tools,
            }
            for rendition in renditions_of(work, document)
        ],
    }


def _write_out(office: Office, reading: Reading, target: Path) -> None:
    if target.exists():
        raise BadInput("„%(path)s“ gibt es schon; es wurde nichts überschrieben.", path=target)
    if not target.parent.is_dir():
        raise NotFound("Den Ordner „%(path)s“ gibt es nicht.", path=target.parent)
    with office.store.open(Digest(reading.sha256)) as stream, target.open("xb") as out:
        shutil.copyfileobj(stream, out)
