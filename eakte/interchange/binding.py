"""How does the whole dossier become one PDF/A-2b, while its documents are still being copied?

A small dossier is bound here; a large one by a program of its own, beside the writing of the
single copies, so that its time and its memory are not those of the one that writes them.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from eakte.interchange.merging import (
    FLAVOUR,
    FULL,
    NOT_ONE,
    Front,
    Leaves,
    Mark,
    NotOneDocument,
    annotate,
    digest_of,
    first_line,
    merge,
    second_line,
)
from eakte.interchange.package import Bound, Part, SelectedDossier
from eakte.interchange.papers import Place
from eakte.interchange.sheets import save
from eakte.interchange.stamp_face import stamp_face

CODE = Path(__file__).resolve().parents[2]
PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; from eakte.interchange import merging; "
    "sys.exit(merging.run(sys.stdin.buffer))"
)
# A program of its own is worth its start only where there is more to do than that.
FEW_PAGES, FEW_BYTES = 250, 50 * 1024**2
ROOM = 1024 * 1024

__all__ = ["Binding", "NotOneDocument", "binding", "front_of", "link_to_files"]


class Binding:
    """A whole that is being bound."""

    def __init__(self, leaves: Sequence[Leaves], target: Path) -> None:
        self._leaves, self._target = leaves, target
        self._program: subprocess.Popen[bytes] | None = None
        if _much(leaves):
            # -I: neither the surroundings nor the folder may bring modules; -S: it looks for them
            # where this program does, without searching; -B: nothing is written.
            found = [str(CODE), *(place for place in sys.path if place)]
            self._program = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, *found],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # So that nobody waits until the program has started and reads.
                pipesize=ROOM,
            )
            self._say(first_line(leaves, face=stamp_face(), target=target))

    def tell(self, front: Front) -> None:
        """Say what lies before the documents; from then on the whole can be finished.

        Raises:
            NotOneDocument: these documents cannot be put into one.
            OSError: the disk is full or broken.
        """
        if self._program is None:
            merge(self._leaves, face=stamp_face(), target=self._target, front=lambda: front)
        else:
            self._say(second_line(front))

    def wait(self, *, validate: bool) -> str:
        """Return the digest of the whole when it stands; ``validate`` lets the checker read it.

        Raises:
            NotOneDocument: these documents cannot be put into one valid PDF/A.
            OSError: the disk is full or broken.
        """
        digest = digest_of(self._target) if self._program is None else self._ended()
        if validate and not pdfa.validate_written(self._target, FLAVOUR).passed:
            raise NotOneDocument("the checker does not approve")
        return digest

    def end(self) -> None:
        """Let nothing of it run on."""
        if self._program is not None:
            self._program.kill()
            self._program.communicate()

    def _ended(self) -> str:
        """Wait for the program; returns what it says."""
        if self._program is None:
            raise ValueError("there is no program to wait for")
        said, reason = self._program.communicate()
        code, told = self._program.returncode, reason.decode("utf-8", "replace").strip()
        if code == FULL:
            number, why = json.loads(told.splitlines()[-1])
            raise OSError(number, why)
        if code == NOT_ONE:
            raise NotOneDocument(told)
        if code or not said:
            raise OSError(f"the program that binds the whole ended with {code}: {told}")
        return said.decode("ascii").strip()

    def _say(self, line: bytes) -> None:
        if self._program is None or self._program.stdin is None:
            raise ValueError("there is no program to talk to")
        # One that has ended already says why when it is waited for.
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.write(line)
            self._program.stdin.flush()


def _much(leaves: Sequence[Leaves]) -> bool:
    pages = sum(one.pages for one in leaves)
    return pages > FEW_PAGES or sum(Path(one.path).stat().st_size for one in leaves) > FEW_BYTES


@contextmanager
def binding(leaves: Sequence[Leaves], target: Path) -> Iterator[Binding]:
    """Begin to bind documents into one; whatever happens, nothing runs on afterwards."""
    begun = Binding(leaves, target)
    try:
        yield begun
    finally:
        begun.end()


def front_of(
    dossier: SelectedDossier, bound: Sequence[Bound], *, contents: Path, places: Sequence[Place]
) -> Front:
    """Say what lies before the documents of a dossier, and what leads to them."""
    with pikepdf.open(contents) as pdf:
        pages = len(pdf.pages)
    by_id = {one.document.id: one for one in bound}

    def marks(parts: Sequence[Part]) -> Iterator[Mark]:
        for part in parts:
            below = list(marks(part.parts))
            for document in part.documents:
                one = by_id[document.id]
                title = f"{one.number} {one.title} (Bl. {one.folios})"
                below.append(Mark(title, one.folios.first))
            if below:
                yield Mark(part.title, below[0].folio, tuple(below))

    links = tuple((one.page, one.box, one.document.folios.first) for one in places)
    return Front(
        str(contents), pages, f"Akte {dossier.reference}", links, tuple(marks(dossier.parts))
    )


def link_to_files(contents: Path, places: Sequence[Place]) -> None:
    """Let the rows of a table of contents lead to the documents that lie beside it."""
    linked = contents.with_name(f"linked-{contents.name}")
    with pikepdf.open(contents) as pdf:
        pages = [page.obj for page in pdf.pages]
        for place in places:
            action = Dictionary(
                Type=Name.Action,
                S=Name.GoToR,
                F=pikepdf.String(place.document.path.name),
                D=Array([0, Name.Fit]),
            )
            annotate(pdf, pages[place.page], place.box, action=action)
        save(pdf, linked)
    linked.replace(contents)
