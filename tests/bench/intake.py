"""How fast is the way from receipt to findable, beside the ocrmypdf command and bare tesseract?"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pypdfium2

from eakte.app import REST
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import load_settings
from eakte.demo.catalogue import catalogue
from eakte.demo.letter import Container, Letter, Quality
from eakte.demo.scanning import render
from eakte.errors import PartUnavailable
from eakte.intake.delivering import Declared, deliver
from eakte.model.document import Source
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.retrieval.searching import FoundDocument, search
from tests.bench.memory import peak

ROOT = Path(__file__).parents[2]
JOBS = 2
PATIENCE = 1800.0
WARM_SECONDS = 2.0
ONE_THREAD = {**os.environ, "OMP_THREAD_LIMIT": "1"}


@dataclass(frozen=True)
class House:
    """An empty house with a worker of its own."""

    office: Office
    worker: subprocess.Popen[bytes]


def measure(pages: int, singles: int) -> int:
    """Print the pipeline's time for a stack and for single letters beside those of the others."""
    with TemporaryDirectory() as scratch, _running_office(Path(scratch)) as house:
        stack, truth = _stack(Path(scratch), pages)
        letters_alone = [
            (
                render(replace(letter, container=Container.PDF), Quality.SCAN, _folder(scratch, n)),
                letter,
            )
            for n, letter in enumerate(islice(_short_letters(), singles + 1))
        ]
        _until_findable(
            house, letters_alone[0][0], _words(letters_alone[0][1].pages[-1])
        )  # warms up

        with peak(house.worker.pid) as memory:
            ours = _until_findable(house, stack, _words(truth))
        with peak(os.getpid(), children_only=True) as their_memory:
            theirs = _timed(partial(_ocrmypdf, stack, Path(scratch, "stack-out.pdf")))
        images = _images(stack, _folder(scratch, "images"))
        bare = _timed(partial(_tesseract, images))

        our_letters, their_letters, bare_letters = [], [], []
        for path, letter in letters_alone[1:]:
            our_letters.append(_until_findable(house, path, _words(letter.pages[-1])))
            their_letters.append(_timed(partial(_ocrmypdf, path, path.with_name("out.pdf"))))
            image = _images(path, path.parent)
            bare_letters.append(_timed(partial(_tesseract, image)))
    print(f"Stapel von {pages} Seiten, {JOBS} gleichzeitig, von der Einlieferung bis auffindbar:")
    _row("e-Akte, ganzer Weg", pages, ours)
    _row("Befehl ocrmypdf", pages, theirs)
    _row("tesseract allein", pages, bare)
    print(f"  e-Akte ÷ ocrmypdf   {theirs / ours:5.2f}   (Ziel ≥ 1,0; Seiten je Sekunde)")
    print(f"  e-Akte ÷ tesseract  {bare / ours:5.2f}   (Ziel ≥ 0,9)")
    print(f"  ocrmypdf ÷ tesseract{bare / theirs:5.2f}")
    megabytes, theirs_too = memory[0] / 2**20, their_memory[0] / 2**20
    print(f"  Speicher höchstens  {megabytes:.0f} MB (ocrmypdf {theirs_too:.0f} MB)")
    ours_one, theirs_one = statistics.median(our_letters), statistics.median(their_letters)
    bare_one = statistics.median(bare_letters)
    print(f"Ein Brief ({singles} gemessen, Median), von der Einlieferung bis auffindbar:")
    print(
        f"  e-Akte {ours_one:.2f} s, Befehl ocrmypdf {theirs_one:.2f} s, "
        f"tesseract allein {bare_one:.2f} s"
    )
    print(f"  e-Akte ÷ ocrmypdf   {ours_one / theirs_one:5.2f}   (Sekunden)")
    print(f"  e-Akte ÷ tesseract  {ours_one / bare_one:5.2f}   (Ziel ≤ 1,2)")
    print(f"  ocrmypdf ÷ tesseract{theirs_one / bare_one:5.2f}")
    return int(bare / ours < 0.9 or ours_one / bare_one > 1.2)


def _row(name: str, pages: int, seconds: float) -> None:
    print(f"  {name:<20}{seconds:8.1f} s {pages / seconds:7.2f} Seiten/s")


def _folder(scratch: str | Path, name: object) -> Path:
    folder = Path(scratch, f"part-{name}")
    folder.mkdir()
    return folder


def _short_letters() -> Iterator[Letter]:
    return (letter for letter in catalogue().letters() if len(letter.pages) == 1)


def _stack(scratch: Path, pages: int) -> tuple[Path, str]:
    """Put scanned letters into one PDF of ``pages`` pages; also the text of the last page."""
    stack = pikepdf.new()
    truth = ""
    for number, letter in enumerate(catalogue().letters()):
        folder = _folder(scratch, f"stack-{number}")
        path = render(replace(letter, container=Container.PDF), Quality.SCAN, folder)
        with pikepdf.open(path) as rendered:
            for page, text in zip(rendered.pages, letter.pages, strict=True):
                if len(stack.pages) == pages:
                    break
                stack.pages.append(page)
                truth = text
        if len(stack.pages) == pages:
            break
    target = scratch / "stack.pdf"
    stack.save(target)
    return target, truth


def _words(text: str) -> str:
    """Choose long plain words of a page, to be found all together."""
    plain = [word for word in text.split() if word.isalpha() and len(word) > 6]
    return " ".join(list(dict.fromkeys(plain))[:4])


@contextmanager
def _running_office(scratch: Path) -> Iterator[House]:
    settings = load_settings(data=scratch / "house", ocr_jobs=JOBS, log_level="error")
    office = open_office(settings)
    prepare(office)
    worker = subprocess.Popen(
        [sys.executable, "-m", "eakte.cli", "work"],
        cwd=ROOT,
        env={
            **os.environ,
            "EAKTE_DATA": str(settings.folder),
            "EAKTE_OCR_JOBS": str(JOBS),
            "EAKTE_LOG_LEVEL": "error",
        },
    )
    try:
        yield House(office, worker)
    finally:
        worker.terminate()
        worker.wait()
        office.close()


def _until_findable(house: House, path: Path, words: str) -> float:
    """Deliver a document and give the seconds until a search for its words shows it."""
    office, worker = house.office, house.worker
    limits = Limits.of(office.settings)
    with Sandbox(limits, warm=True, rest=REST) as sandbox:
        time.sleep(WARM_SECONDS)  # as in a web server that has been up for a while
        begun = time.monotonic()
        receipt = deliver(
            office.as_system,
            path,
            declared=Declared(name=path.name, source=Source.COMMAND),
            look=lambda at, name: sandbox.look(at, name=name),
        )
    while time.monotonic() - begun < PATIENCE and worker.poll() is None:
        found = _found(office, words)
        if any(hit.document.id == receipt.document_id for hit in found):
            return time.monotonic() - begun
        time.sleep(0.05)
    raise SystemExit(f"{path.name} wurde nicht auffindbar: {words}")


def _found(office: Office, words: str) -> Sequence[FoundDocument]:
    try:
        with office.as_system() as work:
            return search(work, words).found
    except PartUnavailable:
        return ()  # the very first document is not in the index yet


def _ocrmypdf(source: Path, target: Path) -> None:
    subprocess.run(
        [
            *(
                str(Path(sys.executable).with_name("ocrmypdf")),
                "--quiet",
                "--language",
                "deu",
                "--jobs",
                str(JOBS),
            ),
            *("--output-type", "auto", "--pdfa-backend", "internal", str(source), str(target)),
        ],
        env=ONE_THREAD,
        check=True,
        capture_output=True,
    )


def _images(stack: Path, folder: Path) -> list[Path]:
    """Draw the pages at 300 dpi; not part of what is measured."""
    images = []
    document = pypdfium2.PdfDocument(stack)
    for number in range(len(document)):
        images.append(folder / f"{number:03}.png")
        document[number].render(scale=300 / 72, grayscale=True).to_pil().save(images[-1])
    return images


def _tesseract(images: list[Path]) -> None:
    def read(image: Path) -> None:
        subprocess.run(
            ["tesseract", str(image), str(image.with_suffix("")), "-l", "deu", "txt"],
            env=ONE_THREAD,
            check=True,
            capture_output=True,
        )

    with ThreadPoolExecutor(JOBS) as lanes:
        list(lanes.map(read, images))


def _timed(action: Callable[[], None]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench intake", description=__doc__)
    parser.add_argument("--pages", type=int, default=50, help="Seiten des Stapels")
    parser.add_argument("--letters", type=int, default=5, help="einzelne Briefe")
    given = parser.parse_args()
    sys.exit(measure(given.pages, given.letters))
