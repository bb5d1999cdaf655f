"""How long does a whole package for a court take, beside qpdf that only merges the same documents?

Every run is a process of its own, so that its memory is its own. Documents are scanned pages with
a text layer, as the reading copies of the house are. The PDF/A checker approved them before they
were stored, as it does in the house, and reads only the papers; with ``--validate`` it reads every
stamped copy and the whole once more. As in a worker, a small package was written before: typefaces
and lists are read. Merging starts with nothing to be read but the documents.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

import pikepdf
from fpdf import FPDF
from pikepdf import pdfa
from PIL import Image

from eakte.fonts import PLAIN, fonts
from eakte.interchange.package import (
    Dispatch,
    DocumentClass,
    Organisation,
    Part,
    PartKind,
    Product,
    SelectedDocument,
    SelectedDossier,
)
from eakte.interchange.xjustiz.writing_package import Standards, write_court_package

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas" / "xjustiz"
MOST_TIMES, MOST_MEGABYTES, MOST_GROWTH = 3.0, 500, 12.0
# What is known of each document is kept, what lies in it is not.
MOST_MEMORY_GROWTH = 1.25
NAMESPACE = UUID("6f6a3c1e-6c6f-4b6e-9d43-0c2d2c9f7a11")


def main() -> int:
    """Measure, print one line a run and a verdict; returns 1 where a bound does not hold."""
    asked = argparse.ArgumentParser(prog="scripts/bench export", description=__doc__)
    asked.add_argument("--documents", type=int, default=300)
    asked.add_argument("--pages", type=int, default=1_000)
    asked.add_argument("--tenfold", action="store_true", help="also ten times as many")
    asked.add_argument("--validate", action="store_true")
    asked.add_argument("--run", choices=["merge", "package"], help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = asked.parse_args()
    if wanted.run:
        return measured(wanted.run, wanted.folder, validate=wanted.validate)
    if not SCHEMAS.is_dir():
        print(f"Es fehlen die amtlichen Listen: {SCHEMAS}", file=sys.stderr)
        return 2
    faults = []
    with TemporaryDirectory(prefix="eakte-export-") as scratch:
        folder = Path(scratch)
        print(f"{wanted.pages} Seiten aus {wanted.documents} Dokumenten", flush=True)
        make(folder / "once", wanted.documents, wanted.pages)
        merged, package = compare(folder / "once", validate=wanted.validate)
        times = package["seconds"] / merged["seconds"]
        print(f"  {times:.1f}-mal so lange wie qpdf (Grenze {MOST_TIMES})")
        faults += ["Zeit"] if times > MOST_TIMES else []
        faults += ["Speicher"] if package["megabytes"] > MOST_MEGABYTES else []
        if wanted.tenfold:
            print(f"{10 * wanted.pages} Seiten aus {10 * wanted.documents} Dokumenten", flush=True)
            make(folder / "tenfold", 10 * wanted.documents, 10 * wanted.pages)
            _, tenfold = compare(folder / "tenfold", validate=wanted.validate)
            growth = tenfold["seconds"] / package["seconds"]
            print(f"  {growth:.1f}-mal so lange wie ein Zehntel davon (Grenze {MOST_GROWTH})")
            faults += ["Wachstum"] if growth > MOST_GROWTH else []
            more = tenfold["megabytes"] / package["megabytes"]
            print(f"  {more:.2f}-mal so viel Speicher (Grenze {MOST_MEMORY_GROWTH})")
            faults += ["Speicher"] if more > MOST_MEMORY_GROWTH else []
    print(f"Nicht eingehalten: {', '.join(faults)}" if faults else "Alle Grenzen eingehalten.")
    return 1 if faults else 0


def compare(folder: Path, *, validate: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Run both, three times each, and take the fastest one of each."""
    best: dict[str, dict[str, float]] = {}
    for run in ("merge", "package") * 3:
        command = [sys.executable, "-m", "tests.bench.export", "--run", run]
        command += ["--folder", str(folder), *(["--validate"] if validate else [])]
        told = json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout
        )
        if run not in best or told["seconds"] < best[run]["seconds"]:
            best[run] = told
    for run, name in (("merge", "qpdf"), ("package", "Paket")):
        print(
            f"  {name}: {best[run]['seconds']:.2f} s, {best[run]['megabytes']:.0f} MB Speicher",
            flush=True,
        )
    return best["merge"], best["package"]


def measured(run: str, folder: Path, *, validate: bool) -> int:
    """Do one thing in this process and print its seconds and its most memory as JSON."""
    paths = sorted((folder / "in").iterdir())
    with TemporaryDirectory(dir=folder) as scratch:
        target = Path(scratch) / "out"
        if run == "merge":
            begun = time.perf_counter()
            pikepdf.Job(
                ["qpdf", "--empty", "--pages", *map(str, paths), "--", f"{target}.pdf"]
            ).run()
        else:
            facts = json.loads((folder / "facts.json").read_text())
            dossier = selected(paths, facts, approved=not validate)
            standards = Standards.from_folder(SCHEMAS)
            write(selected(paths[:1], facts, approved=True), target.with_name("first"), standards)
            begun = time.perf_counter()
            write(dossier, target, standards)
        seconds = time.perf_counter() - begun
    # What binds the whole is a program of its own: its memory is added, as if both peaked at once.
    most = sum(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps({"seconds": seconds, "megabytes": most}))
    return 0


def write(dossier: SelectedDossier, target: Path, standards: Standards) -> None:
    """Write a package as the house does."""
    write_court_package(DISPATCH, dossier, target, standards=standards, day=date(2026, 11, 22))


DISPATCH = Dispatch(
    id=UUID(int=1),
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
    made_by="Sabine Muster",
    office=Organisation("Landratsamt Musterkreis"),
    court="D6260",
    product=Product("e-Akte", "e-Akte", "1"),
    court_reference="S 12 SB 34/26",
)


def selected(
    paths: list[Path], facts: dict[str, tuple[int, str]], *, approved: bool
) -> SelectedDossier:
    """Everything of a dossier with ten cases."""
    documents = [
        SelectedDocument(
            id=uuid5(NAMESPACE, path.name),
            title=f"Befundbericht {path.stem}",
            kind="Befundbericht",
            document_class=DocumentClass.EXPERT_OPINION,
            pages=facts[path.name][0],
            sha256=facts[path.name][1],
            content=path,
            approved=approved,
            written_on=date(2024, 5, 6),
            received_on=date(2024, 5, 8),
            filed_on=date(2024, 5, 9),
            sender="Praxis Dr. Muster",
        )
        for path in paths
    ]
    step = -(-len(documents) // 10)
    parts = [
        Part(
            uuid5(NAMESPACE, f"case {at}"),
            f"Vorgang {at}",
            PartKind.CASE,
            tuple(documents[at : at + step]),
        )
        for at in range(0, len(documents), step)
    ]
    return SelectedDossier(UUID(int=2), "SBR 12/2026", "Muster, Max", tuple(parts))


def make(folder: Path, documents: int, pages: int) -> None:
    """Write so many documents with so many pages in all, and what a house knows of them."""
    (folder / "in").mkdir(parents=True)
    chance = random.Random(1)  # noqa: S311  # the same documents each time
    lengths = [1] * documents
    for _ in range(pages - documents):
        lengths[chance.randrange(documents)] += 1
    facts = {}
    with pikepdf.open(io.BytesIO(_scans())) as scans:
        for number, length in enumerate(lengths):
            path = folder / "in" / f"{number:05}.pdf"
            with pikepdf.Pdf.new() as one:
                for _ in range(length):
                    one.pages.append(scans.pages[chance.randrange(len(scans.pages))])
                pdfa.prepare(one, "2b")
                one.save(path, **pdfa.resolve_save_kwargs("2b"))
            facts[path.name] = (length, hashlib.sha256(path.read_bytes()).hexdigest())
    (folder / "facts.json").write_text(json.dumps(facts))


def _scans() -> bytes:
    """Forty pages of grey noise, about 100 KB each, with words on them."""
    pdf = FPDF(format="A4")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 10)
    for number in range(40):
        pdf.add_page()
        picture = io.BytesIO()
        Image.effect_noise((620, 877), 20 + number / 10).save(picture, "JPEG", quality=35)
        picture.seek(0)
        pdf.image(picture, x=0, y=0, w=210, h=297)
        for line in range(30):
            pdf.text(20, 30 + 8 * line, f"Zeile {line}: Befund über den Grad der Behinderung")
    return bytes(pdf.output())


if __name__ == "__main__":
    sys.exit(main())
